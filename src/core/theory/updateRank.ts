import { InputError, readWhole, requireNumber, requireSquare, requireVector } from "@finetune-icl/base";
import { defineFormula } from "../algebra/formula";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT } from "../model/tokens";
import { blockParameters } from "./blockParameters";

/**
 * The least rank of an update of M, v free, that takes the zero-shot error down to the noise from M_xx = Γ, positive definite:
 * d. The optimum needs zᵀMz to have no square of a covariate in it. A sum of r products zᵀΔz = Σ_k (b_kᵀz)(a_kᵀz) vanishes on the
 * covariates orthogonal to r vectors, where for r < d there is an x with zᵀMz = xᵀΓx > 0. Rank d suffices, because one product
 * makes two squares of opposite sign: (√c + gᵀx)(√c − gᵀx) = c − (gᵀx)². For c < 0 it would be d + 1.
 * @throws InputError when d is no whole number from 1 up.
 */
export const erasureRank = (dimension: number): number => readWhole(dimension, "dimension", 1);

/** The parts of the value row that a prediction reads beside v₀ = 0. */
export interface ValueRowParts<T> {
  readonly valueVector: Vector<T>;
  readonly labelWeight: T;
}

/**
 * M_xx = Γ = Σ_k g_k g_kᵀ, the g_k being the rows of `root`, after the first `rank` of the erasing products: M₀₀ = s²,
 * M_xx = Σ_{k > rank} g_k g_kᵀ, and M_0x = s g₁ᵀ, M_x0 = −s g₁, which zero-shot prompts do not see.
 * @throws InputError when `root` is not d × d, `rank` no whole number, or a number not finite.
 */
export function afterProducts<T>(
  field: NumberField<T>,
  { root, scoreRoot, rank }: { readonly root: Matrix<T>; readonly scoreRoot: T; readonly rank: number },
  values: ValueRowParts<T>,
): AttentionParameters<T> {
  const d = requireSquare(root, "root");
  if (readWhole(rank, "rank", 0) > d)
    throw new InputError("rank", rank, `a whole number, at most the dimension ${d}`);
  const start = blockParameters(field, {
    block: matrixFrom(d, d, (i, j) =>
      root.reduce((sum, g) => field.add(sum, field.multiply(g[i]!, g[j]!)), field.zero),
    ),
    ...values,
  });
  const keyQuery = start.keyQuery.map((row) => [...row]);
  for (const { left, right } of erasingProducts(field, root, scoreRoot).slice(0, rank)) {
    left.forEach((b, i) => {
      right.forEach((a, j) => {
        keyQuery[i]![j] = field.add(keyQuery[i]![j]!, field.multiply(b, a));
      });
    });
  }
  return { value: start.value, keyQuery };
}

/** A zero-shot optimum that lies d outer products away from M_xx = Γ: all erased, v_x = θ₀/s². w stays 1. @throws InputError as {@link afterProducts}. */
export function lowestRankOptimum<T>(
  field: NumberField<T>,
  root: Matrix<T>,
  targetTask: Vector<T>,
  scoreRoot: T,
): AttentionParameters<T> {
  requireNumber(scoreRoot, "scoreRoot");
  requireVector(targetTask, "targetTask", requireSquare(root, "root"));
  const score = field.multiply(scoreRoot, scoreRoot);
  const valueVector = targetTask.map((x) => field.divide(x, score));
  return afterProducts(
    field,
    { root, scoreRoot, rank: root.length },
    { valueVector, labelWeight: field.one },
  );
}

/**
 * R(∞, θ) with an antisymmetric part M_x0 = −M_0xᵀ beside the block: endless examples shift every answer by the constant φᵀΣM_x0.
 * Here Γ is what is left of the block.
 */
export const OFFSET_LIMIT_RISK = defineFormula({
  title: "Risk with endless examples and an antisymmetric part in M",
  source: "What the products that erase a square and make a constant leave behind; derived here.",
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  where: [
    ["mixedTask", "valueVector + labelWeight * task"],
    ["bias", "gamma * covariance * mixedTask - task"],
  ],
  expression: "noiseVariance + (mixedTask * covariance * offset)^2 + normSquared(bias)",
});

/** The update as outer products b aᵀ: (s e₀ − g₁)(s e₀ + g₁)ᵀ, and −g_k g_kᵀ for k > 1. @throws InputError as {@link afterProducts}. */
export function erasingProducts<T>(
  field: NumberField<T>,
  root: Matrix<T>,
  scoreRoot: T,
): readonly { readonly left: Vector<T>; readonly right: Vector<T> }[] {
  requireNumber(scoreRoot, "scoreRoot");
  const size = requireSquare(root, "root") + 2;
  const token = (constant: T, covariates: Vector<T>): Vector<T> =>
    Array.from({ length: size }, (_, i) => {
      if (i === CONSTANT_SLOT) return constant;
      return covariates[i - FIRST_COVARIATE_SLOT] ?? field.zero;
    });
  return root.map((g, k) => {
    const minus = g.map((x) => field.subtract(field.zero, x));
    const score = k === 0 ? scoreRoot : field.zero;
    return { left: token(score, minus), right: token(score, g) };
  });
}
