import type { Vector } from "../algebra/matrix";
import type { ShotCount } from "./shots";

/** The weight λ of the auxiliary few-shot loss: fixed, or annealed slowly from 1 to 0. */
export type AuxiliaryWeight<T = number> = T | "annealed";

/** What is done to the pretrained model before it is tested. */
export type Regime<T = number> =
  /** Nothing. */
  | { readonly kind: "pretrained" }
  /** All of M and v, on the zero-shot loss of one task: the point gradient flow reaches. */
  | { readonly kind: "zero-shot-full"; readonly targetTask: Vector<T> }
  /** The value row only, on the zero-shot loss of one task. */
  | { readonly kind: "zero-shot-value"; readonly targetTask: Vector<T> }
  /** The key-query matrix only, on the zero-shot loss of one task. */
  | { readonly kind: "zero-shot-key-query"; readonly targetTask: Vector<T> }
  /** The value row only, on the zero-shot loss plus λ times the loss at a few shots, both on one task. */
  | {
      readonly kind: "auxiliary-value";
      readonly targetTask: Vector<T>;
      readonly auxiliaryShots: ShotCount;
      readonly auxiliaryWeight: AuxiliaryWeight<T>;
    }
  /** All of M and v, on the same two losses: the point that descent reaches. */
  | {
      readonly kind: "auxiliary-full";
      readonly targetTask: Vector<T>;
      readonly auxiliaryShots: ShotCount;
      readonly auxiliaryWeight: AuxiliaryWeight<T>;
    };

export type RegimeKind = Regime["kind"];

export const REGIME_KINDS = [
  "pretrained",
  "zero-shot-full",
  "zero-shot-value",
  "zero-shot-key-query",
  "auxiliary-value",
  "auxiliary-full",
] as const satisfies readonly RegimeKind[];
