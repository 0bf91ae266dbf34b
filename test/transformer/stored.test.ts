import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { studentQuantile } from "../../src/core/evidence/studentT";
import { cells } from "../../src/transformer/study/grid";
import { SIZES } from "../../src/transformer/study/settings";
import { packageRoot } from "../support/root";
import { cellsOf, ranged, shown, storedTable } from "./storedRows";

const matched = storedTable("matched").filter(({ excessLeft }) => excessLeft === 0.1);
const document = readFileSync(join(packageRoot, "docs", "transformers.md"), "utf8");
const rowOf = (trainable: string, objective = "zero-shot", rate = 0.001) =>
  matched.find((row) => row.trainable === trainable && row.objective === objective && row.rate === rate)!;

/** A mean over seeds and its 95 % interval by Student's t. */
function overSeeds(values: readonly number[]): { mean: number; meanLow: number; meanHigh: number } {
  expect(values.length).toBe(5);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = studentQuantile(0.05, values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, meanLow: mean - half, meanHigh: mean + half };
}

/** Seed by seed, the share of the benefit kept at a tenth of the excess, silence at 1.1, zero-shot objective, first target. */
function keptBySeed(trainable: string, rate: number): readonly number[] {
  const at = (where: string, seed: number): number =>
    1.1 -
    Number(
      storedTable("paths").find(
        (row) =>
          row.trainable === trainable &&
          row.objective === "zero-shot" &&
          row.rate === rate &&
          row.target === 0 &&
          row.seed === seed &&
          row.shots === 6 &&
          String(row.at) === where,
      )!.freshRisk,
    );
  return [0, 1, 2, 3, 4].map((seed) => at("0.1", seed) / at("start", seed));
}

/** All parameters at 0.001 less at 0.0003, at 0.003 less at 0.001; value less all at 0.003 less the same at 0.0003. */
function overRates(): readonly string[] {
  const minus = (a: readonly number[], b: readonly number[]) => a.map((x, s) => x - b[s]!);
  const all = [0.0003, 0.001, 0.003].map((rate) => keptBySeed("all", rate)) as [number[], number[], number[]];
  const less = (rate: number) => minus(keptBySeed("value", rate), keptBySeed("all", rate));
  return [minus(all[1], all[0]), minus(all[2], all[1]), minus(less(0.003), less(0.0003))].map((differences) =>
    ranged(overSeeds(differences), "mean", "mean"),
  );
}

const threeDigits = (value: unknown): string => Number(value).toFixed(3).replace("-", "−");
const hair = ((row) =>
  `${threeDigits(row.lessAll)} [${threeDigits(row.lessAllLow)}, ${threeDigits(row.lessAllHigh)}]`)(
  rowOf("mlp"),
);

describe("the stored study of the small GPT", () => {
  it("is what docs/transformers.md shows, line by line", () => {
    const told = matched.filter(({ reached }) => Number(reached) > 1);
    expect(told.length).toBeGreaterThan(0);
    for (const row of told) {
      const { trainable, objective, rate } = row;
      const head = rate === 0.001 ? [trainable, objective] : [trainable, objective, rate];
      expect(document).toContain(`| ${[...head, ...cellsOf(row)].join(" | ")} |`);
    }
  });

  it("says how many cells were run, of how many", () => {
    const keys = new Set(
      storedTable("paths").map(({ trainable, objective, rate, seed, target }) =>
        [trainable, objective, rate, seed, target].join(),
      ),
    );
    const whole = cells(SIZES.full).length;
    expect(document).toContain(`${keys.size} of the ${whole.toLocaleString("en")} cells`);
    const readme = readFileSync(join(packageRoot, "data", "studies", "transformer", "README.md"), "utf8");
    expect(readme).toContain(`${keys.size} of the ${whole} cells`);
  });

  it("bears out the numbers in the README", () => {
    const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
    expect(readme).toContain(
      `In a small GPT it kept ${shown(rowOf("value").benefitKept)} of the benefit of examples on other tasks where training all parameters kept\n${shown(rowOf("all").benefitKept)}`,
    );
    const replay = matched.filter(
      ({ objective, rate, reached, runs }) => objective === "replay" && rate === 0.001 && reached === runs,
    );
    const lowest = Math.min(...replay.map(({ benefitKept }) => Number(benefitKept)));
    expect(readme).toContain(`what kept ${shown(Math.floor(100 * lowest) / 100)} and more`);
  });

  it("bears out what docs/theory.md says of a value that a token gives itself", () => {
    const theory = readFileSync(join(packageRoot, "docs", "theory.md"), "utf8");
    const [own, value] = [rowOf("own-value"), rowOf("value")];
    expect(theory).toContain(`keeps ${shown(own.benefitKept)} of the benefit of examples by it`);
    expect(theory).toContain(
      `its intrusion there is no smaller than after\nvalue-only fine-tuning (${shown(own.intrusion)} and ${shown(value.intrusion)})`,
    );
    expect(Number(own.intrusion)).toBeGreaterThan(Number(value.intrusion));
  });

  it("says of the pretrained models what their table says", () => {
    const last = storedTable("pretraining").filter(({ shots }) => shots === 6);
    const above = last.map(({ risk, ridgeRisk }) => Number(risk) - Number(ridgeRisk));
    const [least, most] = [Math.min(...above), Math.max(...above)];
    expect(document).toContain(
      `(${shown(least)} to ${shown(most)} above it at 6, where ridge regression has ${shown(last[0]!.ridgeRisk)} and silence 1.1)`,
    );
  });

  it("has no decimal number of the study in docs/transformers.md that is none of the stored rows'", () => {
    const study = document.slice(document.indexOf("## The study"));
    const numbers = storedTable("matched").flatMap((row) =>
      Object.values(row).flatMap((value) => (typeof value === "number" ? [shown(value), String(value)] : [])),
    );
    // The margin, what is said of pretraining, and silence: each held above or below.
    const known = new Set([
      ...numbers.map((text) => text.replace("−", "")),
      "0.065",
      "0.17",
      "1.1",
      "0.02",
      "0.04",
    ]);
    for (const text of overRates()) for (const number of text.match(/\d+\.\d+/g)!) known.add(number);
    for (const number of hair.match(/\d+\.\d+/g)!) known.add(number);
    // Ends of what replay keeps are rounded outwards.
    const kept = matched
      .filter(({ objective }) => objective === "replay")
      .map((row) => Number(row.benefitKept));
    for (const value of kept) known.add((Math.floor(100 * value) / 100).toFixed(2));
    expect((study.match(/\d+\.\d+/g) ?? []).filter((text) => !known.has(text))).toEqual([]);
  });

  it("says which trained sets replay keeps from the target", () => {
    const reached = (trainable: string, objective: string) => Number(rowOf(trainable, objective).reached);
    expect(document).toContain(
      `With replay LayerNorm alone and the readout alone reach none either (${reached("layer-norm", "zero-shot")} and ${reached("readout", "zero-shot")} of 5 runs do without), and the values of the first layer, below, in ${reached("value-layer-1", "replay")} of 5 runs`,
    );
    for (const trainable of ["query-key", "layer-norm", "readout"])
      expect(reached(trainable, "replay")).toBe(0);
    // And no other set than these.
    const held = matched
      .filter(
        ({ objective, rate, reached, runs }) => objective === "replay" && rate === 0.001 && reached !== runs,
      )
      .map(({ trainable }) => trainable);
    expect([...held].sort()).toEqual(["layer-norm", "query-key", "readout", "value-layer-1"]);
  });

  it("compares rates seed by seed, and calls a difference that ends near zero what it is", () => {
    const [low, high, rise] = overRates();
    expect(document.replaceAll("\n", " ")).toContain(
      `clearly from 0.001 to 0.003 (${high}) and not clearly from 0.0003 to 0.001 (${low})`,
    );
    expect(document).toContain(`from the smallest rate to the largest, by ${rise}`);
    expect(document).toContain(`clear by a hair (${hair})`);
  });

  it("bears out what docs/transformers.md concludes", () => {
    const value = rowOf("value");
    for (const text of [
      `**Value only against all**: ${shown(value.lessAll)} more`,
      ranged(value, "lessAll", "lessAll"),
    ])
      expect(document).toContain(text);
    // What it calls not clear, or clear, is so.
    expect(Number(value.lessAllLow)).toBeLessThan(0);
    const own = rowOf("own-value");
    for (const text of [
      `the benefit kept is ${ranged(own, "benefitKept", "benefit")}`,
      `${ranged(own, "lessValue", "lessValue")} more than the value`,
      `${ranged(own, "lessAll", "lessAll")} more than all parameters`,
    ])
      expect(document).toContain(text);
    expect(Number(own.lessValueLow)).toBeGreaterThan(0);
    // What own-value spares is scatter: the risk above the noise (0.1) that neither slope explains.
    const parts = (trainable: string, at: string): readonly [slopes: number, rest: number] => {
      const rows = storedTable("paths").filter(
        (row) =>
          row.trainable === trainable &&
          row.objective === "zero-shot" &&
          row.rate === 0.001 &&
          row.target === 0 &&
          row.shots === 6 &&
          String(row.at) === at,
      );
      expect(rows).toHaveLength(5);
      const slopes = rows.map(({ intrusion, gain }) => Number(intrusion) ** 2 + (1 - Number(gain)) ** 2);
      const sum = (list: readonly number[]): number => list.reduce((x, y) => x + y, 0);
      const above = rows.map(({ freshRisk }) => Number(freshRisk) - 0.1);
      return [sum(slopes) / 5, (sum(above) - sum(slopes)) / 5];
    };
    const told = (of: readonly number[]): string => `${shown(of[0])} and`;
    const [afterValue, afterOwn, before] = [
      parts("value", "0.1"),
      parts("own-value", "0.1"),
      parts("value", "start"),
    ];
    expect(document).toContain(
      `a² + (1 − b)² is ${told(afterValue)} the rest ${shown(afterValue[1])} after training the value matrices, ${told(afterOwn)} ${shown(afterOwn[1])} here, ${told(before)} ${shown(before[1])} before fine-tuning`,
    );
    expect(document).toContain(
      `(a(6) = ${shown(value.intrusion)}, beside ${shown(own.intrusion)} here), and the gain is much the same (b = ${shown(value.gain)} and ${shown(own.gain)})`,
    );
    for (const trainable of ["all", "value", "mlp"])
      expect(Number(rowOf(trainable, "replay").benefitKept), trainable).toBeGreaterThan(
        Number(rowOf(trainable).benefitKept),
      );
  });

  it("never has queries and keys alone reach a level, and has attention do what value and output do", () => {
    for (const row of matched.filter(
      ({ trainable, objective }) => trainable === "query-key" && objective === "zero-shot",
    ))
      expect(row.reached).toBe(0);
    const paths = storedTable("paths").filter(({ objective }) => objective === "zero-shot");
    const of = (set: string) =>
      paths.filter(({ trainable }) => trainable === set).map(({ trainable: _, ...row }) => row);
    expect(of("attention").length).toBeGreaterThan(0);
    expect(of("attention")).toEqual(of("value-output"));
  });

  it("has values that a token gives itself learn the target as the value matrices do", () => {
    const paths = storedTable("paths").filter(
      ({ objective, shots, at }) => objective === "zero-shot" && shots === 0 && at === "end",
    );
    const own = paths.filter(({ trainable }) => trainable === "own-value");
    expect(own.length).toBeGreaterThan(0);
    for (const row of own) {
      const value = paths.find(
        (each) =>
          each.trainable === "value" &&
          [each.rate, each.seed, each.target].join() === [row.rate, row.seed, row.target].join(),
      )!;
      // The same training, in float32 in another order of summation, over 200 steps of Adam.
      expect(
        Math.abs(Number(row.targetRisk) - Number(value.targetRisk)),
        JSON.stringify({ row, value }),
      ).toBeLessThan(0.01);
    }
  });

  it("starts from models within the stated margin of ridge regression", () => {
    for (const row of storedTable("pretraining"))
      expect(Number(row.risk) - Number(row.ridgeRisk), JSON.stringify(row)).toBeLessThan(0.065);
  });
});
