import { evaluate, FLOAT, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  type SimulationCase,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { linearTaskMoments, momentRisk, remembered } from "@finetune-icl/core/exact";
import {
  type CovariateDistribution,
  describeCovariates,
  isotropicSetting,
  tokenShares,
} from "@finetune-icl/core/problem";
import { CONSTANT_SCORE_RISK, zeroShotFullParameters } from "@finetune-icl/core/theory";

/**
 * Every moment of the covariates above the second is drawn freely (the risk is linear in each, so it does not matter whether a
 * distribution has them), and so are the third and fourth moment of the noise.
 */
const compare =
  (formula: Formula<"scalar">, centred = true) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const d = draw.dimension;
    const { covariance, noiseVariance } = draw.problem();
    const mean = draw.vector();
    const covariates = remembered((indices): Rational => {
      const [i, j] = indices;
      if (i === undefined) return field.one;
      if (j === undefined) return centred ? field.zero : mean[i]!;
      return indices.length === 2 ? covariance[i]![j]! : draw.tensorEntry(indices.length);
    });
    const [targetTask, task] = [draw.vector(), draw.vector()];
    const [scoreScale, labelWeight, shots] = [draw.number(), draw.number(), draw.shots()];
    const noise = [field.one, field.zero, noiseVariance, draw.number(), draw.number()];
    const parameters = zeroShotFullParameters(field, targetTask, {
      branch: "constant-score",
      scoreScale,
      labelWeight,
    });
    const moments = linearTaskMoments(field, covariates, task, noise);
    const claimed = evaluate(formula, field, {
      covariance,
      noiseVariance,
      targetTask,
      task,
      scoreScale,
      labelWeight,
      dimension: draw.d,
      ...tokenShares(field, shots),
    });
    return { zero: [claimed.sub(momentRisk(field, d, moments, shots, parameters))] };
  };

const WITHOUT_NOISE = altered(
  CONSTANT_SCORE_RISK,
  "scoreScale^2 * labelWeight^2 * noiseVariance",
  "0 * noiseVariance",
);

const SAMPLED: readonly (readonly [CovariateDistribution, number])[] = [
  [{ kind: "sphere" }, 5],
  [{ kind: "sparse", density: 0.3 }, 1],
  [{ kind: "skewed", shape: 1 }, 5],
  [{ kind: "heavy-tailed", degrees: 14 }, 5],
];

function cases(): readonly SimulationCase[] {
  const { problem } = isotropicSetting({ dimension: 3, noiseVariance: 1, pretrainingShots: 20 });
  const { covariance, noiseVariance } = problem;
  const [targetTask, task] = [
    [0.6, 0, 0.8],
    [0, 1, 0],
  ];
  const optimum = { branch: "constant-score", scoreScale: 1.5, labelWeight: 1 } as const;
  const parameters = zeroShotFullParameters(FLOAT, targetTask!, optimum);
  return SAMPLED.map(([covariates, shots]) => {
    const predict = (formula: Formula<"scalar">): number =>
      evaluate(formula, FLOAT, {
        covariance,
        noiseVariance,
        targetTask: targetTask!,
        task: task!,
        scoreScale: optimum.scoreScale,
        labelWeight: optimum.labelWeight,
        ...tokenShares(FLOAT, shots),
      });
    return {
      label: `${describeCovariates(covariates)}, n = ${shots}`,
      problem,
      task: task!,
      shots,
      parameters,
      covariates,
      predicted: predict(CONSTANT_SCORE_RISK),
      controls: { "without the noise of the examples' labels": predict(WITHOUT_NOISE) },
      precision: "spread",
    };
  });
}

export const fullForgetsAnyCovariates: Claim = {
  id: "full-forgets-any-covariates",
  title: "The risk after full fine-tuning does not depend on the distribution of the covariates",
  statement:
    "At the zero-shot optimum $M_{00}=c$, $v_x=\\theta_0/c$ the risk $R(n,\\theta)$ depends on the covariates through $\\Sigma$ and on the noise through $\\sigma^2$ only, and tends to $\\sigma^2 + \\lVert\\theta\\rVert^2$ for every task.",
  assumptions:
    "E x = 0, E xxᵀ = Σ, noise with mean 0 and independent of x; any w, no further moments needed.",
  shares:
    "The parameters (zeroShotFullParameters) and tokenShares; the risk comes from free moments, the formula from Σ and σ² alone.",
  notebook: "12-other-covariates.ipynb#cell-mathematics",
  identity: {
    compares:
      "the Gaussian closed form against the exact risk from moments, all moments of the covariates above the second and of the noise drawn freely",
    differences: compare(CONSTANT_SCORE_RISK),
    controls: [
      { description: "without the noise of the examples' labels", differences: compare(WITHOUT_NOISE) },
      { description: "covariates that are not centred", differences: compare(CONSTANT_SCORE_RISK, false) },
      ...smallDimensionControls(CONSTANT_SCORE_RISK, (formula) => compare(formula)),
    ],
  },
  simulation: {
    samples: "a zero-shot optimum on prompts whose covariates are spherical, sparse, skewed or heavy-tailed",
    cases,
  },
  training: {
    notApplicable:
      "The statement is about the risk of given parameters; that training may end elsewhere is the claim constant-length-keeps-icl.",
  },
};
