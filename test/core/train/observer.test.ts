import { describe, expect, it } from "vitest";
import type { Differentiable } from "../../../src/core/algebra/differentiable";
import { type DescentSettings, descend, startDescent } from "../../../src/core/train/descent";
import { followGradientFlow } from "../../../src/core/train/gradientFlow";
import { type Moment, recorder, type Schedule } from "../../../src/core/train/observer";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { runStage } from "../../../src/core/train/runStage";
import { TrainingRun } from "../../../src/core/train/trainingRun";
import { expectClose } from "../../support/expectClose";

const bowl: Differentiable = (point, gradient) => {
  gradient[0] = point[0]!;
  return point[0]! ** 2 / 2;
};
const SETTINGS: DescentSettings = {
  steps: 7,
  optimiser: { kind: "sgd", learningRate: 0.5, momentum: 0 },
  clipNorm: "none",
};

describe("an observer of descent", () => {
  const seenBy = (schedule: Schedule): readonly Moment[] => {
    const { observer, records } = recorder(schedule, ([x]) => x!);
    runStage(
      (point, gradient) => bowl(point, gradient),
      Float64Array.of(1),
      {
        kind: "descent",
        ...SETTINGS,
      },
      observer,
    );
    return records.map(({ at, loss, value }) => ({ at, loss, point: Float64Array.of(value) }));
  };

  it("sees every k-th point, its loss, and the last", () => {
    // x halves at every step, so the loss is 4^−step / 2.
    expect(seenBy({ every: 3 }).map(({ at, loss, point }) => [at, loss, point[0]])).toEqual(
      [0, 3, 6, 7].map((at) => [at, 4 ** -at / 2, 2 ** -at]),
    );
  });

  it("sees the listed steps in order, the end only when it is listed, and nothing beyond", () => {
    expect(seenBy({ at: [5, 2, 9] }).map(({ at }) => at)).toEqual([2, 5]);
    expect(seenBy({ at: [0, 7] }).map(({ at }) => at)).toEqual([0, 7]);
  });

  it("sees each moment once when the descent pauses", () => {
    const { observer, records } = recorder({ every: 2 }, () => 0);
    const descent = startDescent(Float64Array.of(1), SETTINGS);
    for (const until of [1, 2, 4, 5, 7])
      descend(descent, (point, gradient) => bowl(point, gradient), SETTINGS, until, observer);
    expect(records.map(({ at }) => at)).toEqual([0, 2, 4, 6]);
  });
});

describe("an observer of gradient flow", () => {
  it("sees the exact solution at exactly the times it asked for, and the end", () => {
    const { observer, records } = recorder({ every: 0.3 }, ([x]) => x!);
    followGradientFlow(bowl, Float64Array.of(1), { maxTime: 1, gradientTolerance: 0 }, observer);
    expect(records.map(({ at }) => at)).toEqual([0, 0.3, 0.6, 3 * 0.3, 1]);
    for (const { at, value } of records) {
      expectClose(value, Math.exp(-at), { tolerance: 1e-9, reason: "1e-12 a step", input: at });
    }
  });

  it("changes the end by no more than the error of the steps", () => {
    const alone = followGradientFlow(bowl, Float64Array.of(1), { maxTime: 2, gradientTolerance: 0 });
    const { observer } = recorder({ at: [0.5, 1.7] }, () => 0);
    const watched = followGradientFlow(
      bowl,
      Float64Array.of(1),
      { maxTime: 2, gradientTolerance: 0 },
      observer,
    );
    expectClose(watched.point[0]!, alone.point[0]!, { tolerance: 1e-9, reason: "1e-12 a step" });
  });
});

describe("an observer of a whole run", () => {
  it("looks at its stage and changes no bit of the result", () => {
    const settings = readTrainingSettings({
      pretraining: { steps: 40 },
      fineTuning: { steps: 30, trainable: "value" },
    });
    const { observer, records } = recorder({ every: 10 }, (point) => point.length);
    const watched = new TrainingRun(settings, undefined, { fineTuning: observer }).finish();
    expect(watched).toEqual(new TrainingRun(settings).finish());
    expect(records.map(({ at }) => at)).toEqual([0, 10, 20, 30]);
    expect(records.at(-1)!.loss).toBe(watched.fineTuning!.loss);
  });
});
