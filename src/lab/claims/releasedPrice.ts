import { FLOAT, type Rational } from "@finetune-icl/core/algebra";
import { altered, type Claim, type Differences, type IdentityDraw } from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyOptimum,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes } from "./support/cases";
import { dot, identity, ratio, scale, scaleMatrix } from "./support/rationals";

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

export const releasedPrice: Claim = {
  id: "price-in-the-released-setting",
  title: "The price of value-only fine-tuning in the released setting is 2/9",
  statement:
    "For $d=5$, $\\Sigma=I$ and a target on the unit sphere, value-only fine-tuning ends at $\\sigma^2 + 2/9$ for every $\\sigma^2$ and every number of pretraining shots: 0.3222 at $\\sigma^2 = 0.1$.",
  assumptions: "Γ proportional to I, as pretraining on isotropic tasks makes it.",
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
    samples: "the zero-shot error on the target after value-only fine-tuning, in the released setting",
    cases: () =>
      formulaCases({
        probes: releasedProbes([0], ["target"]),
        formula: VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
        controls: {
          "2/(d + 3)": altered(VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, "dimension + 4", "dimension + 3"),
          "0.3 for 0.3222": { ...VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, expression: "0.3" },
        },
        parameters: ({ problem, gamma, targetTask }) =>
          valueOnlyParameters(FLOAT, gamma, valueOnlyOptimum(FLOAT, problem, gamma, targetTask)),
        bind: ({ targetTask }) => ({ targetTask }),
      }),
  },
  training: { notApplicable: "Training on the value row is compared in value-only-optimum." },
};
