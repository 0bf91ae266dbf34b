import { evaluate, FLOAT, type Formula } from "@finetune-icl/core/algebra";
import { altered, type Profile, type TrainingEvidence } from "@finetune-icl/core/evidence";
import { symmetricBlockLength } from "@finetune-icl/core/model";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  CONSTANT_SCORE_RISK,
  GRADIENT_FLOW_SCALE,
  gradientFlowOptimum,
  VALUE_ONLY_ZERO_SHOT_RISK,
} from "@finetune-icl/core/theory";
import {
  distance,
  FLOW_TOLERANCE,
  fineTuningTerms,
  pretrainedPoint,
  riskOf,
  type Trained,
  train,
} from "./descent";
import { type ClaimSetting, opposite, RELEASED, randomSetting } from "./settings";

/** Full fine-tuning on the zero-shot loss, from the pretrained point, in the released setting and random ones. */

const settingsFor = (profile: Profile): readonly ClaimSetting[] =>
  profile === "quick" ? [RELEASED] : [RELEASED, ...[1, 2, 4].map(randomSetting)];

const fineTuned = (setting: ClaimSetting): Trained =>
  train(setting, pretrainedPoint(setting), fineTuningTerms(setting.targetTask));

export const fullFineTuningOptimum: TrainingEvidence = {
  trains:
    "gradient flow of all entries from the pretrained point, by exact gradients of the zero-shot risk: the risk and the symmetric covariate block it ends at",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) => {
      const { parameters, value, settled } = fineTuned(setting);
      const { problem, gamma, targetTask } = setting;
      const { covariance, noiseVariance } = problem;
      const block = symmetricBlockLength(parameters);
      const price = evaluate(VALUE_ONLY_ZERO_SHOT_RISK, FLOAT, {
        covariance,
        noiseVariance,
        gamma,
        targetTask,
      });
      return [
        {
          label: `${setting.label}: zero-shot risk`,
          predicted: noiseVariance,
          measured: value,
          tolerance: 1e-12,
          reason: "the risk is flat at its minimum: of second order in the remaining distance, below 1e-7",
          settled,
          controls: { "the price of value-only fine-tuning": { predicted: price, measured: value } },
        },
        {
          label: `${setting.label}: length of sym(M_xx)`,
          predicted: 0,
          measured: block,
          ...FLOW_TOLERANCE,
          settled,
          controls: {
            "the covariate block kept": {
              predicted: symmetricBlockLength(pretrainedPoint(setting)),
              measured: block,
            },
          },
        },
      ];
    }),
};

export const gradientFlowScale: TrainingEvidence = {
  trains:
    "gradient flow of all entries from the pretrained point, by exact gradients of the zero-shot risk: where M₀₀ and v_x end",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) => {
      const { gamma, targetTask } = setting;
      const { parameters, settled } = fineTuned(setting);
      const { scoreScale } = gradientFlowOptimum(gamma, targetTask);
      const wrongScale = (formula: Formula<"scalar">) => evaluate(formula, FLOAT, { gamma, targetTask });
      const measured = parameters.keyQuery[0]![0]!;
      const valueGap = (scale: number): number =>
        distance(parameters.value, [0, ...targetTask.map((x) => x / scale), 1]);
      const three = wrongScale(altered(GRADIENT_FLOW_SCALE, "4 * targetSquare", "3 * targetSquare"));
      const noBlock = wrongScale(altered(GRADIENT_FLOW_SCALE, "trace(gamma * transpose(gamma))", "0"));
      return [
        {
          label: `${setting.label}: M₀₀`,
          predicted: scoreScale,
          measured,
          ...FLOW_TOLERANCE,
          settled,
          controls: {
            "3 for 4 in c": { predicted: three, measured },
            "the pretrained block forgotten": { predicted: noBlock, measured },
          },
        },
        {
          label: `${setting.label}: distance of v from (0, θ₀/c, 1)`,
          predicted: 0,
          measured: valueGap(scoreScale),
          ...FLOW_TOLERANCE,
          settled,
          controls: { "3 for 4 in c": { predicted: 0, measured: valueGap(three) } },
        },
      ];
    }),
};

/** The few-shot risks of the trained parameters beside the closed form; each control is a false closed form. */
export const fullFineTuningRisks = (
  controls: Readonly<Record<string, Formula<"scalar">>>,
): TrainingEvidence => ({
  trains:
    "gradient flow of all entries from the pretrained point; then the exact few-shot risk of what it ended at",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) => {
      const { problem, gamma, targetTask } = setting;
      const { covariance, noiseVariance } = problem;
      const { parameters, settled } = fineTuned(setting);
      const { scoreScale, labelWeight } = gradientFlowOptimum(gamma, targetTask);
      return [targetTask, opposite(targetTask)].flatMap((task, which) =>
        [1, 20].map((shots) => {
          const measured = riskOf(setting, parameters, task, shots);
          const predict = (formula: Formula<"scalar">): number =>
            evaluate(formula, FLOAT, {
              covariance,
              noiseVariance,
              task,
              targetTask,
              scoreScale,
              labelWeight,
              ...tokenShares(FLOAT, shots),
            });
          return {
            label: `${setting.label}: ${which === 0 ? "target" : "opposite"} task, n = ${shots}`,
            predicted: predict(CONSTANT_SCORE_RISK),
            measured,
            tolerance: 1e-6,
            reason: "parameters exact to 1e-7, and a risk whose slopes are of order ten",
            settled,
            controls: Object.fromEntries(
              Object.entries(controls).map(([name, formula]) => [
                name,
                { predicted: predict(formula), measured },
              ]),
            ),
          };
        }),
      );
    }),
});
