import { evaluate, FLOAT, type Formula, RATIONAL, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  degree,
  type RationalDraw,
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
  scoreBesideBlock,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { FLOW_TOLERANCE, fineTuningTerms, train } from "./support/descent";
import { derivatives, inverseOf, valueEntries } from "./support/rationals";
import { type ClaimSetting, RELEASED, randomSetting } from "./support/settings";

const { COVARIANCE, identityDegree, inverse, polynomial, riskDegree, times } = degree;

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
  (draw: RationalDraw): Differences => {
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [gamma, targetTask, task, scoreScale] = [
      draw.symmetric(),
      draw.vector(),
      draw.vector(),
      draw.number(),
    ];
    const point = { covariance, noiseVariance, targetTask, scoreScale };
    const zeroShot = (p: AttentionParameters<Rational>): Rational =>
      exactRisk(RATIONAL, problem, targetTask, 0, p);
    const parameters = blockParameters(RATIONAL, {
      block: gamma,
      scoreScale,
      valueVector: evaluate(optimum, RATIONAL, { ...point, gamma }),
    });
    const seen = valueEntries(tokenLength(draw.dimension)).slice(0, labelSlot(draw.dimension));
    const special = scoreBesideBlock(RATIONAL, problem, inverseOf(covariance), targetTask, scoreScale);
    const [valueVector, labelWeight, shots] = [draw.vector(), draw.number(), draw.shots()];
    const anywhere = blockParameters(RATIONAL, { block: gamma, scoreScale, valueVector, labelWeight });
    return {
      zero: [
        ...derivatives(zeroShot, parameters, seen),
        zeroShot(parameters).sub(evaluate(SCORED_ZERO_SHOT_RISK, RATIONAL, { ...point, gamma })),
        zeroShot(special).sub(
          evaluate(priceInverse, RATIONAL, { ...point, dimension: RATIONAL.from(draw.dimension) }),
        ),
        exactRisk(RATIONAL, problem, task, shots, anywhere).sub(
          evaluate(risk, RATIONAL, {
            ...point,
            gamma,
            task,
            valueVector,
            labelWeight,
            ...tokenShares(RATIONAL, shots),
          }),
        ),
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
  notebook: "14-low-rank-updates.ipynb#cell-dial",
  identity: {
    compares:
      "the slopes of the exact zero-shot risk in v₀ and v_x with zero, its value with the price, for a free Γ and Γ = Σ⁻¹, and the exact few-shot risk at any c, v_x and w with the formula",
    dimensions: [1, 2],
    degree: (d) => {
      // B_c and a_c: Σ three times and Γ twice; Σ twice, Γ and θ₀.
      const value = times(inverse(d, polynomial(8)), polynomial(6));
      const risk = riskDegree({ value, keyQuery: inverse(d, COVARIANCE) });
      return identityDegree(risk, times(value, polynomial(6)));
    },
    differences: compare({}),
    controls: [
      {
        description: "c for 2c in B_c",
        differences: compare({ optimum: altered(SCORED_VALUE_OPTIMUM, "2 * scoreScale *", "scoreScale *") }),
      },
      { description: "d + 3 for d + 2 in the price", differences: compare({ priceInverse: wrongPrice }) },
      { description: "the score makes no noise in context", differences: compare({ risk: withoutNoise }) },
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
          scoreBesideBlock(FLOAT, problem, gamma, targetTask, SCORE),
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
