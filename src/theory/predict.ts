import type { Matrix, Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { requireLength } from "../problem/readInput";
import type { Regime } from "../problem/regime";
import type { Pretraining, RegressionProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { gradientFlowOptimum } from "./gradientFlowSelection";
import { pretrainedBlock, pretrainedParameters, pretrainedRisk } from "./pretraining";
import { zeroShotFullParameters, zeroShotFullRisk } from "./zeroShotFull";
import { valueOnlyOptimum, valueOnlyParameters, valueOnlyRisk } from "./zeroShotValue";

/** What the theory says of one regime: the parameters it ends at, and the risk they give on any task. */
export interface Prediction {
  readonly parameters: AttentionParameters;
  /** R(n, θ) by the closed form, in squared label units. */
  readonly risk: (task: Vector, shots: ShotCount) => number;
  readonly method: "closed form";
}

/**
 * The prediction for a model pretrained to its optimum and then fine-tuned by `regime`.
 * @throws InputError when a task has the wrong length, or a shot count is none.
 */
export function predict(problem: RegressionProblem, pretraining: Pretraining, regime: Regime): Prediction {
  if (regime.kind !== "pretrained") requireLength(regime.targetTask, "targetTask", problem.dimension);
  const { parameters, risk, method } = predictRegime(problem, pretraining, regime);
  return {
    parameters,
    method,
    risk: (task, shots) => {
      requireLength(task, "task", problem.dimension);
      return risk(task, shots);
    },
  };
}

function predictRegime(problem: RegressionProblem, pretraining: Pretraining, regime: Regime): Prediction {
  const gamma = pretrainedBlock(FLOAT, problem, pretraining);
  switch (regime.kind) {
    case "pretrained":
      return closedForm(pretrainedParameters(FLOAT, problem, pretraining), (task, shots) =>
        pretrainedRisk(FLOAT, problem, gamma, task, shots),
      );
    case "zero-shot-full":
      return predictZeroShotFull(problem, gamma, regime.targetTask);
    case "zero-shot-value":
      return predictZeroShotValue(problem, gamma, regime.targetTask);
  }
}

function predictZeroShotFull(problem: RegressionProblem, gamma: Matrix, targetTask: Vector): Prediction {
  const optimum = gradientFlowOptimum(gamma, targetTask);
  return closedForm(zeroShotFullParameters(FLOAT, targetTask, optimum), (task, shots) =>
    zeroShotFullRisk(FLOAT, problem, targetTask, optimum, task, shots),
  );
}

function predictZeroShotValue(problem: RegressionProblem, gamma: Matrix, targetTask: Vector): Prediction {
  const valueVector = valueOnlyOptimum(FLOAT, problem, gamma, targetTask);
  return closedForm(valueOnlyParameters(FLOAT, gamma, valueVector), (task, shots) =>
    valueOnlyRisk(FLOAT, problem, gamma, { valueVector, labelWeight: 1 }, task, shots),
  );
}

function closedForm(parameters: AttentionParameters, risk: Prediction["risk"]): Prediction {
  return { parameters, risk, method: "closed form" };
}
