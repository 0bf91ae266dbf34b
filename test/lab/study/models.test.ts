import { readFileSync } from "node:fs";
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
import { benefitKept, benefitOfItsOwn, readsExamples, SILENCE } from "../../../src/lab/study/models/benefit";
import { mixedLengthsLoss, type SampledSettings } from "../../../src/lab/study/models/mixedLengths";
import { STUDIED_MODELS } from "../../../src/lab/study/models/models";
import { settle } from "../../../src/lab/study/models/settle";
import { STATEMENTS } from "../../../src/lab/study/models/tables";
import { runModels, STUDIED_REGIMES } from "../../../src/lab/study/models/unit";
import { loadStudyTable } from "../../../src/lab/study/saveStudy";
import { said as saidIn } from "../../notebooks/lessons/support/storedLesson";
import { expectClose } from "../../support/expectClose";
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
    const expected = [exact(point, slope, 0), along(slope)] as const;

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
    expect(rows).toHaveLength(STATEMENTS.length * STUDIED_MODELS.length);
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

describe("the benefit of examples", () => {
  it("kept is one where nothing changed, zero at silence, and not misled by a spoilt zero-shot answer", () => {
    const before = [1.1, 0.6];
    expect(benefitKept(before, before, 1)).toBe(1);
    expect(benefitKept([2, SILENCE], before, 1)).toBe(0);
    // R(0) rose to 2.1, 20 examples repair it to silence: nothing is left of the benefit, and its own R(0) says 200 %.
    expect(benefitKept([2.1, 1.1], before, 1)).toBe(0);
    expect(benefitOfItsOwn([2.1, 1.1], before, 1)).toBeCloseTo(2, 12);
    expect([readsExamples([1.1, 0.98], 1), readsExamples([1.1, 1], 1)]).toEqual([true, false]);
  });

  const records = (name: string) =>
    recordsOf(loadTable(join(packageRoot, "data", "studies", "models", `${name}.csv`)));
  const benefit = records("benefit");

  it("stored is the median over the stored seeds that read examples", () => {
    const seeds = records("seeds");
    const errorsOf = (model: string, seed: unknown, regime: string, task: string): readonly number[] => {
      const row = seeds.find(
        (each) => each.model === model && each.seed === seed && each.regime === regime && each.task === task,
      )!;
      return [0, 1, 2, 5, 10, 20, 40].map((n) => Number(row[`n${n}`]));
    };
    const AT = 5;
    const rows = benefit.filter(
      ({ shots, regime }) => shots === 20 && ["zs", "zs_v"].includes(String(regime)),
    );
    expect(rows).toHaveLength(STUDIED_MODELS.length * 2 * 3);
    for (const row of rows) {
      const [model, regime, task] = [String(row.model), String(row.regime), String(row.task)];
      const shares = [...new Set(seeds.filter((each) => each.model === model).map(({ seed }) => seed))]
        .filter((seed) => readsExamples(errorsOf(model, seed, "pretrained", "unrelated"), AT))
        .map((seed) => ({
          after: errorsOf(model, seed, regime, task),
          before: errorsOf(model, seed, "pretrained", task),
        }))
        .filter(({ after }) => Number.isFinite(after[0]))
        .map(({ after, before }) => benefitKept(after, before, AT))
        .sort((a, b) => a - b);
      const middle = (shares.length - 1) / 2;
      expect(Number(row.seeds), JSON.stringify(row)).toBe(shares.length);
      expectClose(Number(row.kept), (shares[Math.floor(middle)]! + shares[Math.ceil(middle)]!) / 2, {
        tolerance: 1e-4 * Math.max(1, Math.abs(Number(row.kept))),
        reason: "six digits of errors, divided by benefits of a tenth and more",
        input: row,
      });
    }
  });

  it("bears out what lesson 13, README and docs/models.md say", () => {
    const kept = (model: string, regime = "zs_v"): number =>
      Number(
        benefit.find(
          (row) =>
            row.model === model && row.regime === regime && row.task === "unrelated" && row.shots === 20,
        )!.kept,
      );
    for (const lengths of ["", ", every length"]) {
      expect(kept(`linear, 1 layer${lengths}`)).toBeGreaterThan(0.9);
      expect(kept(`linear, 2 layers${lengths}`)).toBeLessThan(0.65);
      expect(kept(`linear, 2 layers${lengths}`)).toBeGreaterThan(kept(`linear, 2 layers${lengths}`, "zs"));
      expect(kept(`softmax, 1 layer${lengths}`)).toBeLessThan(0.2);
      expect(kept(`softmax, 1 layer, 2 heads${lengths}`)).toBeGreaterThan(0.8);
    }
    const percent = (model: string, regime?: string): string => `${(100 * kept(model, regime)).toFixed(0)} %`;
    const said = ["README.md", "docs/models.md"].map((file) =>
      readFileSync(join(packageRoot, file), "utf8").replaceAll("\n", " "),
    );
    for (const text of said)
      expect(text).toContain(
        `keeps ${percent("linear, 1 layer, every length")} of the benefit of examples with one linear layer, ${percent("linear, 2 layers, every length")} with two`,
      );
    // What a median hides: seeds in which examples end above silence (1.1), of those that read them before (README, lesson 13).
    const seeds = recordsOf(loadStudyTable("models", "seeds")).filter(({ task }) => task === "unrelated");
    const inHarm = (model: string): readonly [harmed: number, of: number] => {
      const at = (regime: string) =>
        seeds.filter((row) => row.model === model && row.regime === regime).map(({ n20 }) => Number(n20));
      const before = at("pretrained");
      const after = at("zs_v").filter((_, s) => before[s]! < 0.99);
      return [after.filter((error) => error > 1.1).length, after.length];
    };
    const models = ["linear, 1 layer", "linear, 2 layers", "softmax, 1 layer", "softmax, 1 layer, 2 heads"];
    const harmed = models.map((model) => inHarm(`${model}, every length`));
    expect(said[0]).toContain(
      `in ${harmed
        .slice(0, 3)
        .map(([count]) => count)
        .join(", ")} and ${harmed[3]![0]} of them examples do harm in the end`,
    );
    const [one, two, head, heads] = harmed.map(([count, of]) => `${count} of ${of} seeds`);
    expect(saidIn("13-softmax-and-depth.ipynb", "opening-read")).toContain(
      `${one} of one linear layer, ${two} of two, ${head} of one head and ${heads} of two heads`,
    );
    const idle = [inHarm("softmax, 1 layer, 2 heads")[0], harmed[3]![0]];
    expect(idle).toEqual([0, 2]);
    // The plateau of one linear layer pretrained at every length: its loss beside that of the others.
    const losses = recordsOf(loadStudyTable("models", "stages"))
      .filter(({ model, stage }) => model === "linear, 1 layer, every length" && stage === "pretrained")
      .map(({ loss }) => Number(loss));
    const [on, off] = [losses.filter((loss) => loss > 0.9), losses.filter((loss) => loss < 0.8)];
    const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
    expect(Math.abs(mean(on) / mean(off) - 1.3)).toBeLessThan(0.03);
    expect(said[1]).toContain("at a loss three tenths above the others");
  });
});

describe("settling", () => {
  const patience = { learningRate: 0.05, block: 20, least: 2, most: 30 };
  /** A parabola whose minimum is 1. */
  const parabola = (point: Float64Array, gradient: Float64Array): number => {
    gradient[0] = 2 * point[0]!;
    return 1 + point[0]! ** 2;
  };

  it("ends once another block lowers the loss by less than a hundredth, and says when it had to stop before", () => {
    const end = settle(parabola, Float64Array.of(3), patience);
    expect(end.settled).toBe(true);
    expect(end.steps).toBeLessThan(600);
    expect(Math.abs(end.point[0]!)).toBeLessThan(0.1);
    const stopped = settle(parabola, Float64Array.of(30), { ...patience, most: 3 });
    expect(stopped.settled).toBe(false);
    expect(stopped.steps).toBe(60);
    expect(stopped.change).toBeGreaterThan(0.01);
  });

  it("counts its steps from those done before, so that no batch is drawn twice", () => {
    const seen: number[] = [];
    settle(
      (point, gradient, step) => {
        seen.push(step);
        return parabola(point, gradient);
      },
      Float64Array.of(0),
      patience,
      100,
    );
    expect(seen).toEqual(Array.from({ length: 40 }, (_, k) => 100 + k));
  });
});

describe("a unit of the study of models", () => {
  const size = { seed: 1, pretrainingBlock: 2, fineTuningBlock: 2, testPrompts: 20 };

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
