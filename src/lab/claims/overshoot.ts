import { evaluate, FLOAT, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  gradientFlowOptimum,
  OVERSHOOT_RATIO,
  TARGET_OVERSHOOT,
  zeroShotFullParameters,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes } from "./support/cases";

const bindingsOf = (draw: IdentityDraw) => {
  const { covariance, noiseVariance } = draw.problem();
  return {
    covariance,
    noiseVariance,
    targetTask: draw.vector(),
    scoreScale: draw.number(),
    labelWeight: draw.number(),
  };
};

const compare =
  (overshoot: Formula<"scalar">, spread: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const point = bindingsOf(draw);
    const { covariance, noiseVariance, targetTask, scoreScale, labelWeight } = point;
    const shots = draw.shots();
    const problem = { dimension: draw.dimension, covariance, noiseVariance };
    const parameters = zeroShotFullParameters(field, targetTask, {
      branch: "constant-score",
      scoreScale,
      labelWeight,
    });
    const risk = (n: number): Rational => exactRisk(field, problem, targetTask, n, parameters);
    const excess = risk(shots).sub(risk(0));
    const shares = tokenShares(field, shots);
    const claimed = evaluate(overshoot, field, { ...point, ...shares, dimension: draw.d });
    // As a parabola in 1/N: highest at 1/N = (q − 2)/(2(q − 1)), where n = q/(q − 2), with height q²/(4(q − 1)).
    const q = evaluate(spread, field, point);
    const length = evaluate(NORM, field, point);
    const top = q.mul(q).div(q.sub(1).mul(4));
    const distance = shares.queryShare.sub(q.sub(2).div(q.sub(1).mul(2)));
    const parabola = length.mul(top.sub(q.sub(1).mul(distance).mul(distance)));
    return { zero: [excess.sub(claimed), excess.sub(parabola)], notNegative: () => [excess] };
  };

const NORM = { ...OVERSHOOT_RATIO, expression: "normSquared(targetTask)" };
const flipped = altered(OVERSHOOT_RATIO, "1 + scoreScale", "1 - scoreScale");

export const overshootOnTarget: Claim = {
  id: "overshoot-on-target",
  title: "After full fine-tuning, examples of the target itself do harm",
  statement:
    "$R(n,\\theta_0) - R(0,\\theta_0) = \\lVert\\theta_0\\rVert^2\\,\\tfrac{n^2+qn}{N^2} > 0$ for every $n\\ge1$, $q = (1+cw)^2 + c^2w^2\\sigma^2/\\lVert\\theta_0\\rVert^2$. If $q>2$ the curve overshoots its limit and is highest, $\\lVert\\theta_0\\rVert^2 q^2/(4(q-1))$, at $n = q/(q-2)$.",
  assumptions: "θ₀ ≠ 0; the constant-score optimum with any c and w.",
  shares:
    "The parameters (zeroShotFullParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk; height and place of the maximum are compared with the curve itself.",
  notebook: "04-full-fine-tuning-forgets.ipynb#cell-overshoot",
  identity: {
    compares:
      "the difference of two exact risks with the sum of squares, and with the parabola in 1/N that has the stated height and place",
    differences: compare(TARGET_OVERSHOOT, OVERSHOOT_RATIO),
    controls: [
      { description: "1 − cw for 1 + cw", differences: compare(TARGET_OVERSHOOT, flipped) },
      {
        description: "without the noise of the examples' labels",
        differences: compare(
          altered(TARGET_OVERSHOOT, "+ scoreScale^2 * labelWeight^2 * noiseVariance", ""),
          OVERSHOOT_RATIO,
        ),
      },
      ...smallDimensionControls(TARGET_OVERSHOOT, (formula) => compare(formula, OVERSHOOT_RATIO)),
    ],
  },
  simulation: {
    samples: "the fully fine-tuned model on few examples of its target",
    cases: () => {
      const formula = { ...TARGET_OVERSHOOT, expression: `noiseVariance + ${TARGET_OVERSHOOT.expression}` };
      return formulaCases({
        probes: releasedProbes([1, 2, 4], ["target"]),
        formula,
        controls: {
          "examples change nothing": { ...formula, expression: "noiseVariance" },
          "no overshoot: the limit is the largest value": {
            ...formula,
            expression: "noiseVariance + normSquared(targetTask)",
          },
          "1 − cw for 1 + cw": altered(formula, "1 + scoreScale", "1 - scoreScale"),
        },
        parameters: ({ gamma, targetTask }) =>
          zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask)),
        bind: ({ gamma, targetTask }) => {
          const { scoreScale, labelWeight } = gradientFlowOptimum(gamma, targetTask);
          return { targetTask, scoreScale, labelWeight };
        },
      });
    },
  },
  training: { notApplicable: "The curve of a trained model is compared in zero-shot-full-risk." },
};
