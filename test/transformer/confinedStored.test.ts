import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableRecord } from "@finetune-icl/base";
import { trainableName } from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { cells, pretrainings } from "../../src/transformer/study/grid";
import { SIZES } from "../../src/transformer/study/settings";
import { pathTable } from "../../src/transformer/study/tables";
import { runCell, runPretraining } from "../../src/transformer/study/unit";
import { packageRoot } from "../support/root";
import { ranged, shown, storedTable } from "./storedRows";

const document = readFileSync(join(packageRoot, "docs", "transformers.md"), "utf8");
const [, both = ""] = document.split("## Updates kept off what examples use\n");
const [whole = "", tiny = ""] = both.split("### The same in a tiny GPT\n");
const [EXAMPLES, LABELS, LAST] = [
  "value-off-examples-95",
  "value-off-labels-99",
  "own-value-layer-2",
] as const;
const controlOf = (trainable: string): string => trainable.replace("-off-", "-off-random-");
const isConfined = (trainable: string): boolean => /-off-(?!random)/.test(trainable);
/** A section as one line. */
const flat = (section: string): string => section.replaceAll(/\n\s*/g, " ");

/** The least and the most of some numbers, whole: 3 to 13. */
const ends = (values: readonly number[]): string =>
  [...new Set([Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0)))].join(" to ");

/** What documents show of a stored study of confined updates. */
function studyIn(folder: string) {
  const table = (name: string): readonly TableRecord[] => storedTable(name, folder);
  const [matched, differences, paths, allowed] = ["matched", "differences", "paths", "allowed"].map(
    table,
  ) as [readonly TableRecord[], readonly TableRecord[], readonly TableRecord[], readonly TableRecord[]];
  const rowOf = (trainable: string, left = 0.1): TableRecord =>
    matched.find((row) => row.trainable === trainable && row.excessLeft === left)!;
  const differenceOf = (trainable: string, less: string, left = 0.1): TableRecord =>
    differences.find((row) => row.trainable === trainable && row.less === less && row.excessLeft === left)!;
  const less = (trainable: string, other: string, left?: number): string => {
    const row = differenceOf(trainable, other, left);
    return Number(row.seeds) > 1 ? `${shown(row.difference)} [${shown(row.low)}, ${shown(row.high)}]` : "–";
  };
  const kept = (trainable: string, left?: number): string =>
    ranged(rowOf(trainable, left), "benefitKept", "benefit");
  /** The lines of the table in a document. */
  const lines = (): readonly string[] =>
    matched
      .filter(({ excessLeft }) => excessLeft !== 0.05)
      .map((row) => {
        const [name, left] = [String(row.trainable), Number(row.excessLeft)];
        const cell = [
          ...[name, left, `${row.reached} of ${row.runs}`],
          Number(row.reached) > 1 ? kept(name, left) : "–",
          ...["value", "own-value"].map((other) => (other === name ? "" : less(name, other, left))),
          isConfined(name) ? less(name, controlOf(name), left) : "",
          ...[shown(row.intrusion), shown(row.gain)],
        ];
        return `| ${cell.join(" | ")} |`;
      });
  /** What of the excess is left at the end of each run, in per cent. */
  const leftAtEnd = (trainable: string): readonly number[] => {
    const own = paths.filter((row) => row.trainable === trainable && row.shots === 0);
    const before = own.filter(({ at }) => at === "start");
    return before.map(({ seed, target, zeroShotExcess }) => {
      const end = own.find((row) => row.at === "end" && row.seed === seed && row.target === target)!;
      return (100 * Number(end.zeroShotExcess)) / Number(zeroShotExcess);
    });
  };
  const allowedOf = (trainable: string, column: string, matrix?: string): readonly number[] =>
    allowed
      .filter((row) => row.trainable === trainable && (matrix === undefined || row.matrix === matrix))
      .map((row) => Number(row[column]));
  const percentOf = (...which: Parameters<typeof allowedOf>): string =>
    ends(allowedOf(...which).map((share) => 100 * share));
  const count = new Set(paths.map(({ trainable, seed, target }) => [trainable, seed, target].join())).size;
  return { paths, rowOf, differenceOf, less, kept, lines, leftAtEnd, allowedOf, percentOf, count };
}

const linesIn = (section: string): readonly string[] =>
  section.split("\n").filter((line) => /^\| [a-z]+[-\w]* \| 0/.test(line));

describe("the stored study of updates kept off what examples use", () => {
  const study = studyIn("transformer-confined");
  const { less, kept, rowOf, differenceOf } = study;

  it("is what docs/transformers.md shows, line by line, and no other line", () => {
    expect(linesIn(whole)).toEqual(study.lines());
  });

  it("counts its cells, which are the first of the grid", () => {
    const all = cells(SIZES.confined);
    expect(whole).toContain(`the first ${study.count} of ${all.length} cells`);
    const readme = readFileSync(
      join(packageRoot, "data", "studies", "transformer-confined", "README.md"),
      "utf8",
    );
    expect(readme).toContain(`${study.count} of the ${all.length} cells`);
    const done = all
      .slice(0, study.count)
      .map(({ trainable, seed, target }) => [trainableName(trainable), seed, target].join());
    expect(new Set(study.paths.map((row) => [row.trainable, row.seed, row.target].join()))).toEqual(
      new Set(done),
    );
  });

  it("bears out what is said of it", () => {
    const spared = (matrix: string): string => ends(study.allowedOf(LABELS, "spared", matrix));
    for (const text of [
      `${spared("layer0.value")} of 32 directions in the first layer, ${spared("layer1.value")} in the second`,
      `${kept(LABELS)} is kept, ${less(LABELS, "value")} more than by the value matrices and ${less(LABELS, controlOf(LABELS))} more than by the control`,
      `${rowOf(EXAMPLES).reached} of ${rowOf(EXAMPLES).runs} runs reach the level`,
      `hold ${study.percentOf(EXAMPLES, "queryLeft")} % of the second moment of a zero-shot query`,
      `(${ends(study.leftAtEnd(EXAMPLES))} % of the excess is left at the end, ${ends(study.leftAtEnd(controlOf(EXAMPLES)))} % by the control)`,
      `It keeps ${kept(EXAMPLES)}, ${less(EXAMPLES, "value")} more than the value matrices and ${less(EXAMPLES, controlOf(EXAMPLES))} more than its control`,
      `less \`own-value\` they keep ${less(LABELS, "own-value")} and ${less(EXAMPLES, "own-value")}`,
      `keeps ${less("own-value", "value")} more than the value matrices`,
    ])
      expect(flat(whole)).toContain(text);
  });

  it("bears out what is called clear, and what is not", () => {
    const [low, high] = (["low", "high"] as const).map(
      (end) => (set: string, other: string) => Number(differenceOf(set, other)[end]),
    ) as [(set: string, other: string) => number, (set: string, other: string) => number];
    expect(low("own-value", "value")).toBeGreaterThan(0);
    expect(high(LABELS, "own-value")).toBeLessThan(0);
    expect(high(EXAMPLES, "own-value")).toBeGreaterThan(0);
    expect(low(EXAMPLES, "own-value")).toBeLessThan(0);
    for (const set of [LABELS, EXAMPLES])
      for (const other of ["value", controlOf(set)]) {
        expect(low(set, other)).toBeLessThan(0);
        expect(high(set, other)).toBeGreaterThan(0);
      }
    // Undecided by the rule of the preregistration: no "no" either.
    expect(high(LABELS, "value")).toBeGreaterThan(0.05);
  });

  it("has the rows of the study that it goes on from, where the sets are the same", () => {
    const there = storedTable("paths").filter(
      ({ objective, rate, target }) => objective === "zero-shot" && rate === 0.001 && target === 0,
    );
    for (const set of ["all", "value", "own-value"]) {
      const of = (rows: readonly TableRecord[]) =>
        rows.filter(({ trainable, target }) => trainable === set && target === 0).map(textOf);
      expect(of(there)).toHaveLength(50);
      expect(of(study.paths), set).toEqual(of(there));
    }
  });
});

describe("the stored quick study of updates kept off what examples use", () => {
  const SIZE = SIZES["confined-quick"];
  const FOLDER = join("transformer-confined", "quick");
  const { paths, rowOf, differenceOf, less, kept, lines, leftAtEnd, percentOf, count } = studyIn(FOLDER);

  it("is what docs/transformers.md shows, line by line, and no other line", () => {
    expect(linesIn(tiny)).toEqual(lines());
    expect(tiny).toContain(`all ${cells(SIZE).length} cells`);
    expect(count).toBe(cells(SIZE).length);
  });

  it("bears out what is said of it", () => {
    for (const text of [
      `${rowOf(EXAMPLES, 0.2).reached} of 5 runs come to 20 % of the excess; at the end ${ends(leftAtEnd(EXAMPLES))} % of it is left, where the control has ${ends(leftAtEnd(controlOf(EXAMPLES)))} %`,
      `hold ${percentOf(EXAMPLES, "queryLeft")} % of the second moment of a zero-shot query`,
      `${less(LABELS, "value", 0.2)} more where 20 % is left and ${less(LABELS, "value")} at 10 %`,
      `(${less(LABELS, controlOf(LABELS), 0.2)} and ${less(LABELS, controlOf(LABELS))})`,
      `clearly less than \`own-value\`: ${less(LABELS, "own-value", 0.2)}`,
      `${percentOf(LABELS, "examplesLeft", "layer0.value")} % of the second moment of all tokens of examples stays free in the first layer`,
      `keep ${kept(LAST, 0.2)} where 20 % is left, in all runs: ${less(LAST, "value", 0.2)} more than the value matrices and ${less(LAST, "own-value", 0.2)} more than \`own-value\``,
      `At 10 % they keep ${kept(LAST)}, in the ${rowOf(LAST).reached} of 5 runs that get there; \`own-value\` itself gets there in ${rowOf("own-value").reached}`,
    ])
      expect(flat(tiny)).toContain(text);
  });

  it("bears out what is called clear, and what is not", () => {
    for (const left of [0.2, 0.1]) {
      for (const other of ["value", controlOf(LABELS)]) {
        expect(Number(differenceOf(LABELS, other, left).low)).toBeLessThan(0);
        expect(Number(differenceOf(LABELS, other, left).high)).toBeGreaterThan(0);
      }
      expect(Number(differenceOf(LAST, "value", left).low)).toBeGreaterThan(0);
    }
    expect(Number(differenceOf(LABELS, "own-value", 0.2).high)).toBeLessThan(0);
    expect(rowOf(LABELS).reached).toBe(5);
    expect(rowOf(LAST, 0.2).reached).toBe(5);
  });

  it("starts from models that have learned as much as is said", () => {
    const last = storedTable("pretraining", FOLDER).filter(({ shots }) => shots === SIZE.shape.maxShots);
    const silence = 1 + SIZE.noiseVariance;
    const learned = last.map(
      ({ risk, ridgeRisk }) => (100 * (silence - Number(risk))) / (silence - Number(ridgeRisk)),
    );
    expect(tiny).toContain(`has learned ${ends(learned)} % of what examples can teach`);
  });

  it("comes out again, cell by cell, of the first seed", () => {
    const { parameters: start } = runPretraining(pretrainings(SIZE)[0]!);
    for (const name of [LABELS, EXAMPLES, LAST]) {
      const input = cells(SIZE).find(
        ({ seed, trainable }) => seed === 0 && trainableName(trainable) === name,
      )!;
      const { columns, rows } = pathTable(SIZE, [{ input, result: runCell({ ...input, start }) }]);
      const again = rows.map((row) => Object.fromEntries(columns.map((column, k) => [column, row[k]])));
      const there = paths.filter(({ trainable, seed }) => trainable === name && seed === 0);
      expect(again.map(textOf), name).toEqual(there.map(textOf));
    }
  });
});

/** As a table writes it: a name of a point may be a number or not. */
function textOf(row: Readonly<Record<string, unknown>>): string {
  return Object.values(row).map(String).join();
}
