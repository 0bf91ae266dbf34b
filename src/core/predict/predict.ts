import { InputError } from "@finetune-icl/base";
import type { Matrix, Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { FastRisk } from "../exact/fastRisk";
import { pack } from "../exact/packedParameters";
import type { AttentionParameters } from "../model/attentionParameters";
import { requireLength } from "../problem/readInput";
import type { Regime } from "../problem/regime";
import type { Pretraining, RegressionProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { auxiliaryValueOptimum, type ValueOptimum } from "../theory/auxiliaryValue";
import { blockParameters } from "../theory/blockParameters";
import { gradientFlowOptimum } from "../theory/gradientFlowSelection";
import { noiselessAuxiliaryLoss } from "../theory/noiselessAuxiliary";
import { pretrainedBlock, pretrainedParameters, pretrainedRisk } from "../theory/pretraining";
import { zeroShotFullParameters, zeroShotFullRisk } from "../theory/zeroShotFull";
import { valueOnlyOptimum, valueOnlyRisk } from "../theory/zeroShotValue";
import { type AuxiliaryFullOptimum, auxiliaryFullOptimum } from "./auxiliaryFull";

/** What is predicted of one regime: the parameters it ends at, and the risk they give on any task. */
export type Prediction = {
  readonly parameters: AttentionParameters;
  /** R(n, θ) in squared label units. */
  readonly risk: (task: Vector, shots: ShotCount) => number;
} & (
  | { readonly method: "closed form" }
  | { readonly method: "exact optimisation"; readonly optimisation: AuxiliaryFullOptimum["optimisation"] }
);

/**
 * The prediction for a model pretrained to its optimum and then fine-tuned by `regime`.
 * @throws InputError when a task has the wrong length, or a shot count is none, or auxiliary-full has no minimum (labels without
 * noise and finitely many auxiliary shots).
 */
export function predict(problem: RegressionProblem, pretraining: Pretraining, regime: Regime): Prediction {
  if (regime.kind !== "pretrained") requireLength(regime.targetTask, "targetTask", problem.dimension);
  const prediction = predictRegime(problem, pretraining, regime);
  return {
    ...prediction,
    risk: (task, shots) => {
      requireLength(task, "task", problem.dimension);
      return prediction.risk(task, shots);
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
    // With v = (0, 0, 1) the zero-shot prediction is zero whatever M is: its gradient in M vanishes, and nothing moves.
    case "zero-shot-key-query":
      return predictRegime(problem, pretraining, { kind: "pretrained" });
    case "zero-shot-full":
      return predictZeroShotFull(problem, gamma, regime.targetTask);
    case "zero-shot-value":
      return predictValueOnly(problem, gamma, {
        valueVector: valueOnlyOptimum(FLOAT, problem, gamma, regime.targetTask),
        labelWeight: 1,
      });
    case "auxiliary-value":
      return predictValueOnly(
        problem,
        gamma,
        auxiliaryValueOptimum(FLOAT, problem, gamma, regime.targetTask, {
          shots: regime.auxiliaryShots,
          weight: regime.auxiliaryWeight,
        }),
      );
    // Without weight nothing but the zero-shot loss is left.
    case "auxiliary-full":
      return regime.auxiliaryWeight === 0
        ? predictZeroShotFull(problem, gamma, regime.targetTask)
        : predictAuxiliaryFull(problem, pretraining, regime);
  }
}

function predictAuxiliaryFull(
  problem: RegressionProblem,
  pretraining: Pretraining,
  regime: Extract<Regime, { kind: "auxiliary-full" }>,
): Prediction {
  refuseValley(problem, regime);
  const { parameters, optimisation } = auxiliaryFullOptimum(
    problem,
    pretrainedParameters(FLOAT, problem, pretraining),
    regime.targetTask,
    { shots: regime.auxiliaryShots, weight: regime.auxiliaryWeight },
  );
  const engine = new FastRisk(problem);
  const packed = pack(parameters);
  return {
    parameters,
    risk: (task, shots) => engine.risk(Float64Array.from(task), shots, packed),
    method: "exact optimisation",
    optimisation,
  };
}

/** Without noise the loss has no minimum at finitely many shots: see theory/noiselessAuxiliary.ts. */
function refuseValley(
  problem: RegressionProblem,
  { targetTask, auxiliaryShots, auxiliaryWeight }: Extract<Regime, { kind: "auxiliary-full" }>,
): void {
  if (problem.noiseVariance > 0 || auxiliaryShots === "infinity" || targetTask.every((x) => x === 0)) return;
  const weight = auxiliaryWeight === "annealed" ? 1 : auxiliaryWeight;
  const infimum = noiselessAuxiliaryLoss(problem, targetTask, { shots: auxiliaryShots, weight });
  throw new InputError(
    "noiseVariance",
    problem.noiseVariance,
    `above 0 for auxiliary-full with finitely many auxiliary shots: without noise R(0, θ₀) + λ R(${auxiliaryShots}, θ₀) has no minimum; with λ = ${weight} descent takes it towards ${infimum.toPrecision(6)} along a valley, on which |w| and the risk on every other task grow without bound`,
  );
}

function predictZeroShotFull(problem: RegressionProblem, gamma: Matrix, targetTask: Vector): Prediction {
  const optimum = gradientFlowOptimum(gamma, targetTask);
  return closedForm(zeroShotFullParameters(FLOAT, targetTask, optimum), (task, shots) =>
    zeroShotFullRisk(FLOAT, problem, targetTask, optimum, task, shots),
  );
}

function predictValueOnly(
  problem: RegressionProblem,
  gamma: Matrix,
  value: ValueOptimum<number>,
): Prediction {
  return closedForm(blockParameters(FLOAT, { block: gamma, ...value }), (task, shots) =>
    valueOnlyRisk(FLOAT, problem, gamma, value, task, shots),
  );
}

function closedForm(parameters: AttentionParameters, risk: Prediction["risk"]): Prediction {
  return { parameters, risk, method: "closed form" };
}
