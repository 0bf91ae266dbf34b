import { describe, expect, it } from "vitest";
import type { Matrix } from "../../../src/core/algebra/matrix";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import type { Observer } from "../../../src/core/train/observer";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { runCoordinates } from "../../../src/core/train/runCoordinates";
import { runStage } from "../../../src/core/train/runStage";
import { fineTuningLoss, initialPoint, pretrainingLoss } from "../../../src/core/train/stage";
import { TrainingRun } from "../../../src/core/train/trainingRun";
import { expectClose } from "../../support/expectClose";

const DIMENSION = 14;
const random = new RandomSource(7);

/** BBᵀ/r of r columns, plus a multiple of the identity. */
function gram(rank: number, ridge: number): Matrix {
  const B = Array.from({ length: DIMENSION }, () => Array.from({ length: rank }, () => random.normal()));
  return B.map((a, i) =>
    B.map((b, j) => a.reduce((sum, x, k) => sum + (x * b[k]!) / rank, i === j ? ridge : 0)),
  );
}

const identity = gram(1, 1).map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
const dense = gram(DIMENSION, 0.5);
const square = dense.map((_, i) =>
  dense.map((_x, j) => dense.reduce((sum, row) => sum + (row[i]! * row[j]!) / 9, 0)),
);

const settingsOf = (covariance: Matrix, taskCovariance: Matrix, kind: "sgd" | "adam" = "sgd", heads = 1) =>
  readTrainingSettings({
    method: "exact",
    problem: { covariance, noiseVariance: 0.1, taskCovariance, pretrainingShots: 9 },
    model: { keyQuery: "separate", heads },
    pretraining: { steps: 40, optimiser: { kind } },
    fineTuning: { steps: 25, auxiliaryShots: 5, trainable: "all" },
  });

/** The same run without turning anything. */
function asGiven(settings: ReturnType<typeof settingsOf>) {
  const { motion } = settings.pretraining;
  const first = runStage(pretrainingLoss(settings), initialPoint(settings), motion);
  const tuning = settings.fineTuning!;
  return [first, runStage(fineTuningLoss(settings, tuning), first.point, tuning.motion)] as const;
}

describe("the run's own coordinates", () => {
  it.each([
    ["a dense Σ, Λ its square", dense, square, 1, true],
    ["a dense Σ, Λ of rank 3 that shares no axes", dense, gram(3, 0), 1, true],
    ["Σ = I and a dense Λ", identity, square, 1, true],
    ["a dense Σ, two heads", dense, identity, 2, true],
    ["a dense Σ whose eigenvalues repeat", gram(2, 1), gram(2, 0.3), 1, true],
    ["diagonal Σ and Λ", identity, identity, 1, false],
  ] as const)("of %s give the same run", (_name, covariance, taskCovariance, heads, turns) => {
    const settings = settingsOf(covariance, taskCovariance, "sgd", heads);
    const own = runCoordinates(settings);
    expect(own !== undefined).toBe(turns);
    if (own !== undefined) {
      const off = own.settings.problem.covariance.flatMap((row, i) => row.filter((_, j) => j !== i));
      expect(Math.max(...off.map(Math.abs))).toBe(0);
    }
    const [pretrained, tuned] = asGiven(settings);
    const seen: Float64Array[] = [];
    const observer: Observer = {
      schedule: { at: [0, 40] },
      see: ({ point }) => seen.push(Float64Array.from(point)),
    };
    const results = new TrainingRun(settings, undefined, { pretraining: observer }).finish();
    const tolerance = 1e-12;
    const reason = "rounding of 65 steps from numbers near 0.05";
    for (const [got, want] of [
      [results.pretraining!, pretrained],
      [results.fineTuning!, tuned],
    ] as const) {
      expectClose(got.loss, want.loss, { tolerance: 1e-12 * want.loss, reason });
      want.point.forEach((x, i) => {
        expectClose(got.point[i]!, x, { tolerance, reason, input: i });
      });
    }
    [initialPoint(settings), pretrained.point].forEach((want, k) => {
      want.forEach((x, i) => {
        expectClose(seen[k]![i]!, x, { tolerance, reason, input: { moment: k, i } });
      });
    });
  });

  it("are those given with Adam, which turns nothing", () => {
    const settings = settingsOf(dense, square, "adam");
    const [pretrained] = asGiven(settings);
    const run = new TrainingRun(settings);
    run.advance(Number.POSITIVE_INFINITY);
    expect(run.store().finished.pretraining!.point).toEqual([...pretrained.point]);
  });

  it("end with the same bytes when a run is interrupted", () => {
    const settings = settingsOf(dense, square);
    const whole = new TrainingRun(settings).finish();
    const first = new TrainingRun(settings);
    first.advance(17);
    const again = new TrainingRun(settings, JSON.parse(JSON.stringify(first.store())));
    again.advance(100);
    const last = new TrainingRun(settings, JSON.parse(JSON.stringify(again.store()))).finish();
    expect([...last.fineTuning!.point]).toEqual([...whole.fineTuning!.point]);
  });
});
