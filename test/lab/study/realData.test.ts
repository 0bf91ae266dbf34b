import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { labelBlock, splitTable } from "../../../src/lab/study/realData/design";
import { fitTask } from "../../../src/lab/study/realData/fit";
import { loadRealTable, realTableSources } from "../../../src/lab/study/realData/realTable";
import { repeatedMean } from "../../../src/lab/study/realData/repeated";
import { STATEMENTS } from "../../../src/lab/study/realData/statements";
import { runUnit } from "../../../src/lab/study/realData/unit";
import { loadStudyTable } from "../../../src/lab/study/saveStudy";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";

const NAMES = realTableSources().map(({ name }) => name);

describe("the real tables", () => {
  it.each(NAMES)("%s is what its source says, and every column has a meaning and a unit", (name) => {
    const { columns, rows } = loadRealTable(name);
    const source = realTableSources().find((each) => each.name === name)!;
    expect(columns).toEqual(source.columns.map((column) => column.name));
    expect(rows).toHaveLength(source.rows);
    for (const column of source.columns)
      expect(column.meaning.length * column.unit.length).toBeGreaterThan(0);
    for (const text of [source.source, source.package.licence, source.dropped]) expect(text).not.toBe("");
  });

  it("are asked for by name, and an unknown name is answered with those there are", () => {
    expect(() => loadRealTable("boston")).toThrow(/"boston".*diabetes, wine/);
  });
});

describe("labels and covariates", () => {
  it.each(NAMES)("%s: every column is the target once, and no label is among the covariates", (name) => {
    const { columns } = loadRealTable(name);
    const blocks = columns.map((target) => labelBlock(columns, target));
    expect(blocks.map(({ labels }) => labels[0])).toEqual(columns);
    for (const { labels, covariates } of blocks) {
      expect(new Set([...labels, ...covariates]).size).toBe(columns.length);
      expect(labels.length + covariates.length).toBe(columns.length);
      expect(labels).toHaveLength(columns.length >= 7 ? 3 : 2);
    }
  });

  it.each(NAMES)(
    "%s: training covariates have mean zero and Σ = I, labels mean zero and variance one",
    (name) => {
      const table = loadRealTable(name);
      const target = table.columns[1]!;
      const block = labelBlock(table.columns, target);
      const { training, heldOut, dimension } = splitTable(table, block, { seed: 1, repetition: 0 });
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const close = (got: number, expected: number, input: unknown) =>
        expectClose(got, expected, { tolerance: 1e-10, reason: "rounding over hundreds of rows", input });
      for (let i = 0; i < dimension; i += 1) {
        close(mean(training.covariates.map((row) => row[i]!)), 0, { name, i });
        for (let j = 0; j <= i; j += 1) {
          close(mean(training.covariates.map((row) => row[i]! * row[j]!)), i === j ? 1 : 0, { name, i, j });
        }
      }
      for (const label of block.labels) {
        close(mean(training.labels[label]!), 0, { name, label });
        close(mean(training.labels[label]!.map((y) => y * y)), 1, { name, label });
        const { task, noiseVariance } = fitTask(training, label);
        close(noiseVariance + task.reduce((sum, t) => sum + t * t, 0), 1, { name, label });
      }
      // Nothing held out was used: the same numbers do not hold there exactly.
      expect(training.covariates.length + heldOut.covariates.length).toBe(table.rows.length);
      expect(Math.abs(mean(heldOut.covariates.map((row) => row[0]!)))).toBeGreaterThan(1e-6);
    },
  );

  it("splits the same way for every target and another way at every repetition", () => {
    const table = loadRealTable("quakes");
    const depths = (target: string, repetition: number) =>
      splitTable(table, labelBlock(table.columns, target), { seed: 1, repetition }).training.labels.depth!;
    expect(depths("depth", 0)).toEqual(depths("long", 0));
    expect(depths("depth", 0)).not.toEqual(depths("depth", 1));
  });
});

describe("what is told of the stored study", () => {
  const { columns, rows } = loadStudyTable("real-data", "verdicts");
  const of = (statement: string) => {
    const row = rows.find((each) => each[0] === statement && each[1] === "all")!;
    return Object.fromEntries(columns.map((column, c) => [column, row[c]!]));
  };

  it("is what its tables hold: README.md and docs/beyond.md", () => {
    const forgets = of("full-forgets");
    const below = of("value-forgets-less-than-full");
    const far = of("auxiliary-hurts-the-far");
    const text = (file: string) => readFileSync(join(packageRoot, file), "utf8").replaceAll("\n", " ");
    expect(text("README.md")).toContain(
      `clearly in ${forgets.holds} of ${forgets.pairs} pairs of columns and clearly not in ${forgets.fails}; value-only fine-tuning stays clearly below it in ${below.holds} of ${below.pairs}`,
    );
    expect(text("README.md")).toContain(
      `clear in ${far.holds} of ${far.pairs} and clearly wrong in ${far.fails}`,
    );
    for (const { pairs, holds, unclear, fails } of STATEMENTS.map(({ id }) => of(id))) {
      expect(text("docs/beyond.md")).toContain(`| ${pairs} | ${holds} | ${unclear} | ${fails} |`);
      expect(Number(holds) + Number(unclear) + Number(fails)).toBe(pairs);
    }
  });
});

describe("one target", () => {
  it("corrects the standard error for rows that splits share", () => {
    // Values 1, 2, 6: variance 7; 7 · (1/3 + 0.3/0.7) = 7/3 + 3.
    const { mean, standardError } = repeatedMean([1, 2, 6]);
    expect(mean).toBe(3);
    expectClose(standardError, Math.sqrt(7 / 3 + 3), { tolerance: 1e-14, reason: "rounding" });
  });

  it("gives the same bytes again, and leaves the pretrained model to itself", () => {
    const input = { table: "quakes", target: "mag", splits: 2, prompts: 40, steps: 30, seed: 3 };
    const result = runUnit(input);
    expect(JSON.stringify(runUnit(input))).toBe(JSON.stringify(result));
    for (const { errors } of result.splits) {
      for (const row of errors) {
        for (const value of [row.measured, row.measuredTheory, row.gaussian, row.moments, row.rows]) {
          expect(Number.isFinite(value)).toBe(true);
        }
        // Nothing was trained there, so theory and training name the same parameters.
        if (row.regime === "pretrained") expect(row.measured).toBe(row.measuredTheory);
      }
    }
  });
});
