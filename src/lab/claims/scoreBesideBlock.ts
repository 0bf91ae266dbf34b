import { evaluate, FLOAT, type Formula, type Rational, type Vector } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  blockParameters,
  SCORED_RISK,
  SCORED_VALUE_OPTIMUM,
  SCORED_ZERO_SHOT_RISK,
  SCORED_ZERO_SHOT_RISK_INVERSE,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { FLOW_TOLERANCE, fineTuningTerms, train } from "./support/descent";
import { numericValueRow } from "./support/numericValueRow";
import { derivatives, inverseOf, scale, valueEntries } from "./support/rationals";
import { type ClaimSetting, RELEASED, randomSetting } from "./support/settings";

interface Formulas {
  readonly optimum?: Formula<"vector">;
  readonly priceInverse?: Formula<"scalar">;
  readonly risk?: Formula<"scalar">;
}

const compare =
  ({
    optimum = SCORED_VALUE_OPTIMUM,
    priceInverse = SCORED_ZERO_SHOT_RISK_INVERSE,
    risk = SCORED_RISK,
  }: Formulas) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [gamma, targetTask, task, scoreScale] = [
      draw.symmetric(),
      draw.vector(),
      draw.vector(),
      draw.number(),
    ];
    const point = { covariance, noiseVariance, targetTask, scoreScale, dimension: draw.d };
    const zeroShot = (p: AttentionParameters<Rational>): Rational =>
      exactRisk(field, problem, targetTask, 0, p);
    const free = draw.vector();
    const at = (v: Vector<Rational>) => blockParameters(field, { block: gamma, scoreScale, valueVector: v });
    const system = (v: Vector<Rational>): Vector<Rational> =>
      evaluate({ ...optimum, expression: "scoredMatrix * valueVector - scoredVector" }, field, {
        ...point,
        gamma,
        valueVector: v,
      });
    const quadratic = evaluate(
      {
        ...SCORED_ZERO_SHOT_RISK,
        expression:
          "noiseVariance + normSquared(targetTask) + valueVector * scoredMatrix * valueVector - 2 * scoredVector * valueVector",
      },
      field,
      { ...point, gamma, valueVector: free },
    );
    const solution = (): Vector<Rational> => evaluate(optimum, field, { ...point, gamma });
    const seen = valueEntries(tokenLength(draw.dimension)).slice(0, labelSlot(draw.dimension));
    const [constant, ...slopes] = derivatives(zeroShot, at(free), seen);
    // For Γ = Σ⁻¹: v_x = (c + d + 2)θ₀/((c + d + 2)² + 2(d + 2)).
    const sum = scoreScale.add(draw.d).add(2);
    const special = blockParameters(field, {
      block: inverseOf(field, covariance),
      scoreScale,
      valueVector: scale(sum.div(sum.mul(sum).add(draw.d.add(2).mul(2))), targetTask),
    });
    const [valueVector, labelWeight, shots] = [draw.vector(), draw.number(), draw.shots()];
    const anywhere = blockParameters(field, { block: gamma, scoreScale, valueVector, labelWeight });
    return {
      zero: [
        constant!,
        ...system(free).map((x, i) => x.mul(2).sub(slopes[i]!)),
        zeroShot(at(free)).sub(quadratic),
        ...derivatives(zeroShot, special, seen),
        zeroShot(special).sub(evaluate(priceInverse, field, point)),
        exactRisk(field, problem, task, shots, anywhere).sub(
          evaluate(risk, field, {
            ...point,
            gamma,
            task,
            valueVector,
            labelWeight,
            ...tokenShares(field, shots),
          }),
        ),
      ],
      solved: () => [
        ...system(solution()),
        zeroShot(at(solution())).sub(evaluate(SCORED_ZERO_SHOT_RISK, field, { ...point, gamma })),
      ],
    };
  };

const SCORE = 5;
const withoutNoise = altered(SCORED_RISK, "(scoreScale^2 + secondTrace)", "secondTrace");
const wrongPrice = altered(
  SCORED_ZERO_SHOT_RISK_INVERSE,
  "(scoreScale + dimension + 2)^2",
  "(scoreScale + dimension + 3)^2",
);

const trained = (setting: ClaimSetting) =>
  [0.5, SCORE].map((scoreScale) => {
    const { problem, gamma, targetTask } = setting;
    const start = blockParameters(FLOAT, { block: gamma, scoreScale });
    const { value, settled } = train(setting, start, fineTuningTerms(targetTask), "value");
    const price = (score: number): number =>
      evaluate(SCORED_ZERO_SHOT_RISK, FLOAT, {
        covariance: problem.covariance,
        noiseVariance: problem.noiseVariance,
        gamma,
        targetTask,
        scoreScale: score,
      });
    return {
      label: `${setting.label}, c = ${scoreScale}: zero-shot risk`,
      predicted: price(scoreScale),
      measured: value,
      ...FLOW_TOLERANCE,
      settled,
      controls: { "no constant score": { predicted: price(0), measured: value } },
    };
  });

export const scoreBesideBlockClaim: Claim = {
  id: "score-beside-block",
  title: "One rank of the scores suffices to come as near to the irreducible zero-shot error as one likes",
  statement:
    "With $M = \\operatorname{diag}(c, \\Gamma)$, an update of rank one, and the best $v_x = B_c^{-1}a_c$ the zero-shot risk is $\\sigma^2 + \\lVert\\theta_0\\rVert^2 - a_c^\\top v_x$; for $\\Gamma = \\Sigma^{-1}$ it is $\\sigma^2 + \\frac{2(d+2)}{(c+d+2)^2+2(d+2)}\\lVert\\theta_0\\rVert^2 \\to \\sigma^2$ as $c\\to\\infty$. Nothing is erased: as $n\\to\\infty$ the risk on any task does not depend on $c$ but through $v_x$. At finite $n$ the score adds $\\frac{n}{N^2}c^2(\\lVert\\varphi\\rVert^2+w^2\\sigma^2)$ and terms of order $1/N$.",
  assumptions: "M zero but for c and a symmetric block Γ; v = (0, v_x, w).",
  shares:
    "B_c and a_c on the side of the formula; on the other the exact risk at a free v_x. What is sampled is the minimum of values of the exact risk, while the prediction is at B_c⁻¹a_c.",
  notebook: "14-low-rank-updates.ipynb#cell-dial",
  identity: {
    compares:
      "the slopes of the exact zero-shot risk in v₀ with zero and in a free v_x with 2(B_c v_x − a_c), its value with the quadratic of B_c and a_c; that B_c⁻¹a_c solves the system; slopes and price for Γ = Σ⁻¹; and the exact few-shot risk at another v_x and any w with the formula",
    differences: compare({}),
    controls: [
      {
        description: "c for 2c in B_c",
        differences: compare({ optimum: altered(SCORED_VALUE_OPTIMUM, "2 * scoreScale *", "scoreScale *") }),
      },
      { description: "d + 3 for d + 2 in the price", differences: compare({ priceInverse: wrongPrice }) },
      { description: "the score makes no noise in context", differences: compare({ risk: withoutNoise }) },
      ...smallDimensionControls(SCORED_RISK, (risk) => compare({ risk })),
      ...smallDimensionControls(SCORED_ZERO_SHOT_RISK_INVERSE, (priceInverse) =>
        compare({ priceInverse }),
      ).map(({ description, differences }) => ({ description: `${description}, in the price`, differences })),
    ],
  },
  simulation: {
    samples: `the error of M = diag(${SCORE}, Γ) with the best v_x on the target, its opposite and other tasks`,
    cases: () =>
      formulaCases({
        probes: [...releasedProbes([0, 20]), ...SPREAD],
        formula: SCORED_RISK,
        controls: {
          "the score makes no noise in context": withoutNoise,
          "3 % more": { ...SCORED_RISK, expression: `1.03 * (${SCORED_RISK.expression})` },
        },
        parameters: ({ problem, gamma, targetTask }) =>
          numericValueRow(problem, targetTask, blockParameters(FLOAT, { block: gamma, scoreScale: SCORE })),
        bind: ({ problem, gamma, targetTask }) => ({
          gamma,
          scoreScale: SCORE,
          labelWeight: 1,
          valueVector: evaluate(SCORED_VALUE_OPTIMUM, FLOAT, {
            covariance: problem.covariance,
            gamma,
            targetTask,
            scoreScale: SCORE,
          }),
        }),
      }),
  },
  training: {
    trains:
      "gradient flow of v from (0, 0, 1) on zero-shot prompts, M = diag(c, Γ) held fixed: the risk it ends at",
    run: (profile) => (profile === "quick" ? [RELEASED] : [RELEASED, randomSetting(2)]).flatMap(trained),
  },
};
