import { initialParameters, storeParameters, trainableName } from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { firstBelow } from "../../src/transformer/measuring/zeroShotPath";
import { cells } from "../../src/transformer/study/grid";
import { MATCHED, SIZES } from "../../src/transformer/study/settings";
import { matchedTable, overSeeds } from "../../src/transformer/study/tables";
import { type CellInput, type CellResult, runCell } from "../../src/transformer/study/unit";
import { expectClose } from "../support/expectClose";
import { runMain } from "../support/runMain";
import { SMALL } from "./support";

const CELL: CellInput = {
  kind: "cell",
  shape: SMALL,
  noiseVariance: 0.1,
  seed: 0,
  target: 0,
  trainable: { kind: "set", set: "all" },
  objective: "zero-shot",
  rate: 1e-2,
  steps: 60,
  prompts: 32,
  testPrompts: 64,
  start: storeParameters(initialParameters(SMALL, 1)),
};

describe("the grid", () => {
  it("has every cell once, those that matter most first", () => {
    const all = cells(SIZES.full);
    const name = ({ trainable, ...cell }: (typeof all)[number]) =>
      JSON.stringify([trainableName(trainable), cell.objective, cell.rate, cell.seed, cell.target]);
    expect(new Set(all.map(name)).size).toBe(all.length);
    // The grid, five sets that it has not with two objectives, and one of these at two rates and two targets more.
    expect(all.length).toBe(28 * 4 * 3 * 5 * 3 + 5 * 2 * 5 + 4 * 2 * 5);
    expect(name(all[0]!)).toBe('["all","zero-shot",0.001,0,0]');
    // A group of five seeds, then the next set.
    expect(name(all[5]!)).toBe('["value","zero-shot",0.001,0,0]');
    expect(name(all[45]!)).toBe('["all","replay",0.001,0,0]');
    // The second section of the preregistration begins after the first 100 cells.
    expect(name(all[95]!)).toBe('["value","auxiliary",0.001,0,0]');
    expect(name(all[100]!)).toBe('["value-layer-1","zero-shot",0.001,0,0]');
    expect(name(all[150]!)).toBe('["all","zero-shot",0.0003,0,0]');
  });
});

describe("a cell", () => {
  it("is told along its path, at matched zero-shot excess", () => {
    const { points } = runCell(CELL);
    expect(points.map(({ at }) => at)).toEqual(["start", ...MATCHED.map(String), "end"]);
    for (const { at, share, excess } of points.slice(1, -1)) {
      expect(share).toBeGreaterThan(0);
      expectClose(excess / points[0]!.excess, Number(at), {
        tolerance: 0.01,
        reason: "ten halvings of a twentieth of the path",
        input: { at, share },
      });
    }
    expect(points.map(({ measures }) => measures.length)).toEqual(points.map(() => 8));
    expect(runCell(CELL).points).toEqual(points);
  });

  it("of queries and keys stays where it was", () => {
    const { points } = runCell({ ...CELL, trainable: { kind: "set", set: "query-key" } });
    expect(points.map(({ at }) => at)).toEqual(["start", "end"]);
    expect(points[1]!.measures).toEqual(points[0]!.measures);
  });

  it("of values that a token writes into itself goes the way of the value matrices at zero shots, and another after examples", () => {
    const [own, value] = (["own-value", "value"] as const).map(
      (name) =>
        runCell({
          ...CELL,
          trainable: name === "value" ? { kind: "set", set: name } : { kind: name },
        }).points,
    );
    expect(own!.map(({ at }) => at)).toEqual(value!.map(({ at }) => at));
    for (const [k, point] of own!.entries()) {
      const there = value![k]!;
      const input = { at: point.at };
      const close = { tolerance: 1e-4, reason: "sixty steps of Adam in float32, in two orders of summation" };
      expectClose(point.share, there.share, { ...close, tolerance: 1e-3, input });
      expectClose(point.excess, there.excess, { ...close, input });
      const [mine, its] = [point, there].map(
        ({ measures }) => measures.find(({ task, shots }) => task === "fresh" && shots === SMALL.maxShots)!,
      );
      if (point.at === "start") expectClose(mine!.risk, its!.risk, { ...close, input });
      else expect(Math.abs(mine!.risk - its!.risk), point.at).toBeGreaterThan(1e-3);
    }
  });

  it("finds the first point of a path below a level, also where the path comes up again", () => {
    const dip = (share: number): number => (share < 0.5 ? 1 - 2 * share : 4 * (share - 0.5));
    expectClose(firstBelow(dip, 0.25)!, 0.375, { tolerance: 1e-4, reason: "ten halvings of a twentieth" });
    expect(firstBelow(() => 1, 0.5)).toBeUndefined();
  });
});

describe("the tables", () => {
  it("average targets before seeds, and compare with all by seed", () => {
    const { mean, low, high } = overSeeds([1, 3]);
    // t with one degree of freedom: tan(0.475 π); the standard error is 1.
    const close = { tolerance: 1e-10, reason: "bisection for the quantile" };
    expectClose(high - mean, Math.tan(0.475 * Math.PI), close);
    expectClose(mean - low, Math.tan(0.475 * Math.PI), close);
    expect(overSeeds([5]).low).toBeNaN();
    const point = (at: string, freshRisk: number): CellResult["points"][number] => ({
      at,
      share: 1,
      excess: 0,
      measures: (["target", "opposite", "orthogonal", "fresh"] as const).flatMap((task) =>
        [0, SIZES.full.shape.maxShots].map((shots) => ({
          task,
          shots,
          risk: freshRisk,
          standardError: 0,
          ridgeRisk: 0,
          intrusion: 0.25,
          gain: 0.75,
        })),
      ),
    });
    const cell = (set: "all" | "value", seed: number, target: number, risk: number) => ({
      input: { ...CELL, seed, target, trainable: { kind: "set", set } as const },
      // Before: 1.1 − 0.1 = 1.
      result: { lastLoss: 0, points: [point("start", 0.1), point("0.1", risk)] },
    });
    const { columns, rows } = matchedTable(SIZES.full, [
      cell("all", 0, 0, 0.6),
      cell("all", 1, 0, 0.8),
      cell("value", 0, 0, 0.3),
      cell("value", 0, 1, 0.5),
      cell("value", 1, 0, 0.6),
    ]);
    const value = Object.fromEntries(columns.map((column, k) => [column, rows[1]![k]]));
    // Seed 0: (0.8 + 0.6) / 2, seed 1: 0.5.
    expect(value).toMatchObject({ trainable: "value", runs: 3, reached: 3, seeds: 2, gain: 0.75 });
    // Of the first target alone, which both have: 0.8 − 0.5 and 0.5 − 0.3.
    expect([value.benefitKept, value.lessAll, value.lessValue]).toEqual([0.6, 0.25, 0]);
  });
});

describe("the command", () => {
  it("says which of its options is wrong", async () => {
    const { code, err } = await runMain("transformer", "--cells", "none");
    expect([code, err.split("\n").length]).toEqual([2, 2]);
    expect(err).toContain("--cells");
  });
});
