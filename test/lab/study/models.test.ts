import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordsOf } from "../../../src/base/plainTable";
import { studentQuantile, studentTail } from "../../../src/core/evidence/studentT";
import { priorCubature } from "../../../src/core/exact/priorCubature";
import { parameterLayout } from "../../../src/core/model/parameterLayout";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { exactStageLoss } from "../../../src/core/train/exactStage";
import { releasedSettings } from "../../../src/core/train/releasedSettings";
import { pretrainingLoss } from "../../../src/core/train/stage";
import { loadTable } from "../../../src/files/table";
import { mixedLengthsLoss, type SampledSettings } from "../../../src/lab/study/models/mixedLengths";
import { STUDIED_MODELS } from "../../../src/lab/study/models/models";
import { runModels, STUDIED_REGIMES } from "../../../src/lab/study/models/unit";
import { packageRoot } from "../../support/root";

const settings: SampledSettings = {
  ...releasedSettings(),
  method: { kind: "sampled", sampling: "moments", batchSize: 4000 },
  seed: 5,
  model: { dimension: 5, layers: 1, heads: 1, keyQuery: "separate", attention: "linear" },
};
const layout = parameterLayout(settings.model);
const random = new RandomSource(3, 1);
const point = Float64Array.from({ length: layout.length }, () => 0.3 * random.normal());

describe("pretraining at several lengths", () => {
  it("has the mean of the exact losses for its mean, and their gradient", () => {
    const lengths = [0, 3, 20];
    const exact = exactStageLoss(
      layout,
      settings.problem,
      lengths.flatMap((shots) =>
        priorCubature(settings.pretraining.prior).map((item) => ({
          ...item,
          weight: item.weight / lengths.length,
          shots,
        })),
      ),
    );
    const direction = Float64Array.from(point, () => random.normal());
    const along = (gradient: Float64Array) => gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const slope = new Float64Array(layout.length);
    const expected = [exact(point, slope), along(slope)] as const;

    const sampled = mixedLengthsLoss(settings, lengths);
    const steps = 60;
    const seen = Array.from({ length: steps }, (_, step) => {
      const gradient = new Float64Array(layout.length).fill(Number.NaN);
      return [sampled(point, gradient, step), along(gradient)] as const;
    });
    for (const k of [0, 1] as const) {
      const values = seen.map((pair) => pair[k]);
      const mean = values.reduce((sum, x) => sum + x, 0) / steps;
      const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (steps - 1));
      const z = (mean - expected[k]) / (deviation / Math.sqrt(steps));
      expect(
        Math.abs(z),
        `${k === 0 ? "loss" : "slope"}: expected ${expected[k]}, got ${mean}, ${z} standard errors away; the 60 steps' t passes the limit once in 1000`,
      ).toBeLessThan(studentQuantile(1e-3, steps - 1));
      expect(
        deviation / Math.sqrt(steps) / Math.abs(expected[k]),
        "sharp enough to miss one of three lengths, whose share is a third",
      ).toBeLessThan(0.05);
    }
  });

  it("is the pretraining loss itself at one length", () => {
    const [one, other] = [new Float64Array(layout.length), new Float64Array(layout.length)];
    const loss = mixedLengthsLoss(settings, [settings.pretraining.shots])(point, one, 7);
    expect(loss).toBe(pretrainingLoss(settings)(point, other, 7));
    expect(one).toEqual(other);
  });
});

describe("the stored verdicts", () => {
  const path = join(packageRoot, "data/studies/models/verdicts.csv");
  const rows = recordsOf(loadTable(path));

  it("are clear exactly where Student's t at 95 % says so, with the factor that the logarithm means", () => {
    expect(rows).toHaveLength(9 * STUDIED_MODELS.length);
    for (const row of rows) {
      const [ratio, error, seeds] = [row.logRatio, row.standardError, row.seeds].map(Number);
      // Two regimes that are the same training: no ratio at all, and no error.
      const same = ratio === 0 && error === 0;
      const clear = same || (seeds! > 1 && studentTail(Math.abs(ratio! / error!), seeds! - 1) < 0.05);
      expect(row.verdict === "unclear", JSON.stringify(row)).toBe(!clear);
      expect(Number(row.factor), JSON.stringify(row)).toBeCloseTo(Math.exp(ratio!), 12);
    }
  });
});

describe("a unit of the study of models", () => {
  const size = { seed: 1, pretrainingSteps: 5, fineTuningSteps: 3, testPrompts: 20 };

  it("tests the pretrained model and every regime, the same at every call", () => {
    const { name } = STUDIED_MODELS.find(({ lengths }) => lengths.length > 1)!;
    const unit = runModels({ ...size, model: name });
    expect(unit.regimes.map(({ regime }) => regime)).toEqual([
      "pretrained",
      ...STUDIED_REGIMES.map((regime) => regime.name),
    ]);
    expect(runModels({ ...size, model: name })).toEqual(unit);
  });
});
