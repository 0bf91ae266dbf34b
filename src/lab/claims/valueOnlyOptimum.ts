import {
  evaluate,
  FLOAT,
  type Formula,
  factorLdl,
  RATIONAL,
  type Rational,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  degree,
  type RationalDraw,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import {
  VALUE_ONLY_OPTIMUM,
  VALUE_ONLY_OPTIMUM_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyOptimum,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import { formulaCases, type Probe, releasedProbes } from "./support/cases";
import { derivatives, hessian, inverseOf, valueEntries } from "./support/rationals";
import { randomSetting } from "./support/settings";
import { valueOnlyTraining } from "./support/valueTraining";

const { COVARIANCE, identityDegree, inverse, polynomial, riskDegree, times } = degree;

interface Formulas {
  readonly optimum?: Formula<"vector">;
  readonly optimumInverse?: Formula<"vector">;
  readonly price?: Formula<"scalar">;
  readonly priceInverse?: Formula<"scalar">;
}

const compare =
  ({
    optimum = VALUE_ONLY_OPTIMUM,
    optimumInverse = VALUE_ONLY_OPTIMUM_INVERSE,
    price = VALUE_ONLY_ZERO_SHOT_RISK,
    priceInverse = VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  }: Formulas) =>
  (draw: RationalDraw): Differences => {
    const problem = draw.problem();
    const [gamma, targetTask] = [draw.symmetric(), draw.vector()];
    const { covariance, noiseVariance } = problem;
    const common = { covariance, noiseVariance, targetTask, dimension: RATIONAL.from(draw.dimension) };
    const loss = (p: AttentionParameters<Rational>): Rational =>
      exactRisk(RATIONAL, problem, targetTask, 0, p);
    const entries = valueEntries(tokenLength(draw.dimension));

    const parameters = valueOnlyParameters(
      RATIONAL,
      gamma,
      evaluate(optimum, RATIONAL, { ...common, gamma }),
    );
    const inverseBlock = inverseOf(covariance);
    const special = valueOnlyParameters(RATIONAL, inverseBlock, evaluate(optimumInverse, RATIONAL, common));
    const curvature = hessian(loss, parameters, entries.slice(0, labelSlot(draw.dimension)));
    return {
      zero: [
        ...derivatives(loss, parameters, entries),
        loss(parameters).sub(evaluate(price, RATIONAL, { ...common, gamma })),
        ...derivatives(loss, special, entries),
        loss(special).sub(evaluate(priceInverse, RATIONAL, common)),
      ],
      notNegative: factorLdl(RATIONAL, curvature)?.pivots ?? [RATIONAL.from(-1)],
    };
  };

const wrongPrice = altered(VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, "dimension + 4", "dimension + 3");

export const valueOnlyOptimumClaim: Claim = {
  id: "value-only-optimum",
  title: "Value-only fine-tuning: the optimum and its price",
  statement:
    "On zero-shot prompts the loss is convex in $v$, with minimum at $v_x = B^{-1}a$ and risk $\\sigma^2 + \\lVert\\theta_0\\rVert^2 - a^\\top v_x$; for $\\Gamma = \\Sigma^{-1}$: $v_x = \\theta_0/(d+4)$ and $\\sigma^2 + 2\\lVert\\theta_0\\rVert^2/(d+4)$. The label slot $w$ stays 1.",
  assumptions: "M fixed, zero but for a symmetric block Γ ≠ 0.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-value-math",
  identity: {
    compares:
      "the slopes of the exact zero-shot risk in all of v with zero, its Hessian's pivots with zero from above, its value with the price; for a free Γ and for Γ = Σ⁻¹",
    dimensions: [1, 2],
    degree: (d) => {
      // B and a: Σ three times and Γ twice; Σ, Γ and θ₀.
      const value = times(inverse(d, polynomial(8)), polynomial(6));
      const risk = riskDegree({ value, keyQuery: inverse(d, COVARIANCE) });
      return identityDegree(risk, times(value, polynomial(6)));
    },
    differences: compare({}),
    controls: [
      {
        description: "9 for 8 in B",
        differences: compare({ optimum: altered(VALUE_ONLY_OPTIMUM, "8 * covariance", "9 * covariance") }),
      },
      {
        description: "d + 3 for d + 4 in v_x",
        differences: compare({
          optimumInverse: altered(VALUE_ONLY_OPTIMUM_INVERSE, "dimension + 4", "dimension + 3"),
        }),
      },
      { description: "d + 3 for d + 4 in the price", differences: compare({ priceInverse: wrongPrice }) },
      {
        description: "without the noise floor",
        differences: compare({ price: altered(VALUE_ONLY_ZERO_SHOT_RISK, "noiseVariance +", "") }),
      },
    ],
  },
  simulation: {
    samples: "the zero-shot error on the target at the optimum",
    cases: () =>
      formulaCases({
        probes: [
          ...releasedProbes([0], ["target"]),
          ...[1, 3, 16].map(
            (d): Probe => ({ setting: randomSetting(d), task: "target", shots: 0, precision: "main" }),
          ),
        ],
        formula: VALUE_ONLY_ZERO_SHOT_RISK,
        controls: {
          "9 for 8 in B": altered(VALUE_ONLY_ZERO_SHOT_RISK, "8 * covariance", "9 * covariance"),
          "d + 3 for d + 4, Γ = Σ⁻¹": wrongPrice,
        },
        parameters: ({ problem, gamma, targetTask }) =>
          valueOnlyParameters(FLOAT, gamma, valueOnlyOptimum(FLOAT, problem, gamma, targetTask)),
        bind: ({ gamma, targetTask }) => ({ gamma, targetTask }),
      }),
  },
  training: valueOnlyTraining,
};
