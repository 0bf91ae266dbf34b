import { describe, expect, it } from "vitest";
import { bestOf, choiceRow } from "../../../src/lab/study/frontier/choice";
import { FRONTIER_SHOTS } from "../../../src/lab/study/frontier/unit";
import { runLowRank } from "../../../src/lab/study/lowRank/unit";
import { modelsTables } from "../../../src/lab/study/models/tables";
import {
  type ModelsResult,
  STUDIED_REGIMES,
  TESTED_SHOTS,
  unrelatedTask,
} from "../../../src/lab/study/models/unit";
import { expectClose } from "../../support/expectClose";

const pointAt = (setting: number, zeroShotExcess: number, inContext: number) => ({
  setting,
  zeroShotExcess,
  inContextExcess: FRONTIER_SHOTS.map(() => inContext),
});

describe("the choice among methods", () => {
  const value = { method: "zero-shot-value", points: [pointAt(0, 1, 0.2), pointAt(1, 0.3, 0.25)] } as const;
  const full = {
    method: "zero-shot-full",
    points: [pointAt(0, 1, 0.2), pointAt(1, 0.3, 0.26), pointAt(2, 0, 2)],
  } as const;

  it("keeps to the bound, and takes the least in-context excess within it", () => {
    expect(bestOf(full, { kind: "bound", bound: 0.5 }, 0)?.setting).toBe(1);
    expect(bestOf(full, { kind: "bound", bound: 0.1 }, 0)?.setting).toBe(2);
    expect(bestOf(value, { kind: "bound", bound: 0.1 }, 0)).toBeUndefined();
  });

  it("weighs both excesses by the share of few-shot prompts", () => {
    // 0.5 · 0.3 + 0.5 · 0.25 < 0.5 · 1 + 0.5 · 0.2.
    expect(bestOf(value, { kind: "share", share: 0.5 }, 0)).toMatchObject({ setting: 1, cost: 0.275 });
  });

  it("names the best method, the next, and NaN for one that the wish is out of reach of", () => {
    const row = choiceRow([value, full], 0.1, { kind: "bound", bound: 0.1 }, 0);
    expect(row).toMatchObject({
      best: "zero-shot-full",
      setting: "t = 2",
      next: "none",
      valueCost: Number.NaN,
    });
  });
});

describe("the tables of the models", () => {
  const flat = (x: number) => TESTED_SHOTS.map(() => x);
  const run = (full: number, value: number): ModelsResult => ({
    pretrainingError: 0.3,
    stages: [],
    regimes: [
      { regime: "pretrained", errors: { target: flat(0.9), opposite: flat(0.9), unrelated: flat(0.9) } },
      ...STUDIED_REGIMES.map(({ name }) => ({
        regime: name,
        errors:
          name === "zs_k"
            ? ("diverged" as const)
            : {
                target: flat(0.5),
                opposite: flat(2),
                unrelated: flat(name === "zs" ? full : value),
              },
      })),
    ],
  });
  const tablesOf = (runs: readonly ModelsResult[]) =>
    modelsTables(
      runs.map((result, seed) => ({
        name: `m ${seed}`,
        input: { model: "m", seed, pretrainingBlock: 1, fineTuningBlock: 1, testPrompts: 1 },
        result,
      })),
    );
  const verdictOf = (runs: readonly ModelsResult[], statement: string) => {
    const { columns, rows } = tablesOf(runs).verdicts!.table;
    return rows.find((row) => row[columns.indexOf("statement")] === statement)![columns.indexOf("verdict")];
  };

  it("call a clear change clear and a scattered one unclear", () => {
    const worse = "all parameters, zero-shot: worse on an unrelated task";
    expect(verdictOf([run(4, 1), run(4.2, 1), run(3.9, 1)], worse)).toBe("yes");
    expect(verdictOf([run(0.3, 1), run(0.31, 1), run(0.29, 1)], worse)).toBe("no");
    expect(verdictOf([run(0.3, 1), run(4, 1), run(1, 1)], worse)).toBe("unclear");
  });

  it("count the seeds that did not diverge", () => {
    const { columns, rows } = tablesOf([run(4, 1), run(4, 1)]).errors!.table;
    const seeds = (regime: string) =>
      rows.find((row) => row[columns.indexOf("regime")] === regime)![columns.indexOf("seeds")];
    expect([seeds("zs"), seeds("zs_k")]).toEqual([2, 0]);
  });

  it("keep a seed that diverged in pretraining apart from those that did not", () => {
    const lost: ModelsResult = {
      pretrainingError: "diverged",
      stages: [],
      regimes: run(4, 1).regimes.map(({ regime }) => ({ regime, errors: "diverged" })),
    };
    const { columns, rows } = tablesOf([run(4, 1), lost, run(4, 1)]).pretraining!.table;
    expect(Object.fromEntries(columns.map((column, k) => [column, rows[0]![k]]))).toMatchObject({
      mean: 0.3,
      seeds: 2,
    });
    const errors = tablesOf([run(4, 1), lost]).errors!.table;
    expect(errors.rows.map((row) => row[errors.columns.indexOf("seeds")])).not.toContain(2);
  });

  it("leave a model that reads no examples out of the verdicts and of the benefit, and count it", () => {
    const blind: ModelsResult = {
      ...run(4, 1),
      regimes: run(4, 1).regimes.map((row) =>
        row.regime === "pretrained"
          ? { ...row, errors: { target: flat(1.05), opposite: flat(1.05), unrelated: flat(1.05) } }
          : row,
      ),
    };
    const tables = tablesOf([run(4, 1), blind, run(4.1, 1)]);
    const first = (name: string, column: string) => {
      const { columns, rows } = tables[name]!.table;
      return rows[0]![columns.indexOf(column)];
    };
    expect([first("pretraining", "seeds"), first("pretraining", "readsExamples")]).toEqual([3, 2]);
    expect([first("verdicts", "seeds"), first("benefit", "seeds")]).toEqual([2, 2]);
  });

  it("test on a unit vector orthogonal to the target", () => {
    const target = [0.6, 0, -0.8, 0, 0];
    const other = unrelatedTask(3, target);
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    expectClose(dot(other, target), 0, { tolerance: 1e-14, reason: "rounding", input: other });
    expectClose(dot(other, other), 1, { tolerance: 1e-14, reason: "rounding", input: other });
  });
});

describe("a low-rank unit", () => {
  it("of V and rank one ends at the closed form, the same at every call; M alone does not move", () => {
    const input = { set: "value", rank: 1, auxiliary: false, seed: 2, time: 60 } as const;
    const end = runLowRank(input);
    expect(runLowRank(input)).toEqual(end);
    expectClose(end.zeroShot, end.predicted, {
      tolerance: 1e-6,
      reason: "the flow ends after a time of 60 at rates above 1",
      input,
    });
    const stuck = runLowRank({ ...input, set: "key-query", rank: 3 });
    expectClose(stuck.zeroShot, 1.1, { tolerance: 0, reason: "the gradient is exactly zero", input: stuck });
  });
});
