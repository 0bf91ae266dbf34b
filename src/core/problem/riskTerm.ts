import type { Vector } from "../algebra/matrix";
import type { ShotCount } from "./shots";

/** One part of a loss: the risk on a task at n shots, times a weight. */
export interface RiskTerm<T = number> {
  readonly task: Vector<T>;
  readonly shots: ShotCount;
  /** ≥ 0. */
  readonly weight: T;
}
