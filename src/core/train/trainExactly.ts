import { withOnly } from "../algebra/differentiable";
import { asParameters, asPoint, exactLoss } from "../exact/exactLoss";
import { pack, unpack } from "../exact/packedParameters";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { tokenLength } from "../model/tokens";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { RiskTerm } from "../problem/riskTerm";
import type { DescentSettings } from "./descent";
import { FLOW_DEFAULTS, type FlowSettings } from "./gradientFlow";
import { type Recorded, recorder } from "./observer";
import { runStage, type StageResult } from "./runStage";

/** Steps of descent, or gradient flow, whose settings are those of {@link FLOW_DEFAULTS} unless told. */
export type ExactMotion =
  | ({ readonly kind: "descent" } & DescentSettings)
  | ({ readonly kind: "gradient-flow" } & Partial<FlowSettings>);

/** What training on the exact loss gave. */
export interface ExactTraining {
  /** Where it ended, and the loss there. */
  readonly parameters: AttentionParameters;
  readonly loss: number;
  /** For gradient flow, whether it came to rest, and when. */
  readonly flow?: NonNullable<StageResult["flow"]>;
  /** The parameters on the way, at the moments asked for. */
  readonly path: readonly Recorded<AttentionParameters>[];
}

/**
 * Trains v and M of one layer, or one of the two, on the exact loss Σ weight · R(n, θ) from any parameters: no prompts are
 * drawn. `at` lists the moments to keep: steps of descent, times of gradient flow.
 * @throws InputError when a length does not fit, or what is told is no finite number or shot count.
 * @throws DivergenceError where descent diverges.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const start = pretrainedParameters(FLOAT, problem, pretraining);
 * const zeroShot = [{ task: [1, 0], shots: 0, weight: 1 }];
 * const end = trainExactly(problem, zeroShot, start, { kind: "gradient-flow" }, { trainable: "value" });
 * const { risk } = predict(problem, pretraining, { kind: "zero-shot-value", targetTask: [1, 0] });
 * console.log(Math.abs(end.loss - risk([1, 0], 0)) < 1e-9); // true
 */
export function trainExactly(
  problem: RegressionProblem,
  terms: readonly RiskTerm[],
  start: AttentionParameters,
  motion: ExactMotion,
  {
    trainable = "all",
    at = [],
  }: { readonly trainable?: "all" | "value" | "key-query"; readonly at?: readonly number[] } = {},
): ExactTraining {
  requireParameters(start, problem.dimension);
  const size = tokenLength(problem.dimension);
  const point = asPoint(pack(start));
  const positions = [...point.keys()].filter(
    (i) => trainable === "all" || i < size === (trainable === "value"),
  );
  const loss = withOnly(exactLoss(problem, terms), new Set(positions));
  const parametersAt = (p: Float64Array): AttentionParameters => unpack(asParameters(p, size));
  const { observer, records } = recorder({ at }, parametersAt);
  const full = motion.kind === "descent" ? motion : { ...FLOW_DEFAULTS, ...motion };
  const end = runStage((p, gradient) => loss(p, gradient), point, full, observer);
  return {
    parameters: parametersAt(end.point),
    loss: end.loss,
    path: records,
    ...(end.flow === undefined ? {} : { flow: end.flow }),
  };
}
