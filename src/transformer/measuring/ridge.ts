import { requireNumber, requireVector } from "@finetune-icl/base";
import { Matrix, solve } from "ml-matrix";

/** A labelled example. */
interface Example {
  readonly covariates: ArrayLike<number>;
  readonly label: number;
}

/**
 * xᵀ (XᵀX + λI)⁻¹ Xᵀy. With λ = d σ² it is what Bayes' rule answers for tasks N(0, I/d), and the best answer that is linear in the
 * labels for tasks uniform on the unit sphere, whose covariance is the same.
 * @throws InputError naming the number that is none, or the covariates that are not as long as the query.
 * @example
 * console.log(ridgePrediction([{ covariates: [2], label: 3 }], [0.5], 0.1).toFixed(3)); // 0.732
 */
export function ridgePrediction(
  examples: readonly Example[],
  query: ArrayLike<number>,
  penalty: number,
): number {
  const d = query.length;
  requireVector(query, "query", d);
  requireNumber(penalty, "penalty");
  examples.forEach(({ covariates, label }, i) => {
    requireVector(covariates, `examples[${i}].covariates`, d);
    requireNumber(label, `examples[${i}].label`);
  });
  if (examples.length === 0) return 0;
  const gram = Matrix.eye(d, d).mul(penalty);
  const moments = Matrix.zeros(d, 1);
  for (const { covariates, label } of examples)
    for (let i = 0; i < d; i += 1) {
      moments.set(i, 0, moments.get(i, 0) + covariates[i]! * label);
      for (let j = 0; j < d; j += 1) gram.set(i, j, gram.get(i, j) + covariates[i]! * covariates[j]!);
    }
  const estimate = solve(gram, moments, penalty === 0);
  return Array.from({ length: d }, (_, k) => query[k]! * estimate.get(k, 0)).reduce((sum, x) => sum + x, 0);
}
