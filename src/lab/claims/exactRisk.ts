import { FLOAT } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk, gaussianNoise, linearTaskMoments, momentRisk } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import { SPREAD, taskOf } from "./support/cases";
import { covariateMoment } from "./support/covariateMoment";
import { denseParameters } from "./support/denseParameters";
import { transpose } from "./support/rationals";
import { RELEASED } from "./support/settings";

interface Mistake {
  readonly extraShots?: number;
  readonly noise?: SmallDimensionFactor;
  readonly transposed?: boolean;
}

/** The formula of the risk against the moments of prompt features, which share no line with it. */
const compare =
  ({ extraShots = 0, noise = NO_MISTAKE, transposed = false }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const task = draw.vector();
    const shots = draw.shots();
    const value = draw.vector(draw.dimension + 2);
    const keyQuery = draw.matrix(draw.dimension + 2);
    // The label's moments are expanded into those of the covariates and of the noise, so that no token's covariance is shared.
    const ofToken = linearTaskMoments(
      field,
      (indices) => covariateMoment(field, problem.covariance, indices),
      task,
      gaussianNoise(field, problem.noiseVariance),
    );
    const { contextShare, queryShare } = tokenShares(field, shots);
    const formula = exactRisk(
      field,
      { ...problem, noiseVariance: problem.noiseVariance.mul(noise(draw, problem.covariance)) },
      task,
      shots + extraShots,
      { value, keyQuery: transposed ? transpose(keyQuery) : keyQuery },
    );
    const featureRisk = momentRisk(field, draw.dimension, ofToken, shots, { value, keyQuery });
    return {
      zero: [
        featureRisk.sub(formula),
        contextShare.mul(shots + 1).sub(shots),
        queryShare.mul(shots + 1).sub(1),
      ],
    };
  };

export const exactRiskOfAnyParameters: Claim = {
  id: "exact-risk",
  title: "The exact risk of any parameters",
  statement:
    "$R(n,\\theta) = \\sigma^2 + \\mathbb E\\,p(x_q)^2 + \\tfrac{n}{N^2}\\,\\nu$ for every $v$ and $M$: a polynomial in the parameters, in $\\Sigma$, $\\theta$, $\\sigma^2$ and $\\tfrac1N$.",
  assumptions: "Gaussian covariates and noise, one layer of linear attention, any v and M.",
  shares:
    "tokenShares, held to n/(n + 1) and 1/(n + 1) by two more equations, and the layout of a token. The moments come from Isserlis' theorem for the covariates and from an expansion of the label, not from the token's covariance that the formula uses; the simulation shares nothing but the parameters.",
  notebook: "02-the-exact-risk-of-any-model.ipynb#cell-program",
  identity: {
    compares:
      "the formula of the risk, against the second moments of the prompt's features $\\hat S_{ak} z_{qb}$, the label expanded into covariates and noise; and the tokens' shares with n/(n + 1) and 1/(n + 1)",
    differences: compare({}),
    controls: [
      { description: "one example too many", differences: compare({ extraShots: 1 }) },
      {
        description: "noise too large by 3 %",
        differences: compare({ noise: ({ field }) => field.from("1.03") }),
      },
      { description: "keys and queries exchanged", differences: compare({ transposed: true }) },
      ...smallDimensionMistakes((noise) => compare({ noise })),
    ],
  },
  simulation: {
    samples: "the squared error of random dense parameters on fresh prompts, every token drawn",
    cases: () =>
      [...SPREAD, { setting: RELEASED, task: "target", shots: 3, precision: "spread" } as const].map(
        (probe) => {
          const { setting, shots, precision } = probe;
          const task = taskOf(probe);
          const parameters = denseParameters(setting);
          const risk = (extraShots: number, keyQuery = parameters.keyQuery) =>
            exactRisk(FLOAT, setting.problem, task, shots + extraShots, { ...parameters, keyQuery });
          const exchanged = parameters.keyQuery.map((_, i) => parameters.keyQuery.map((row) => row[i]!));
          return {
            label: `${setting.label}, dense parameters, n = ${shots}`,
            problem: setting.problem,
            task,
            shots,
            parameters,
            predicted: risk(0),
            controls: { "one example too many": risk(1), "keys and queries exchanged": risk(0, exchanged) },
            precision,
          };
        },
      ),
  },
  training: { notApplicable: "The statement is about given parameters, however they were found." },
};
