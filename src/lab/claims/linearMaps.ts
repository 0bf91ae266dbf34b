import { matrixFrom, RATIONAL, type Rational } from "@finetune-icl/core/algebra";
import { type Claim, type Differences, degree, type RationalDraw } from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  FIRST_COVARIATE_SLOT,
  labelSlot,
  tokenLength,
} from "@finetune-icl/core/model";
import { pretrainedBlock, valueOnlyOptimum } from "@finetune-icl/core/theory";
import { apply, inverseOf, multiply, transpose } from "./support/rationals";

const { COVARIANCE, DRAWN, identityDegree, inverse, plus, polynomial, riskDegree, SHARE, times } = degree;

type Square = ReturnType<RationalDraw["matrix"]>;

/** x → Ax on the covariate slots of a token, the other slots as they are. */
const onTokens = (map: Square): Square => {
  const d = map.length;
  return matrixFrom(tokenLength(d), tokenLength(d), (i, j) => {
    const inside = (slot: number): boolean => slot >= FIRST_COVARIATE_SLOT && slot < labelSlot(d);
    if (inside(i) && inside(j)) return map[i - FIRST_COVARIATE_SLOT]![j - FIRST_COVARIATE_SLOT]!;
    return i === j ? RATIONAL.one : RATIONAL.zero;
  });
};

/** `dual` is what vectors that are paired with x are mapped by: A⁻ᵀ. */
const compare =
  (dualOf: (map: Square) => Square) =>
  (draw: RationalDraw): Differences => {
    const problem = draw.problem();
    const taskCovariance = draw.covariance();
    const map = draw.matrix();
    const dual = dualOf(map);
    const [task, gamma, shots] = [draw.vector(), draw.symmetric(), draw.shots()];
    const size = tokenLength(draw.dimension);
    const parameters: AttentionParameters<Rational> = {
      value: draw.vector(size),
      keyQuery: draw.matrix(size),
    };
    const mappedProblem = {
      ...problem,
      covariance: multiply(map, multiply(problem.covariance, transpose(map))),
    };
    const dualTokens = onTokens(dual);
    const conjugate = (block: Square, by: Square): Square => multiply(by, multiply(block, transpose(by)));
    const before = exactRisk(RATIONAL, problem, task, shots, parameters);
    const after = exactRisk(RATIONAL, mappedProblem, apply(dual, task), shots, {
      value: apply(dualTokens, parameters.value),
      keyQuery: conjugate(parameters.keyQuery, dualTokens),
    });
    const gap = (a: Square, b: Square): readonly Rational[] =>
      a.flatMap((row, i) => row.map((x, j) => x.sub(b[i]![j]!)));
    const pretraining = (covariance: Square) => ({ taskCovariance: covariance, shots });
    const fineTuned = valueOnlyOptimum(RATIONAL, mappedProblem, conjugate(gamma, dual), apply(dual, task));
    return {
      zero: [
        after.sub(before),
        ...gap(
          pretrainedBlock(RATIONAL, mappedProblem, pretraining(conjugate(taskCovariance, dual))),
          conjugate(pretrainedBlock(RATIONAL, problem, pretraining(taskCovariance)), dual),
        ),
        ...apply(dual, valueOnlyOptimum(RATIONAL, problem, gamma, task)).map((x, i) => x.sub(fineTuned[i]!)),
      ],
    };
  };

export const linearMaps: Claim = {
  id: "covariance-under-linear-maps",
  title: "Nothing depends on the choice of coordinates",
  statement:
    "Under $x\\to Ax$, with $\\Sigma\\to A\\Sigma A^\\top$ and $\\theta, v_x, M$ mapped by $A^{-\\top}$ ($\\Lambda\\to A^{-\\top}\\Lambda A^{-1}$, $\\Gamma\\to A^{-\\top}\\Gamma A^{-1}$), the risk of any parameters is unchanged, and the pretraining and value-only optima are mapped along. (The scale $c$ that gradient flow picks is not: it is made of Euclidean lengths.)",
  assumptions: "A invertible.",
  notebook: "02-the-exact-risk-of-any-model.ipynb#cell-condition",
  identity: {
    compares: "exact risk, Γ* and the value-only optimum before and after a random linear map",
    dimensions: [1, 2],
    degree: (d) => {
      const dual = inverse(d, DRAWN);
      const mapped = times(DRAWN, dual, dual);
      const risk = times(
        riskDegree({ task: times(DRAWN, dual), value: mapped, keyQuery: mapped }),
        polynomial(12),
      );
      const block = times(
        COVARIANCE,
        dual,
        dual,
        inverse(d, plus(polynomial(10), times(SHARE, polynomial(10)))),
      );
      const value = times(inverse(d, polynomial(24)), polynomial(18), dual, dual);
      return Math.max(identityDegree(risk, risk), identityDegree(block, block), identityDegree(value, value));
    },
    differences: compare((map) => transpose(inverseOf(map))),
    controls: [
      { description: "A for A⁻ᵀ", differences: compare((map) => map) },
      {
        description: "A⁻¹ too large by 3 %",
        differences: compare((map) => transpose(inverseOf(map)).map((row) => row.map((x) => x.mul(1.03)))),
      },
    ],
  },
  simulation: { notApplicable: "Two exact computations are compared; sampling either adds nothing." },
  training: { notApplicable: "The statement is about risks and optima, not about paths to them." },
};
