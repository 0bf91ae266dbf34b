import { InputError } from "@finetune-icl/base";
import type { Matrix, Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { exactRisk } from "../exact/exactRisk";
import { roundingBound } from "../exact/roundingBound";
import type { AttentionParameters } from "../model/attentionParameters";
import { requireFinite, requireList, requireVector } from "../problem/readInput";
import { type Regime, requireRegime } from "../problem/regime";
import {
  type Pretraining,
  type RegressionProblem,
  requirePretraining,
  requireProblem,
} from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { type Whitening, whiten } from "../problem/whitening";
import { auxiliaryValueOptimum, type ValueOptimum } from "../theory/auxiliaryValue";
import { blockParameters } from "../theory/blockParameters";
import { gradientFlowOptimum } from "../theory/gradientFlowSelection";
import { noiselessAuxiliaryLoss } from "../theory/noiselessAuxiliary";
import { pretrainedRisk } from "../theory/pretraining";
import { type ZeroShotFullOptimum, zeroShotFullParameters, zeroShotFullRisk } from "../theory/zeroShotFull";
import { valueOnlyOptimum, valueOnlyRisk } from "../theory/zeroShotValue";
import type { AuxiliaryFullOptimum } from "./auxiliaryFull";
import { scaledAuxiliaryFull } from "./scaledAuxiliaryFull";
import { type WhitePretraining, whitePretraining } from "./whitePretraining";

/** What is predicted of one regime: the parameters it ends at, and the risk they give on any task. */
export type Prediction = {
  readonly parameters: AttentionParameters;
  /** R(n, θ) in squared label units. */
  readonly risk: (task: Vector, shots: ShotCount) => number;
  /** How far that number may be from the true R(n, θ), by rounding and, after a descent, by where it ended beside the minimum (to first order). */
  readonly errorBound: (task: Vector, shots: ShotCount) => number;
} & (
  | { readonly method: "closed form" }
  | { readonly method: "exact optimisation"; readonly optimisation: AuxiliaryFullOptimum["optimisation"] }
);

/** A prediction in whitened coordinates: tasks are Lᵀθ. */
interface WhitePrediction {
  /** In whitened coordinates. */
  readonly parameters: AttentionParameters;
  readonly risk: (task: Vector, shots: ShotCount) => number;
  /** In the problem's own, where they are known otherwise than by changing back. */
  readonly own?: AttentionParameters;
  readonly optimisation?: AuxiliaryFullOptimum["optimisation"];
  /** Of what a descent found: how far the risk may be from that at the minimum. */
  readonly uncertainty?: AuxiliaryFullOptimum["uncertainty"];
}

/**
 * The prediction for a model pretrained to its optimum and then fine-tuned by `regime`. Everything is computed in whitened
 * coordinates, where it is as well conditioned as the question allows, and changed back.
 * @throws InputError when a task has the wrong length or holds what is no finite number, or a shot count is none, or
 * auxiliary-full has no minimum (labels without noise and finitely many auxiliary shots).
 * @throws UnsettledError when the descent of auxiliary-full ends at a point that is no minimum.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const after = predict(problem, pretraining, { kind: "zero-shot-value", targetTask: [1, 0] });
 * console.log(after.method, after.risk([1, 0], 0).toFixed(4), after.risk([0, 1], 20).toFixed(4)); // closed form 0.4333 0.2785
 */
export function predict(problem: RegressionProblem, pretraining: Pretraining, regime: Regime): Prediction {
  return predictor(problem, pretraining)(regime);
}

/**
 * {@link predict} for many regimes after one pretraining, which is worked out once.
 * @throws InputError naming the part of the problem or of the pretraining that is none; the function it gives, as {@link predict}
 */
export function predictor(
  problem: RegressionProblem,
  pretraining: Pretraining,
): (regime: Regime) => Prediction {
  requireProblem(problem);
  requirePretraining(pretraining, problem.dimension);
  let shared: { readonly whitening: Whitening; readonly start: WhitePretraining } | undefined;
  const worked = () => {
    const whitening = whiten(problem);
    return { whitening, start: whitePretraining(whitening, pretraining) };
  };
  return (regime) => {
    requireRegime(regime, problem.dimension);
    shared ??= worked();
    return predictFrom(problem, shared.whitening, shared.start, regime);
  };
}

function predictFrom(
  problem: RegressionProblem,
  whitening: Whitening,
  start: WhitePretraining,
  regime: Regime,
): Prediction {
  const white = predictWhite(problem, whitening, start, regime);
  const asWhite = (task: Vector): Vector => {
    requireList(task, "task");
    requireVector(task, "task", problem.dimension);
    return whitening.task(task);
  };
  const { optimisation } = white;
  const parameters = white.own ?? parametersBack(whitening, white.parameters);
  // A closed form says what the regime's own risk is. A descent ends beside the minimum, and the parameters that are given are rounded once
  // more, in the problem's own coordinates.
  const ofGiven = (task: Vector, shots: ShotCount): number =>
    optimisation === undefined
      ? 0
      : roundingBound(problem, task, shots, parameters) + (white.uncertainty?.(asWhite(task), shots) ?? 0);
  return {
    parameters,
    risk: (task, shots) => white.risk(asWhite(task), shots),
    errorBound: (task, shots) =>
      ofGiven(task, shots) +
      roundingBound(
        whitening.problem,
        asWhite(task),
        shots,
        white.parameters,
        whitening.relativeError + start.relativeError,
      ),
    ...(optimisation === undefined
      ? { method: "closed form" }
      : { method: "exact optimisation", optimisation }),
  };
}

function predictWhite(
  problem: RegressionProblem,
  whitening: Whitening,
  start: WhitePretraining,
  regime: Regime,
): WhitePrediction {
  const { block } = start;
  const white = whitening.problem;
  switch (regime.kind) {
    // With v = (0, 0, 1) the zero-shot prediction is zero whatever M is: its gradient in M vanishes, and nothing moves.
    case "zero-shot-key-query":
    case "pretrained":
      return {
        parameters: blockParameters(FLOAT, { block }),
        risk: (task, shots) => pretrainedRisk(FLOAT, white, block, task, shots),
      };
    case "zero-shot-full":
      return predictZeroShotFull(whitening, block, regime.targetTask);
    case "zero-shot-value":
      return predictValueOnly(white, block, {
        valueVector: valueOnlyOptimum(FLOAT, white, block, whitening.task(regime.targetTask)),
        labelWeight: 1,
      });
    case "auxiliary-value":
      return predictValueOnly(
        white,
        block,
        auxiliaryValueOptimum(FLOAT, white, block, whitening.task(regime.targetTask), {
          shots: regime.auxiliaryShots,
          weight: regime.auxiliaryWeight,
        }),
      );
    // Without weight nothing but the zero-shot loss is left.
    case "auxiliary-full":
      return regime.auxiliaryWeight === 0
        ? predictZeroShotFull(whitening, block, regime.targetTask)
        : predictAuxiliaryFull(problem, whitening, block, regime);
  }
}

/** v = T⁻ᵀv and M = T⁻ᵀMT⁻¹ for tokens z = Tz, T = diag(1, L, 1). */
function parametersBack(
  { vectorBack, matrixBack }: Whitening,
  { value, keyQuery }: AttentionParameters,
): AttentionParameters {
  const label = value.length - 1;
  const vector = (slots: Vector): Vector => [slots[0]!, ...vectorBack(slots.slice(1, label)), slots[label]!];
  const column = (j: number): Vector => vectorBack(keyQuery.slice(1, label).map((row) => row[j]!));
  const [first, last] = [column(0), column(label)];
  const block = matrixBack(keyQuery.slice(1, label).map((row) => row.slice(1, label)));
  return {
    value: vector(value),
    keyQuery: keyQuery.map((row, i) =>
      i === 0 || i === label ? vector(row) : [first[i - 1]!, ...block[i - 1]!, last[i - 1]!],
    ),
  };
}

function predictAuxiliaryFull(
  problem: RegressionProblem,
  whitening: Whitening,
  block: Matrix,
  regime: Extract<Regime, { kind: "auxiliary-full" }>,
): WhitePrediction {
  refuseFlatness(regime);
  refuseValley(problem, regime);
  const white = whitening.problem;
  const { parameters, optimisation, uncertainty } = scaledAuxiliaryFull(
    white,
    blockParameters(FLOAT, { block }),
    whitening.task(regime.targetTask),
    { shots: regime.auxiliaryShots, weight: regime.auxiliaryWeight },
  );
  requireFinite(optimisation.loss, "auxiliaryWeight", regime.auxiliaryWeight);
  return {
    parameters,
    risk: (task, shots) => exactRisk(FLOAT, white, task, shots, parameters),
    optimisation,
    uncertainty,
  };
}

/** Beside a smaller λ, floats no longer tell where in the valley of zero-shot optima the auxiliary loss is least. */
const LEAST_WEIGHT = 1e-8;

function refuseFlatness({ auxiliaryWeight }: Extract<Regime, { kind: "auxiliary-full" }>): void {
  if (auxiliaryWeight === "annealed" || auxiliaryWeight >= LEAST_WEIGHT) return;
  throw new InputError(
    "auxiliaryWeight",
    auxiliaryWeight,
    `0, at least ${LEAST_WEIGHT}, or "annealed", the limit of small weights`,
  );
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

/** Where gradient flow ends depends on Euclidean lengths in the problem's own coordinates; the risk there does not. */
function predictZeroShotFull(whitening: Whitening, block: Matrix, targetTask: Vector): WhitePrediction {
  const optimum: ZeroShotFullOptimum<number> = gradientFlowOptimum(whitening.matrixBack(block), targetTask);
  requireFinite(optimum.scoreScale, "targetTask", targetTask);
  const white = whitening.task(targetTask);
  return {
    parameters: zeroShotFullParameters(FLOAT, white, optimum),
    own: zeroShotFullParameters(FLOAT, targetTask, optimum),
    risk: (task, shots) =>
      zeroShotFullRisk(FLOAT, whitening.problem, { targetTask: white, task }, optimum, shots),
  };
}

function predictValueOnly(
  problem: RegressionProblem,
  block: Matrix,
  value: ValueOptimum<number>,
): WhitePrediction {
  return {
    parameters: blockParameters(FLOAT, { block, ...value }),
    risk: (task, shots) => valueOnlyRisk(FLOAT, problem, block, value, task, shots),
  };
}
