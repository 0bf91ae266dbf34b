import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BENCHMARKS } from "../../../src/finetune-icl/bench";
import { measurement, ratio, target } from "../../../src/finetune-icl/bench/benchmark";
import { fittedExponent } from "../../../src/finetune-icl/bench/exactRiskCost";
import type { BenchReport } from "../../../src/finetune-icl/bench/report";
import { inTurn } from "../../../src/finetune-icl/bench/timing";
import { Torch } from "../../../src/finetune-icl/bench/torch";
import { usageOf } from "../../../src/finetune-icl/bench/usage";
import { everyThird, IS_WHOLE } from "../../support/everyThird";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Answers as src/finetune-icl/bench/pytorch_step.py does, and says that a step takes half a second; a query-only one a quarter. */
const FAKE_TORCH = `#!${process.execPath}
if (process.argv[2] !== "-c") {
  console.log(JSON.stringify({ torch: "0.0-test", threads: 1 }));
  require("node:readline").createInterface(process.stdin).on("line", (line) => {
    const { steps, update } = JSON.parse(line);
    console.log(JSON.stringify({ seconds: steps * (update === "query" ? 0.25 : 0.5) }));
  });
}
`;
const fakePython = join(folder, "python");
writeFileSync(fakePython, FAKE_TORCH);
chmodSync(fakePython, 0o755);

describe("measurements", () => {
  it("keep the median, the lowest and the highest, and ratios repeat by repeat", () => {
    const slow = measurement("slow", "s", [4, 9, 2]);
    const fast = measurement("fast", "s", [2, 3, 1]);
    expect([slow.median, slow.lowest, slow.highest]).toEqual([4, 2, 9]);
    expect(ratio("r", slow, fast).values).toEqual([2, 3, 2]);
    expect(measurement("even", "s", [1, 2, 4, 9]).median).toBe(3);
  });

  it("meet a target with their median, and a miss says what bounds it", () => {
    const item = measurement("x", "times", [9, 10, 30]);
    expect(target(item, "at least", 10, "why")).toEqual({
      measurement: "x",
      must: "at least",
      limit: 10,
      met: true,
    });
    expect(target(item, "at most", 9.9, "why")).toMatchObject({ met: false, bound: "why" });
  });

  it("take turns, forwards and backwards, after one round for nothing", async () => {
    const order: string[] = [];
    const side = (name: string) => (): number => order.push(name);
    const costs = await inTurn([side("a"), side("b")], 2);
    expect(order.join("")).toBe("baabba");
    expect(costs).toEqual([
      [3, 6],
      [4, 5],
    ]);
  });

  it("fit the exponent of a power law exactly", () => {
    expectClose(
      fittedExponent(
        [16, 32, 64],
        [16, 32, 64].map((d) => 7 * d ** 2.5),
      ),
      2.5,
      { tolerance: 1e-12, reason: "rounding of logarithms" },
    );
  });

  it("of a process's memory do not hold its parent's", async () => {
    const held = Buffer.alloc(400e6, 1);
    const usage = await usageOf(["--version"]);
    expect(held[0]).toBe(1);
    expect(usage.megabytes).toBeGreaterThan(30);
    expect(usage.megabytes).toBeLessThan(300);
    expect(usage.seconds).toBeGreaterThan(0);
    await expect(usageOf(["risk", "-"], "{}")).rejects.toThrow(/risk - failed: finetune-icl: problem/);
  });
});

describe("the stored report", () => {
  const stored = JSON.parse(readFileSync(join(packageRoot, "data/bench/bench.json"), "utf8")) as BenchReport;

  it("is of a full run of every benchmark there is, beside PyTorch, and names no machine", () => {
    expect(stored.benchmarks.map(({ id }) => id)).toEqual(BENCHMARKS.map(({ id }) => id));
    expect(stored.size.effort).toBe(1);
    expect(stored.size.repeats).toBeGreaterThan(1);
    expect(Object.keys(stored.machine)).toEqual(["processor", "cores", "node", "torch", "arrays"]);
    expect(stored.machine.torch).toMatch(/^\d/);
    for (const of of ["python", "numpy", "blas", "vectors"] as const)
      expect(stored.machine.arrays![of]).toMatch(/\w/);
    for (const { measurements } of stored.benchmarks)
      for (const item of measurements) expect(item).toEqual(measurement(item.name, item.unit, item.values));
  });
});

describe("PyTorch", () => {
  it("is found by trying, or not at all", async () => {
    expect(await Torch.start([join(folder, "none"), "false"])).toBeUndefined();
    const torch = (await Torch.start([join(folder, "none"), fakePython]))!;
    expect(torch.version).toBe("0.0-test");
    expect(
      await torch.secondsPerStep({ stage: "pretraining", keyQuery: "merged", update: "query", steps: 3 }),
    ).toBe(0.25);
    torch.stop();
  });
});

describe("finetune-icl bench", () => {
  it("runs benchmarks, every third unless LESSONS=all, with one clear line for what NumPy or PyTorch is missing for", () => {
    const benchmarks = everyThird(BENCHMARKS);
    // With no id it is all of them.
    const ids = IS_WHOLE ? [] : benchmarks.map(({ id }) => id);
    const out = join(folder, "report.json");
    const {
      code,
      err,
      out: printed,
    } = runCli(["bench", ...ids, "--quick", "--python", join(folder, "none"), "--out", out]);
    expect(code, err).toBe(0);
    expect(err).toBe("");
    const skipped = (pattern: RegExp): number => printed.match(pattern)?.length ?? 0;
    const beside = (names: readonly string[]): number =>
      benchmarks.filter(({ id }) => names.includes(id)).length;
    expect(skipped(/^ {2}skipped beside PyTorch: no Python with torch was found$/gm)).toBe(
      beside(["sampled-step", "released-experiment"]),
    );
    expect(skipped(/^ {2}skipped beside NumPy and PyTorch: no Python with numpy was found$/gm)).toBe(
      beside(["exact-beside-arrays"]),
    );
    const report = JSON.parse(readFileSync(out, "utf8")) as BenchReport;
    expect(report.machine.torch).toBeNull();
    expect(report.benchmarks.map(({ id }) => id)).toEqual(benchmarks.map(({ id }) => id));
    for (const { measurements, targets } of report.benchmarks) {
      for (const { values, median, lowest, highest } of measurements) {
        expect(values).toHaveLength(1);
        expect(lowest <= median && median <= highest && Number.isFinite(median)).toBe(true);
      }
      const names = measurements.map(({ name }) => name);
      for (const item of targets) {
        expect(names).toContain(item.measurement);
        expect("bound" in item).toBe(!item.met);
      }
    }
  });

  it("measures both sides in turn when there is a Python with torch", () => {
    const { code, err, out } = runCli([
      "bench",
      "sampled-step",
      "--quick",
      "--repeats",
      "2",
      "--json",
      "--python",
      fakePython,
    ]);
    expect(code, err).toBe(0);
    const { machine, benchmarks } = JSON.parse(out) as BenchReport;
    expect(machine.torch).toBe("0.0-test");
    const { measurements, targets, skipped } = benchmarks[0]!;
    expect(skipped).toBeUndefined();
    const of = (end: string) => measurements.filter(({ name }) => name.endsWith(end));
    expect(of(": PyTorch").map(({ values }) => values)).toEqual(Array(3).fill([500, 500]));
    of(": this package").forEach(({ values }, k) => {
      expect(of(": PyTorch / this package")[k]!.values).toEqual(values.map((ms) => 500 / ms));
    });
    expect(targets).toHaveLength(6);
  });

  it.each([
    [["nonsense"], /^finetune-icl: ID: holds "nonsense"; allowed: one of sampled-step, /],
    [["--repeats", "0"], /^finetune-icl: --repeats: holds "0"; allowed: a whole number, 1 or more/],
  ])("refuses %j with exit 2 and one line", async (args, line) => {
    const { code, err } = await runMain("bench", ...args);
    expect([code, err.trim().split("\n").length]).toEqual([2, 1]);
    expect(err).toMatch(line);
  });
});
