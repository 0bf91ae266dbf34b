import { FLOAT, type Rational } from "@finetune-icl/core/algebra";
import type { Claim, Differences, IdentityDraw } from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { isotropicSetting } from "@finetune-icl/core/problem";
import {
  blockParameters,
  pretrainedBlock,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyOptimum,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import { formulaCases } from "./support/cases";
import { numericValueRow } from "./support/numericValueRow";
import { dot, identity, ratio, scale, scaleMatrix } from "./support/rationals";
import type { ClaimSetting } from "./support/settings";

/** d = 5, Σ = I, any target on the unit sphere, any Γ ∝ I: what is left above the noise is compared with a number. */
const compare =
  (price: Rational) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = { dimension: 5, covariance: identity(field, 5), noiseVariance: draw.positive() };
    // A rational point of the unit sphere: 2t/(1 + |t|²) and (1 − |t|²)/(1 + |t|²).
    const t = draw.vector(4);
    const square = dot(t, t);
    const length = square.add(1);
    const targetTask = [...scale(ratio(2).div(length), t), ratio(1).sub(square).div(length)];
    const gamma = scaleMatrix(draw.number(), identity(field, 5));
    const optimum = valueOnlyParameters(field, gamma, valueOnlyOptimum(field, problem, gamma, targetTask));
    return {
      zero: [exactRisk(field, problem, targetTask, 0, optimum).sub(problem.noiseVariance).sub(price)],
    };
  };

/** Little noise and few shots, much noise and many. */
const SETTINGS: readonly ClaimSetting[] = (
  [
    [0.02, 5, [0, 0.6, 0, 0, -0.8]],
    [0.5, 60, [0.5, 0.5, -0.5, 0.5, 0]],
  ] as const
).map(([noiseVariance, pretrainingShots, targetTask]) => {
  const setting = isotropicSetting({ dimension: 5, noiseVariance, pretrainingShots });
  return {
    label: `d = 5, σ² = ${noiseVariance}, m = ${pretrainingShots}`,
    ...setting,
    targetTask,
    otherTask: targetTask,
    gamma: pretrainedBlock(FLOAT, setting.problem, setting.pretraining),
  };
});

export const releasedPrice: Claim = {
  id: "price-in-the-released-setting",
  title: "The price of value-only fine-tuning in the released setting is 2/9",
  statement:
    "For $d=5$, $\\Sigma=I$ and a target on the unit sphere, value-only fine-tuning ends at $\\sigma^2 + 2/9$ for every $\\sigma^2$ and every number of pretraining shots: 0.3222 at $\\sigma^2 = 0.1$.",
  assumptions: "Γ proportional to I, as pretraining on isotropic tasks makes it.",
  shares:
    "The identity takes the optimum B⁻¹a of value-only-optimum. The simulation takes the minimum of values of the exact risk, at other noise, shots and targets, and compares with the number 2/9.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-price-math",
  identity: {
    compares:
      "the exact zero-shot risk at the value-only optimum, less σ², with 2/9, for random targets on the sphere and random multiples Γ of I",
    dimensions: [5],
    dimensionsOnly: "the statement is about d = 5",
    differences: compare(ratio(2, 9)),
    controls: [
      { description: "2/(d + 3)", differences: compare(ratio(2, 8)) },
      { description: "0.2 for 2/9", differences: compare(ratio(1, 5)) },
    ],
  },
  simulation: {
    samples:
      "the zero-shot error on the target after value-only fine-tuning, d = 5 and Σ = I, for other noise, pretraining shots and targets than the released ones",
    cases: () =>
      formulaCases({
        probes: SETTINGS.map((setting) => ({ setting, task: "target", shots: 0, precision: "main" })),
        formula: { ...VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, expression: "noiseVariance + 2 / 9" },
        controls: {
          "2/(d + 3)": { ...VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, expression: "noiseVariance + 2 / 8" },
          "0.2 for 2/9": { ...VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, expression: "noiseVariance + 0.2" },
        },
        parameters: ({ problem, gamma, targetTask }) =>
          numericValueRow(problem, targetTask, blockParameters(FLOAT, { block: gamma })),
        bind: ({ targetTask }) => ({ targetTask }),
      }),
  },
  training: { notApplicable: "Training on the value row is compared in value-only-optimum." },
};
