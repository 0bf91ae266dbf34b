import { evaluate, FLOAT, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import type { ShotCount } from "@finetune-icl/core/problem";
import {
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  gradientFlowOptimum,
  zeroShotFullParameters,
} from "@finetune-icl/core/theory";
import { formulaCases } from "./support/cases";
import { limitFromFiniteShots, threeShots } from "./support/limit";
import { RELEASED } from "./support/settings";

const noFloor = altered(CONSTANT_SCORE_RISK_LIMIT, "noiseVariance +", "");

const compare =
  (formula: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const [task, targetTask] = [draw.vector(), draw.vector()];
    const parameters = zeroShotFullParameters(field, targetTask, {
      branch: "constant-score",
      scoreScale: draw.number(),
      labelWeight: draw.number(),
    });
    const risk = (shots: ShotCount): Rational => exactRisk(field, problem, task, shots, parameters);
    const { covariance, noiseVariance } = problem;
    const claimed = evaluate(formula, field, { covariance, noiseVariance, task, dimension: draw.d });
    return {
      zero: [limitFromFiniteShots(field, risk, threeShots(draw)).sub(claimed), risk("infinity").sub(claimed)],
    };
  };

export const zeroShotFullLimit: Claim = {
  id: "zero-shot-full-limit",
  title: "After full fine-tuning, examples teach nothing, whatever the task",
  statement:
    "$R(\\infty,\\theta) = \\sigma^2 + \\lVert\\theta\\rVert^2$ for every task: the risk of predicting zero, noise floor included. For $\\lVert\\theta\\rVert = 1$ it is $1+\\sigma^2$, not 1.",
  assumptions: "The constant-score optimum with any c and w.",
  shares:
    "The parameters (zeroShotFullParameters); the exact risk of the identity is that of the claim exact-risk, at three finite n. The simulation is at n = 300 and beside the formula of that n.",
  notebook: "04-full-fine-tuning-forgets.ipynb#cell-limit",
  identity: {
    compares:
      "the limit against the exact risk at three finite n, extrapolated to 1/N = 0 (exact, because the risk is quadratic in 1/N)",
    differences: compare(CONSTANT_SCORE_RISK_LIMIT),
    controls: [
      { description: "without the noise floor", differences: compare(noFloor) },
      {
        description: "3 % less than the task's length",
        differences: compare(
          altered(CONSTANT_SCORE_RISK_LIMIT, "normSquared(task)", "0.97 * normSquared(task)"),
        ),
      },
      ...smallDimensionControls(CONSTANT_SCORE_RISK_LIMIT, compare),
    ],
  },
  simulation: {
    samples:
      "the fully fine-tuned model on 300 examples; predicted by the closed form at n = 300, which the noise floor separates from a limit without it",
    cases: () =>
      formulaCases({
        probes: (["target", "opposite", "other"] as const).map((task) => ({
          setting: RELEASED,
          task,
          shots: 300,
          precision: "spread",
        })),
        formula: CONSTANT_SCORE_RISK,
        controls: { "without the noise floor": noFloor },
        parameters: ({ gamma, targetTask }) =>
          zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask)),
        bind: ({ gamma, targetTask }) => {
          const { scoreScale, labelWeight } = gradientFlowOptimum(gamma, targetTask);
          return { targetTask, scoreScale, labelWeight };
        },
      }),
  },
  training: { notApplicable: "The curve of a trained model is compared in zero-shot-full-risk." },
};
