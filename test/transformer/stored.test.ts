import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf, type TableRecord } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../support/root";

const table = (name: string) =>
  recordsOf(loadTable(join(packageRoot, "data", "studies", "transformer", `${name}.csv`)));
const matched = table("matched").filter(({ excessLeft }) => excessLeft === 0.1);

const shown = (value: unknown): string =>
  Number.isNaN(Number(value))
    ? "–"
    : Number(value)
        .toFixed(2)
        .replace("-", "−")
        .replace(/^−0\.00$/, "0.00");
const interval = (row: TableRecord, name: string): string =>
  `[${shown(row[`${name}Low`])}, ${shown(row[`${name}High`])}]`;

/** A row of the stored table as docs/transformers.md shows it. */
const line = (row: TableRecord): string =>
  `| ${row.trainable} | ${row.objective} | ${row.reached} of ${row.runs} | ${shown(row.benefitKept)} ${interval(row, "benefit")} | ${row.trainable === "all" ? "" : `${shown(row.lessAll)} ${interval(row, "lessAll")}`} | ${shown(row.intrusion)} | ${shown(row.gain)} |`;

describe("the stored study of the small GPT", () => {
  it("is what docs/transformers.md shows", () => {
    const text = readFileSync(join(packageRoot, "docs", "transformers.md"), "utf8");
    const lines = matched.filter(({ reached }) => Number(reached) > 1).map(line);
    expect(lines.length).toBeGreaterThan(0);
    for (const each of lines) expect(text).toContain(each);
  });

  it("never has queries and keys alone reach a level, and has attention do what value and output do", () => {
    for (const row of matched.filter(
      ({ trainable, objective }) => trainable === "query-key" && objective === "zero-shot",
    ))
      expect(row.reached).toBe(0);
    const paths = table("paths").filter(({ objective }) => objective === "zero-shot");
    const of = (set: string) =>
      paths.filter(({ trainable }) => trainable === set).map(({ trainable: _, ...row }) => row);
    expect(of("attention").length).toBeGreaterThan(0);
    expect(of("attention")).toEqual(of("value-output"));
  });

  it("starts from models within the stated margin of ridge regression", () => {
    for (const row of table("pretraining"))
      expect(Number(row.risk) - Number(row.ridgeRisk), JSON.stringify(row)).toBeLessThan(0.065);
  });
});
