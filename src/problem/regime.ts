import type { Vector } from "../algebra/matrix";

/** What is done to the pretrained model before it is tested. */
export type Regime<T = number> =
  /** Nothing. */
  | { readonly kind: "pretrained" }
  /** All of M and v, on the zero-shot loss of one task: the point gradient flow reaches. */
  | { readonly kind: "zero-shot-full"; readonly targetTask: Vector<T> }
  /** The value row only, on the zero-shot loss of one task. */
  | { readonly kind: "zero-shot-value"; readonly targetTask: Vector<T> };

export type RegimeKind = Regime["kind"];

export const REGIME_KINDS = [
  "pretrained",
  "zero-shot-full",
  "zero-shot-value",
] as const satisfies readonly RegimeKind[];
