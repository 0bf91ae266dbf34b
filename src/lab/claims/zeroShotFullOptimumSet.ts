import {
  defineFormula,
  FLOAT,
  factorLdl,
  type Matrix,
  matrixFrom,
  type NumberField,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  CONSTANT_SLOT,
  FIRST_COVARIATE_SLOT,
  labelSlot,
  tokenLength,
} from "@finetune-icl/core/model";
import type { RegressionProblem } from "@finetune-icl/core/problem";
import {
  gradientFlowOptimum,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  zeroShotFullParameters,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes } from "./support/cases";
import { allEntries, flatten, multiply, transpose, unflatten } from "./support/rationals";
import { fullFineTuningOptimum } from "./support/zeroShotTraining";

interface Mistake {
  /** How much of a symmetric M_xx is left, where it should be erased. */
  readonly block?: number;
  /** v_x in units of θ₀/c. */
  readonly valueScale?: SmallDimensionFactor;
  /** Directions of equal risk beyond those of the two branches. */
  readonly directions?: number;
}

/** A point of the set in each branch, everything that zero-shot prompts do not see drawn at random. */
function optima(
  draw: IdentityDraw,
  { covariance }: RegressionProblem<Rational>,
  targetTask: Vector<Rational>,
  { block = 0, valueScale = NO_MISTAKE }: Mistake,
): readonly AttentionParameters<Rational>[] {
  const { field } = draw;
  const scale = valueScale(draw, covariance);
  const size = tokenLength(draw.dimension);
  const label = labelSlot(draw.dimension);
  const symmetric = draw.symmetric();
  const unseen = draw.matrix(size);
  const [scoreScale, labelWeight, keyShare] = [draw.number(), draw.number(), draw.number()];
  const branches = [
    { branch: "constant-score", scoreScale, labelWeight },
    { branch: "constant-value", scoreScale, labelWeight, keyShare },
  ] as const;
  return branches.map((optimum) => {
    const { value, keyQuery } = zeroShotFullParameters(field, targetTask, optimum);
    return {
      value: value.map((x, k) => (k === label ? x : x.mul(scale))),
      keyQuery: matrixFrom(size, size, (i, j) => {
        if (i === label || j === label) return unseen[i]![j]!;
        if (i === CONSTANT_SLOT || j === CONSTANT_SLOT) return keyQuery[i]![j]!;
        // The antisymmetric part of M_xx is free.
        const skew = unseen[i]![j]!.sub(unseen[j]![i]!);
        return skew.add(symmetric[i - FIRST_COVARIATE_SLOT]![j - FIRST_COVARIATE_SLOT]!.mul(block));
      }),
    };
  });
}

/**
 * Half the Hessian in all entries of v and M at a point where the prediction has no error: JᵀGJ with G the moments of the
 * prompt's features and J the derivative of M⊗v, which is linear in every entry.
 */
function hessianWithoutError(
  field: NumberField<Rational>,
  moments: Matrix<Rational>,
  parameters: AttentionParameters<Rational>,
): Matrix<Rational> {
  const size = parameters.value.length;
  const flat = flatten(parameters);
  const here = relaxedPoint(field, parameters);
  const jacobian = transpose(
    allEntries(size).map((entry) => {
      const moved = unflatten(
        flat.map((x, k) => (k === entry ? x.add(1) : x)),
        size,
      );
      return relaxedPoint(field, moved).map((x, k) => x.sub(here[k]!));
    }),
  );
  return multiply(transpose(jacobian), multiply(moments, jacobian));
}

const compare =
  (mistake: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension: d } = draw;
    const problem = draw.problem();
    const targetTask = draw.vector();
    const points = optima(draw, problem, targetTask, mistake);
    const terms = [{ task: targetTask, shots: 0, weight: field.one }];
    const moments = () => relaxedLoss(field, problem, terms).curvature;
    // Zero-shot prompts see v₀ and v_x, M₀₀, the linear score and sym(M_xx); along one direction, the scale c, they are blind.
    // In the mirrored branch v_x and A can move against each other: d more directions are flat, but only to second order.
    const seen = 1 + d + 1 + d + (d * (d + 1)) / 2;
    const flat = [1, 1 + d];
    const gaps = () =>
      points.map((point, branch) => {
        const factors = factorLdl(field, hessianWithoutError(field, moments(), point));
        const rank = factors?.pivots.filter((pivot) => field.sign(pivot) !== 0).length ?? 0;
        return field.from(rank - (seen - flat[branch]! - (mistake.directions ?? 0)));
      });
    const risks = points.map((point) =>
      exactRisk(field, problem, targetTask, 0, point).sub(problem.noiseVariance),
    );
    return { zero: risks, tried: gaps };
  };

const IRREDUCIBLE = defineFormula({
  title: "Irreducible risk",
  source: "The zero-shot prediction equals θ₀ᵀx.",
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  expression: "noiseVariance",
});

export const zeroShotFullOptimumSet: Claim = {
  id: "zero-shot-full-optimum-set",
  title: "What full fine-tuning on zero-shot prompts makes optimal",
  statement:
    "The zero-shot risk is $\\sigma^2$ exactly where $(z^\\top Mz)(v^\\top z) = \\theta_0^\\top x$: the score is a constant $c$ and $v_x = \\theta_0/c$, or the value row is constant and the score is $\\theta_0^\\top x/c$. In both $\\operatorname{sym}(M_{xx}) = 0$: the block that learns in context is erased.",
  assumptions: "θ₀ ≠ 0; every entry that zero-shot prompts do not see is free.",
  shares:
    "The points come from zeroShotFullParameters on both sides of the rank and of the risk; the training starts from the pretrained point and shares only gradients with the exact risk.",
  notebook: "04-full-fine-tuning-forgets.ipynb#cell-full-math",
  identity: {
    compares:
      "the exact zero-shot risk with σ² in both branches, and the rank of the exact Hessian there with the number of entries seen less one (the scale c); in the mirrored branch less d more, along which v_x and sym(M_xx) cancel to second order but not beyond",
    tried: { what: "the rank of the Hessian", upTo: 4 },
    differences: compare({}),
    controls: [
      { description: "a part of the covariate block left", differences: compare({ block: 0.01 }) },
      {
        description: "v_x too large by 3 %",
        differences: compare({ valueScale: ({ field }) => field.from("1.03") }),
      },
      { description: "one more direction of equal risk", differences: compare({ directions: 1 }) },
      ...smallDimensionMistakes((valueScale) => compare({ valueScale })),
    ],
  },
  simulation: {
    samples: "the zero-shot error of the fully fine-tuned model on the target",
    cases: () =>
      formulaCases({
        probes: releasedProbes([0], ["target"]),
        formula: IRREDUCIBLE,
        controls: {
          "5 % above the noise": { ...IRREDUCIBLE, expression: "1.05 * noiseVariance" },
          "the price of value-only fine-tuning": VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
        },
        parameters: ({ gamma, targetTask }) =>
          zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask)),
        bind: ({ targetTask }) => ({ targetTask }),
      }),
  },
  training: fullFineTuningOptimum,
};
