import { InputError } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { requireList, requireNumber, requireObject, requireVector } from "./readInput";
import { readShots, type ShotCount } from "./shots";

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

/** The word for a regime. */
export type RegimeKind = Regime["kind"];

// A record, so that the compiler misses a regime that is added to the union and not named here.
const NAMED: Readonly<Record<RegimeKind, true>> = {
  pretrained: true,
  "zero-shot-full": true,
  "zero-shot-value": true,
  "zero-shot-key-query": true,
  "auxiliary-value": true,
  "auxiliary-full": true,
};

/** The words for all regimes, in the order in which they are told. */
export const REGIME_KINDS = Object.keys(NAMED) as readonly RegimeKind[];

/** For regimes that are already numbers: lengths, finite numbers, shot counts. @throws InputError naming the field. */
export function requireRegime<T>(regime: Regime<T>, dimension: number): void {
  requireObject(regime, "regime");
  if (!Object.hasOwn(NAMED, regime.kind))
    throw new InputError("regime.kind", regime.kind, `one of ${REGIME_KINDS.join(", ")}`);
  if (regime.kind === "pretrained") return;
  requireList(regime.targetTask, "targetTask");
  requireVector(regime.targetTask, "targetTask", dimension);
  if (!("auxiliaryShots" in regime)) return;
  readShots(regime.auxiliaryShots, "auxiliaryShots", { infinite: true });
  if (regime.auxiliaryWeight !== "annealed") requireNumber(regime.auxiliaryWeight, "auxiliaryWeight");
}
