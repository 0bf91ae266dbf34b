import { InputError } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { RATIONAL, type Rational } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { type Regime, type RegimeKind, requireRegime } from "../problem/regime";
import type { Pretraining, RegressionProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { auxiliaryValueOptimum, type ValueOptimum } from "../theory/auxiliaryValue";
import { blockParameters } from "../theory/blockParameters";
import { pretrainedBlock, pretrainedRisk } from "../theory/pretraining";
import { valueOnlyOptimum, valueOnlyRisk } from "../theory/zeroShotValue";

/** What is predicted of a regime, in rationals: nothing is rounded. */
export interface ExactPrediction {
  readonly parameters: AttentionParameters<Rational>;
  /** R(n, θ) in squared label units. */
  readonly risk: (task: Vector<Rational>, shots: ShotCount) => Rational;
}

/** Whether a regime's parameters are rational when the problem is. */
export const IS_RATIONAL: Readonly<Record<RegimeKind, boolean>> = {
  pretrained: true,
  "zero-shot-full": false,
  "zero-shot-value": true,
  "zero-shot-key-query": true,
  "auxiliary-value": true,
  "auxiliary-full": false,
};

/**
 * The prediction of {@link predict} over the rationals, in the problem's own coordinates.
 * @throws InputError when a length does not fit or a shot count is none, and for a regime that ends at irrational numbers: a square root, or the end of a descent.
 * @example
 * const problem = readProblem(RATIONAL, { covariance: [[1]], noiseVariance: "1/10" });
 * const pretraining = { taskCovariance: [[RATIONAL.one]], shots: "infinity" } as const;
 * const after = predictExactly(problem, pretraining, { kind: "zero-shot-value", targetTask: [RATIONAL.one] });
 * console.log(printRational(after.risk([RATIONAL.one], 0))); // 1/2
 */
export function predictExactly(
  problem: RegressionProblem<Rational>,
  pretraining: Pretraining<Rational>,
  regime: Regime<Rational>,
): ExactPrediction {
  const gamma = pretrainedBlock(RATIONAL, problem, pretraining);
  requireRegime(regime, problem.dimension);
  const valueOnly = (value: ValueOptimum<Rational>): ExactPrediction => ({
    parameters: blockParameters(RATIONAL, { block: gamma, ...value }),
    risk: (task, shots) => valueOnlyRisk(RATIONAL, problem, gamma, value, task, shots),
  });
  switch (regime.kind) {
    case "pretrained":
    case "zero-shot-key-query":
      return {
        parameters: blockParameters(RATIONAL, { block: gamma }),
        risk: (task, shots) => pretrainedRisk(RATIONAL, problem, gamma, task, shots),
      };
    case "zero-shot-value":
      return valueOnly({
        valueVector: valueOnlyOptimum(RATIONAL, problem, gamma, regime.targetTask),
        labelWeight: RATIONAL.one,
      });
    case "auxiliary-value":
      return valueOnly(
        auxiliaryValueOptimum(RATIONAL, problem, gamma, regime.targetTask, {
          shots: regime.auxiliaryShots,
          weight: regime.auxiliaryWeight,
        }),
      );
    case "zero-shot-full":
    case "auxiliary-full": {
      const rational = Object.entries(IS_RATIONAL).flatMap(([kind, is]) => (is ? [kind] : []));
      throw new InputError(
        "regime",
        regime.kind,
        `one of ${rational.join(", ")} with --exact: the others end at irrational numbers`,
      );
    }
  }
}
