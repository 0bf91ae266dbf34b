import { evaluate, FLOAT, type Formula } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import { CONSTANT_SCORE_RISK, gradientFlowOptimum, zeroShotFullParameters } from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { fullFineTuningRisks } from "./support/zeroShotTraining";

const CONTROLS: Readonly<Record<string, Formula<"scalar">>> = {
  "without the noise of the examples' labels": altered(
    CONSTANT_SCORE_RISK,
    "scoreScale^2 * labelWeight^2 * noiseVariance",
    "0 * noiseVariance",
  ),
  "the target not divided by N": altered(CONSTANT_SCORE_RISK, "queryShare * targetTask", "targetTask"),
  "w too large by 3 %": altered(
    CONSTANT_SCORE_RISK,
    "targetTask + scoreScale * labelWeight * task",
    "targetTask + 1.03 * scoreScale * labelWeight * task",
  ),
};

const compare =
  (formula: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const [task, targetTask] = [draw.vector(), draw.vector()];
    const [shots, scoreScale, labelWeight] = [draw.shots(), draw.number(), draw.number()];
    const { covariance, noiseVariance } = problem;
    const parameters = zeroShotFullParameters(field, targetTask, {
      branch: "constant-score",
      scoreScale,
      labelWeight,
    });
    const claimed = evaluate(formula, field, {
      covariance,
      noiseVariance,
      task,
      targetTask,
      dimension: draw.d,
      scoreScale,
      labelWeight,
      ...tokenShares(field, shots),
    });
    return { zero: [claimed.sub(exactRisk(field, problem, task, shots, parameters))] };
  };

export const zeroShotFullRiskClaim: Claim = {
  id: "zero-shot-full-risk",
  title: "In-context risk after full fine-tuning",
  statement:
    "$R(n,\\theta) = \\sigma^2 + \\lVert\\theta_0/N - \\theta\\rVert^2 + \\tfrac n{N^2}[\\lVert\\theta_0 + cw\\theta\\rVert^2 + c^2w^2\\sigma^2]$.",
  assumptions: "M₀₀ = c, v = (0, θ₀/c, w), all other entries zero: the optimum that gradient flow reaches.",
  shares:
    "The parameters (zeroShotFullParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk. The sampler knows the definition of the model alone; the training ends at its own c.",
  notebook: "04-full-fine-tuning-forgets.ipynb#cell-full-risk",
  identity: {
    compares: "the closed form against the exact risk, for free c, w, θ₀ and θ",
    differences: compare(CONSTANT_SCORE_RISK),
    controls: [
      ...Object.entries(CONTROLS).map(([description, formula]) => ({
        description,
        differences: compare(formula),
      })),
      ...smallDimensionControls(CONSTANT_SCORE_RISK, compare),
    ],
  },
  simulation: {
    samples: "the fully fine-tuned model on fresh prompts of the target, its opposite and other tasks",
    cases: () =>
      formulaCases({
        probes: [...releasedProbes([1, 20]), ...SPREAD],
        formula: CONSTANT_SCORE_RISK,
        controls: CONTROLS,
        parameters: ({ gamma, targetTask }) =>
          zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask)),
        bind: ({ gamma, targetTask }) => {
          const { scoreScale, labelWeight } = gradientFlowOptimum(gamma, targetTask);
          return { targetTask, scoreScale, labelWeight };
        },
      }),
  },
  training: fullFineTuningRisks(CONTROLS),
};
