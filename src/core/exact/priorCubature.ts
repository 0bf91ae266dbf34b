import type { Vector } from "../algebra/matrix";
import { priorFactor, requirePrior, type TaskPrior } from "../problem/taskPrior";

/** A task and its weight in an average; a weight may be negative. */
export interface WeightedTask {
  readonly task: Vector;
  readonly weight: number;
}

/**
 * Finitely many tasks whose weighted average of any polynomial of degree 5 or less equals its average over the prior. The
 * risk is a polynomial of degree 4 in θ, so these 2r² tasks (and 0 for a Gaussian) stand for the whole prior.
 *
 * On the sphere of R^r these are ±e_i and (±e_i ± e_j)/√2 (Stroud 1971, Approximate Calculation of Multiple Integrals,
 * formula Uₙ 5-1); for the Gaussian the same at radius √(r+2), where r/(r+2) of the weight gives both E|g|² and E|g|⁴.
 * @throws InputError when Λ is not square or holds what is no finite number.
 */
export function priorCubature(prior: TaskPrior): readonly WeightedTask[] {
  requirePrior(prior);
  const factor = priorFactor(prior);
  const rank = factor[0]!.length;
  const [radius, share] =
    prior.kind === "sphere" ? [Math.sqrt(rank), 1] : [Math.sqrt(rank + 2), rank / (rank + 2)];
  const at = (direction: readonly (readonly [number, number])[]): Vector =>
    factor.map((row) => direction.reduce((sum, [k, length]) => sum + radius * length * row[k]!, 0));
  const tasks: WeightedTask[] = [];
  const signs = [1, -1] as const;
  const axisWeight = (share * (4 - rank)) / (2 * rank * (rank + 2));
  const diagonalWeight = share / (rank * (rank + 2));
  for (let i = 0; i < rank; i += 1) {
    for (const a of signs) {
      tasks.push({ task: at([[i, a]]), weight: axisWeight });
      for (let j = 0; j < i; j += 1) {
        for (const b of signs) {
          const direction = [
            [i, a * Math.SQRT1_2],
            [j, b * Math.SQRT1_2],
          ] as const;
          tasks.push({ task: at(direction), weight: diagonalWeight });
        }
      }
    }
  }
  if (prior.kind === "gaussian") tasks.push({ task: factor.map(() => 0), weight: 2 / (rank + 2) });
  return tasks.filter(({ weight }) => weight !== 0);
}
