import type { Vector } from "../algebra/matrix";
import { requireNumber, requireVector } from "./readInput";
import { readShots, type ShotCount } from "./shots";

/** One part of a loss: the risk on a task at n shots, times a weight. */
export interface RiskTerm<T = number> {
  readonly task: Vector<T>;
  readonly shots: ShotCount;
  /** ≥ 0. */
  readonly weight: T;
}

/** For the terms of a loss that are already numbers: lengths, finite numbers, shot counts. @throws InputError naming the field. */
export function requireTerms<T>(terms: readonly RiskTerm<T>[], dimension: number, path = "terms"): void {
  for (const [i, { task, shots, weight }] of terms.entries()) {
    requireVector(task, `${path}[${i}].task`, dimension);
    readShots(shots, `${path}[${i}].shots`, { infinite: true });
    requireNumber(weight, `${path}[${i}].weight`);
  }
}
