import {
  evaluate,
  FLOAT,
  type Formula,
  factorLdl,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import {
  blockParameters,
  VALUE_ONLY_OPTIMUM,
  VALUE_ONLY_OPTIMUM_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import { formulaCases, type Probe, releasedProbes } from "./support/cases";
import { numericValueRow } from "./support/numericValueRow";
import { derivatives, hessian, inverseOf, valueEntries } from "./support/rationals";
import { randomSetting } from "./support/settings";
import { valueOnlyTraining } from "./support/valueTraining";

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
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const [gamma, targetTask] = [draw.symmetric(), draw.vector()];
    const { covariance, noiseVariance } = problem;
    const common = { covariance, noiseVariance, targetTask, dimension: draw.d };
    const loss = (p: AttentionParameters<Rational>): Rational => exactRisk(field, problem, targetTask, 0, p);
    const entries = valueEntries(tokenLength(draw.dimension));

    // At a free v_x: the slopes and the value that a quadratic with the stated B and a has.
    const valueVector = draw.vector();
    const anywhere = valueOnlyParameters(field, gamma, valueVector);
    const [constant, ...slopes] = derivatives(loss, anywhere, entries);
    const system = (v: Vector<Rational>): Vector<Rational> =>
      evaluate({ ...optimum, expression: "normalMatrix * valueVector - normalVector" }, field, {
        ...common,
        gamma,
        valueVector: v,
      });
    const quadratic = evaluate(
      {
        ...price,
        expression: price.expression.replace(
          "- normalVector * inv(normalMatrix) * normalVector",
          "+ valueVector * normalMatrix * valueVector - 2 * normalVector * valueVector",
        ),
      },
      field,
      { ...common, gamma, valueVector },
    );
    const solution = (): Vector<Rational> => evaluate(optimum, field, { ...common, gamma });
    const inverseBlock = inverseOf(field, covariance);
    const special = valueOnlyParameters(field, inverseBlock, evaluate(optimumInverse, field, common));
    return {
      zero: [
        constant!,
        ...system(valueVector).map((x, i) => x.mul(2).sub(slopes[i]!)),
        slopes.at(-1)!,
        loss(anywhere).sub(quadratic),
        ...derivatives(loss, special, entries),
        loss(special).sub(evaluate(priceInverse, field, common)),
      ],
      solved: () => [
        ...system(solution()),
        loss(valueOnlyParameters(field, gamma, solution())).sub(evaluate(price, field, { ...common, gamma })),
      ],
      notNegative: () =>
        factorLdl(field, hessian(loss, anywhere, entries.slice(0, labelSlot(draw.dimension))))?.pivots ?? [
          field.from(-1),
        ],
    };
  };

const wrongPrice = altered(VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, "dimension + 4", "dimension + 3");

export const valueOnlyOptimumClaim: Claim = {
  id: "value-only-optimum",
  title: "Value-only fine-tuning: the optimum and its price",
  statement:
    "On zero-shot prompts the loss is convex in $v$, with minimum at $v_x = B^{-1}a$ and risk $\\sigma^2 + \\lVert\\theta_0\\rVert^2 - a^\\top v_x$; for $\\Gamma = \\Sigma^{-1}$: $v_x = \\theta_0/(d+4)$ and $\\sigma^2 + 2\\lVert\\theta_0\\rVert^2/(d+4)$. The label slot $w$ stays 1.",
  assumptions: "M fixed, zero but for a symmetric block Γ ≠ 0.",
  shares:
    "B and a on the side of the formula; on the other the exact risk at a free v_x. The simulation samples at the minimum of values of the exact risk, without B and a; the training flows to it.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-value-math",
  identity: {
    compares:
      "the slopes of the exact zero-shot risk in v₀ and w with zero and in a free v_x with 2(Bv_x − a), its value with the quadratic of B and a; that v_x = B⁻¹a solves the system and gives the price; the Hessian's pivots with zero from above; and slopes and price for Γ = Σ⁻¹",
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
      ...smallDimensionControls(VALUE_ONLY_OPTIMUM_INVERSE, (optimumInverse) => compare({ optimumInverse })),
      ...smallDimensionControls(VALUE_ONLY_OPTIMUM, (optimum) => compare({ optimum })).map(
        ({ description, differences }) => ({ description: `${description}, in B⁻¹a`, differences }),
      ),
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
          numericValueRow(problem, targetTask, blockParameters(FLOAT, { block: gamma })),
        bind: ({ gamma, targetTask }) => ({ gamma, targetTask }),
      }),
  },
  training: valueOnlyTraining,
};
