import { matrixFrom, type NumberField, type Rational } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  FIRST_COVARIATE_SLOT,
  labelSlot,
  tokenLength,
} from "@finetune-icl/core/model";
import { pretrainedBlock, valueOnlyOptimum } from "@finetune-icl/core/theory";
import { apply, multiply, transpose } from "./support/rationals";

type Square = ReturnType<IdentityDraw["matrix"]>;

/** x → Ax on the covariate slots of a token, the other slots as they are. */
const onTokens = (field: NumberField<Rational>, map: Square): Square => {
  const d = map.length;
  return matrixFrom(tokenLength(d), tokenLength(d), (i, j) => {
    const inside = (slot: number): boolean => slot >= FIRST_COVARIATE_SLOT && slot < labelSlot(d);
    if (inside(i) && inside(j)) return map[i - FIRST_COVARIATE_SLOT]![j - FIRST_COVARIATE_SLOT]!;
    return i === j ? field.one : field.zero;
  });
};

/**
 * x → Ax. `back` takes what is paired with Ax to what is paired with x: Aᵀ. So no inverse is needed, and both sides are
 * polynomials: everything is drawn in the new coordinates and taken back.
 */
const compare =
  (backOf: (map: Square, draw: IdentityDraw, covariance: Square) => Square) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const map = draw.matrix();
    const back = backOf(map, draw, problem.covariance);
    const [task, gamma, shots] = [draw.vector(), draw.symmetric(), draw.shots()];
    const size = tokenLength(draw.dimension);
    const mapped: AttentionParameters<Rational> = { value: draw.vector(size), keyQuery: draw.matrix(size) };
    const mappedProblem = {
      ...problem,
      covariance: multiply(map, multiply(problem.covariance, transpose(map))),
    };
    const backTokens = onTokens(field, back);
    const conjugate = (block: Square, by: Square): Square => multiply(by, multiply(block, transpose(by)));
    const after = exactRisk(field, mappedProblem, task, shots, mapped);
    const before = exactRisk(field, problem, apply(back, task), shots, {
      value: apply(backTokens, mapped.value),
      keyQuery: conjugate(mapped.keyQuery, backTokens),
    });
    const gap = (a: Square, b: Square): readonly Rational[] =>
      a.flatMap((row, i) => row.map((x, j) => x.sub(b[i]![j]!)));
    const solved = () => {
      const taskCovariance = draw.gramMatrix();
      const pretraining = (moment: Square) => ({ taskCovariance: moment, shots });
      const fineTuned = valueOnlyOptimum(field, problem, conjugate(gamma, back), apply(back, task));
      return [
        ...gap(
          pretrainedBlock(field, problem, pretraining(conjugate(taskCovariance, back))),
          conjugate(pretrainedBlock(field, mappedProblem, pretraining(taskCovariance)), back),
        ),
        ...apply(back, valueOnlyOptimum(field, mappedProblem, gamma, task)).map((x, i) =>
          x.sub(fineTuned[i]!),
        ),
      ];
    };
    return { zero: [after.sub(before)], solved };
  };

export const linearMaps: Claim = {
  id: "covariance-under-linear-maps",
  title: "Nothing depends on the choice of coordinates",
  statement:
    "Under $x\\to Ax$, with $\\Sigma\\to A\\Sigma A^\\top$ and $\\theta, v_x, M$ mapped by $A^{-\\top}$ ($\\Lambda\\to A^{-\\top}\\Lambda A^{-1}$, $\\Gamma\\to A^{-\\top}\\Gamma A^{-1}$), the risk of any parameters is unchanged, and the pretraining and value-only optima are mapped along. (The scale $c$ that gradient flow picks is not: it is made of Euclidean lengths.)",
  assumptions: "A invertible.",
  shares:
    "Both sides are the same formula, so this shows that it depends on no coordinates, not that it is the risk: that is exact-risk.",
  notebook: "02-the-exact-risk-of-any-model.ipynb#cell-condition",
  identity: {
    compares: "exact risk, Γ* and the value-only optimum before and after a random linear map",
    differences: compare(transpose),
    controls: [
      { description: "A for Aᵀ", differences: compare((map) => map) },
      {
        description: "Aᵀ too large by 3 %",
        differences: compare((map) => transpose(map).map((row) => row.map((x) => x.mul(1.03)))),
      },
      ...smallDimensionMistakes((factor) =>
        compare((map, draw, covariance) =>
          transpose(map).map((row) => row.map((x) => x.mul(factor(draw, covariance)))),
        ),
      ),
    ],
  },
  simulation: { notApplicable: "Two exact computations are compared; sampling either adds nothing." },
  training: { notApplicable: "The statement is about risks and optima, not about paths to them." },
};
