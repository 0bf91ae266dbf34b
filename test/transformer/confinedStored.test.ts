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

const FOLDER = join("transformer-confined", "quick");
const SIZE = SIZES["confined-quick"];
const document = readFileSync(join(packageRoot, "docs", "transformers.md"), "utf8");
const section = document.slice(document.indexOf("## Updates kept off what examples use"));
const [matched, differences, paths, allowed] = ["matched", "differences", "paths", "allowed"].map((name) =>
  storedTable(name, FOLDER),
) as [readonly TableRecord[], readonly TableRecord[], readonly TableRecord[], readonly TableRecord[]];

const rowOf = (trainable: string, left = 0.1): TableRecord =>
  matched.find((row) => row.trainable === trainable && row.excessLeft === left)!;
const kept = (trainable: string, left?: number): string =>
  ranged(rowOf(trainable, left), "benefitKept", "benefit");
const differenceOf = (trainable: string, less: string, left = 0.1): TableRecord =>
  differences.find((row) => row.trainable === trainable && row.less === less && row.excessLeft === left)!;
function less(trainable: string, other: string, left?: number): string {
  const row = differenceOf(trainable, other, left);
  if (!(Number(row.seeds) > 1)) return "–";
  return `${shown(row.difference)} [${shown(row.low)}, ${shown(row.high)}]`;
}
const controlOf = (trainable: string): string => trainable.replace("-off-", "-off-random-");
const isConfined = (trainable: string): boolean => /-off-(?!random)/.test(trainable);
const [EXAMPLES, LABELS, LAST] = [
  "value-off-examples-95",
  "value-off-labels-99",
  "own-value-layer-2",
] as const;

const ends = (
  values: readonly number[],
  text = (value: number): string => String(Math.round(value)),
): string => `${text(Math.min(...values))} to ${text(Math.max(...values))}`;
/** What of the excess is left at the end of each run, in per cent. */
function leftAtEnd(trainable: string): readonly number[] {
  const own = paths.filter((row) => row.trainable === trainable && row.shots === 0);
  const excess = (seed: unknown, at: string): number =>
    Number(own.find((row) => row.seed === seed && row.at === at)!.zeroShotExcess);
  return SEEDS.map((seed) => (100 * excess(seed, "end")) / excess(seed, "start"));
}
const SEEDS = [0, 1, 2, 3, 4];
const leftOf = (trainable: string, column: string, matrix?: string): readonly number[] =>
  allowed
    .filter((row) => row.trainable === trainable && (matrix === undefined || row.matrix === matrix))
    .map((row) => 100 * Number(row[column]));

/** As a table writes it: a name of a point may be a number or not. */
const textOf = (row: Readonly<Record<string, unknown>>): string => Object.values(row).map(String).join();

describe("the stored quick study of updates kept off what examples use", () => {
  it("is what docs/transformers.md shows, line by line, and no other line", () => {
    const lines = matched
      .filter(({ excessLeft }) => excessLeft !== 0.05)
      .map((row) => {
        const [name, left] = [String(row.trainable), Number(row.excessLeft)];
        const told = Number(row.reached) > 1;
        const cell = [
          ...[name, left, `${row.reached} of ${row.runs}`, told ? kept(name, left) : "–"],
          ...["value", "own-value"].map((other) => (other === name ? "" : less(name, other, left))),
          isConfined(name) ? less(name, controlOf(name), left) : "",
          ...[shown(row.intrusion), shown(row.gain)],
        ];
        return `| ${cell.join(" | ")} |`;
      });
    expect(section.split("\n").filter((line) => /^\| [a-z]+[-\w]* \| 0/.test(line))).toEqual(lines);
  });

  it("bears out what is said of it", () => {
    for (const text of [
      `${rowOf(EXAMPLES, 0.2).reached} of 5 runs come to 20 % of the excess; at the end ${ends(leftAtEnd(EXAMPLES))} % of it is left, where the control has ${ends(leftAtEnd(controlOf(EXAMPLES)))} %`,
      `hold ${ends(leftOf(EXAMPLES, "queryLeft"))} % of the second moment of a zero-shot query`,
      `${less(LABELS, "value", 0.2)} more where 20 % is left and ${less(LABELS, "value")} at 10 %`,
      `(${less(LABELS, controlOf(LABELS), 0.2)} and ${less(LABELS, controlOf(LABELS))})`,
      `clearly less than \`own-value\`: ${less(LABELS, "own-value", 0.2)}`,
      `${ends(leftOf(LABELS, "examplesLeft", "layer0.value"))} % of the second moment of all tokens of examples stays free in the first layer`,
      `keep ${kept(LAST, 0.2)} where 20 % is left, in all runs: ${less(LAST, "value", 0.2)} more than the value matrices and ${less(LAST, "own-value", 0.2)} more than \`own-value\``,
      `At 10 % they keep ${kept(LAST)}, in the ${rowOf(LAST).reached} of 5 runs that get there; \`own-value\` itself gets there in ${rowOf("own-value").reached}`,
    ])
      expect(section.replaceAll(/\n\s*/g, " ")).toContain(text);
  });

  it("bears out what is called clear, not clear and undecided", () => {
    for (const left of [0.2, 0.1]) {
      for (const other of ["value", controlOf(LABELS)]) {
        expect(Number(differenceOf(LABELS, other, left).low)).toBeLessThan(0);
        expect(Number(differenceOf(LABELS, other, left).high)).toBeGreaterThan(0.05);
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
    expect(section).toContain(`has learned ${ends(learned)} % of what examples can teach`);
  });

  it("counts its cells, and those of the whole study", () => {
    expect(section).toContain(`all ${cells(SIZE).length} cells`);
    expect(section).toContain(`${cells(SIZES.confined).length} cells of the GPT above`);
    expect(new Set(paths.map(({ trainable, seed }) => `${trainable} ${seed}`)).size).toBe(cells(SIZE).length);
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
