import { requireVector } from "@finetune-icl/base";
import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { asPoint, exactLoss, pack } from "@finetune-icl/core/exact";
import { type AttentionParameters, tokenLength } from "@finetune-icl/core/model";
import { predict } from "@finetune-icl/core/predict";
import type { Setting } from "@finetune-icl/core/problem";
import { pretrainedBlock, pretrainedParameters, scoreBesideBlock } from "@finetune-icl/core/theory";
import { followGradientFlow, recorder } from "@finetune-icl/core/train";

/** Ways to give up in-context learning for zero-shot error bit by bit. */
export const METHODS = [
  "zero-shot-full",
  "zero-shot-value",
  "auxiliary-value",
  "auxiliary-full",
  "interpolation",
  "score-beside-block",
] as const;
export type Method = (typeof METHODS)[number];

/** What the setting of a method is called: the time of gradient flow, a weight, a share, a score. */
export const SETTING_SYMBOL: Readonly<Record<Method, string>> = {
  "zero-shot-full": "t",
  "zero-shot-value": "t",
  "auxiliary-value": "λ",
  "auxiliary-full": "λ",
  interpolation: "α",
  "score-beside-block": "c",
};

export interface PathPoint {
  readonly setting: number;
  /** v and M in one array. */
  readonly point: Float64Array;
}

const TIMES = Array.from({ length: 45 }, (_, k) => 1e-3 * 1.35 ** k);
const WEIGHTS = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100];
const SHARES = Array.from({ length: 21 }, (_, k) => k / 20);
const SCORES = [0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30];
const AUXILIARY_SHOTS = 20;

/** The models of a method, setting by setting; λ is that of an auxiliary loss at 20 shots. `coarse` keeps every third. @throws InputError when θ₀ has not length d or a number is not finite. */
export function pathOf(
  method: Method,
  setting: Setting,
  targetTask: Vector,
  coarse = false,
): readonly PathPoint[] {
  const few = <T>(list: readonly T[]): readonly T[] => (coarse ? list.filter((_, k) => k % 3 === 0) : list);
  const point = (parameters: AttentionParameters): Float64Array => asPoint(pack(parameters));
  const { problem, pretraining } = setting;
  const start = point(pretrainedParameters(FLOAT, problem, pretraining));
  requireVector(targetTask, "targetTask", problem.dimension);
  switch (method) {
    case "zero-shot-full":
    case "zero-shot-value":
      return flow(setting, targetTask, start, method, few(TIMES));
    case "auxiliary-value":
    case "auxiliary-full":
      return few(WEIGHTS).map((weight) => ({
        setting: weight,
        point: point(
          predict(problem, pretraining, {
            kind: method,
            targetTask,
            auxiliaryShots: AUXILIARY_SHOTS,
            auxiliaryWeight: weight,
          }).parameters,
        ),
      }));
    case "interpolation": {
      const end = point(predict(problem, pretraining, { kind: "zero-shot-full", targetTask }).parameters);
      return few(SHARES).map((share) => ({
        setting: share,
        point: start.map((x, i) => (1 - share) * x + share * end[i]!),
      }));
    }
    case "score-beside-block": {
      const gamma = pretrainedBlock(FLOAT, problem, pretraining);
      return few(SCORES).map((score) => ({
        setting: score,
        point: point(scoreBesideBlock(FLOAT, problem, gamma, targetTask, score)),
      }));
    }
  }
}

function flow(
  { problem }: Setting,
  targetTask: Vector,
  start: Float64Array,
  method: "zero-shot-full" | "zero-shot-value",
  times: readonly number[],
): readonly PathPoint[] {
  const zeroShot = exactLoss(problem, [{ task: targetTask, shots: 0, weight: 1 }]);
  const size = tokenLength(problem.dimension);
  const loss = (point: Float64Array, gradient: Float64Array): number => {
    const value = zeroShot(point, gradient);
    if (method === "zero-shot-value") gradient.fill(0, size);
    return value;
  };
  const { observer, records } = recorder({ at: [0, ...times] }, (point) => Float64Array.from(point));
  const end = followGradientFlow(
    loss,
    start,
    { maxTime: times[times.length - 1]!, stepTolerance: 1e-9, gradientTolerance: 1e-8 },
    observer,
  );
  const path = records.map(({ at, value }) => ({ setting: at, point: value }));
  // A flow that comes to rest early has no moments after that.
  return path[path.length - 1]!.setting < end.time
    ? [...path, { setting: end.time, point: end.point }]
    : path;
}
