import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { toCsv } from "../../../src/base/csv";
import { loadTable } from "../../../src/files/table";
import { compareWithReference, comparisonTable } from "../../../src/lab/experiment/comparison";
import { trainReleased } from "../../../src/lab/experiment/trainReleased";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const data = (...path: readonly string[]): string => join(packageRoot, "data", ...path);
const folder = mkdtempSync(join(tmpdir(), "experiment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the stored experiment", () => {
  const errors = loadTable(data("experiment", "merged-errors.csv"));
  const reference = loadTable(data("reference", "pytorch-merged-kq-seed0-errors.csv"));
  const comparisons = compareWithReference(errors, reference);

  it("compares with the reference run as stored", () => {
    expect(toCsv(comparisonTable(comparisons))).toBe(
      readFileSync(data("experiment", "comparison.csv"), "utf8"),
    );
    expect(comparisons).toHaveLength(7 * 42);
  });

  it("has measured errors about the exact risks of the same parameters", () => {
    const at = (name: string): number => errors.columns.indexOf(name);
    const z = errors.rows.map(
      (row) => (Number(row[at("measured")]) - Number(row[at("exact")])) / Number(row[at("standardError")]),
    );
    // Five test seeds: Student's t with 4 degrees of freedom, of which 5 % lie beyond 2.776 and half beyond 0.741.
    // Rows of one regime share no prompts but their parameters; 1.5 to 1 either way is far outside chance for 2352 rows.
    const beyond = (limit: number): number => z.filter((value) => Math.abs(value) > limit).length / z.length;
    expect(beyond(2.776)).toBeGreaterThan(0.05 / 1.5);
    expect(beyond(2.776)).toBeLessThan(0.05 * 1.5);
    expect(beyond(0.741)).toBeGreaterThan(0.4);
    expect(beyond(0.741)).toBeLessThan(0.6);
  });
});

describe("the stored Adam variant", () => {
  const { columns, rows } = loadTable(data("experiment", "adam-errors.csv"));
  const at = (name: string): number => columns.indexOf(name);

  it("is trained again to the same risks, the value-only optimum among them", () => {
    const { stages } = trainReleased({ keyQuery: "merged", optimiser: "adam", regimes: ["zs_v"] });
    for (const [regime, { errors }] of stages) {
      const stored = rows.filter(
        (row) => row[at("keyQuery")] === "merged" && row[at("seed")] === 0 && row[at("regime")] === regime,
      );
      expect(stored).toHaveLength(42);
      expect(errors.map(({ exact }) => Number(exact.toPrecision(6)))).toEqual(
        stored.map((row) => row[at("exact")]),
      );
      for (const row of stored) {
        expectClose(Number(row[at("exact")]), Number(row[at("predicted")]), {
          tolerance: 0.02 * Number(row[at("predicted")]),
          reason: "Adam's last steps, of rate 0.01, are about so long beside parameters of size 1",
          input: row,
        });
      }
    }
  });
});

describe("finetune-icl experiment", () => {
  const small = ["--key-query", "merged", "--steps", "30", "--batch", "20", "--test-prompts", "10"];

  it("writes the same bytes with one worker and with two, by either trainer", () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    for (const [out, jobs] of [
      [one, "1"],
      [two, "2"],
    ] as const) {
      const { code, err } = runCli([
        "experiment",
        "--method",
        "both",
        ...small,
        "--seeds",
        "2",
        "--jobs",
        jobs,
        "--out",
        out,
      ]);
      expect(code, err).toBe(0);
    }
    expect(readdirSync(one).sort()).toEqual(["errors.csv", "settings.json"]);
    expect(readFileSync(join(two, "errors.csv"), "utf8")).toBe(readFileSync(join(one, "errors.csv"), "utf8"));
    // 2 methods, 2 seeds, pretraining and 6 regimes, 2 tasks, 0 to 20 shots.
    expect(loadTable(join(one, "errors.csv")).rows).toHaveLength(2 * 2 * 7 * 2 * 21);
  });

  it.each([
    [["--method", "guess"], /--method/],
    [["--optimiser", "newton"], /--optimiser/],
    [["--seeds", "0"], /--seeds/],
    [["--steps", "x"], /--steps/],
  ])("refuses %j with exit 2 and one line", async (wrong, line) => {
    const { code, err } = await runMain("experiment", ...wrong, "--out", join(folder, "refused"));
    expect(code).toBe(2);
    expect(err).toMatch(line);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
