import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordsOf } from "../../../src/base/plainTable";
import { loadTable } from "../../../src/files/table";
import { referenceRun } from "../../../src/lab/experiment/referenceRun";
import {
  CONDITIONS,
  type Separation,
  separate,
  separateReference,
} from "../../../src/lab/experiment/separation";
import { exactAndSampled } from "../../../src/lab/study/exactAndSampled";
import { loadStudyTable } from "../../../src/lab/study/saveStudy";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";

const SIZE = { steps: 30, batchSize: 40, noisePrompts: 10 };

describe("the causes that separate sampled from exact training", () => {
  const units = [0, 1].map((trainingSeed) => ({
    name: `seed ${trainingSeed}`,
    input: { trainingSeed, size: SIZE },
    result: separate(trainingSeed, SIZE),
  }));

  it("are switched on one by one: nothing else differs", () => {
    const { runs, conserved } = units[0]!.result as Separation;
    expect(runs).toHaveLength(3 * CONDITIONS.length);
    // The same start for all conditions but the first, and the identity of the drift for every stage.
    const zs = conserved.filter(({ stage }) => stage === "zs");
    expect(new Set(zs.filter(({ start }) => start === "sampled").map(({ atStart }) => atStart)).size).toBe(1);
    // Of fine-tuning both count what zero-shot prompts see; the rest never moves.
    for (const { atEnd, bySteps, stage } of conserved)
      expect(Math.abs(atEnd - bySteps!), stage).toBeLessThan(1e-12);
  });

  it("fill three tables with a row for every run, cause and stage", () => {
    const tables = exactAndSampled.tables(units);
    expect(tables.risks!.table.rows).toHaveLength(2 * 3 * CONDITIONS.length * 2 * 7);
    expect(tables.causes!.table.rows).toHaveLength(3 * 2 * 7);
    expect(tables.conserved!.table.rows).toHaveLength(2 * (2 + CONDITIONS.length));
    const { columns, rows } = tables.causes!.table;
    const at = (row: (typeof rows)[number], name: string): number => Number(row[columns.indexOf(name)]);
    const { runs } = units[0]!.result;
    const other = units[1]!.result.runs;
    const change = (all: typeof runs): number => all[1]!.errors[3]!.risk - all[0]!.errors[3]!.risk;
    expect(at(rows[3]!, "start")).toBeCloseTo((change(runs) + change(other)) / 2, 4);
    expect(at(rows[3]!, "startError")).toBeCloseTo(Math.abs(change(runs) - change(other)) / 2, 4);
  });

  it("are asked of the PyTorch run too, from its own pretrained point to its own end", () => {
    const { runs, conserved } = separateReference(SIZE);
    expect(runs).toHaveLength(2 * 3);
    const [exact, own] = conserved;
    expect(own!.atStart).toBe(exact!.atStart);
    expect(exact!.predicted).toBeCloseTo(exact!.atEnd, 12);
    expect(own!.bySteps).toBeNull();
    // Its own end is in data/reference: c solves c² − |θ₀|²/c² = E there, to the accuracy of its training.
    const { keyQuery } = referenceRun().stage("zs");
    expect(Math.abs(keyQuery[0]![0]! ** 2 - keyQuery[0]![0]! ** -2 - own!.atEnd)).toBeLessThan(0.02);
  });

  it("do not depend on when they are computed", () => {
    expect(separate(1, SIZE)).toEqual(units[1]!.result);
  });
});

describe("the stored causes", () => {
  const rows = (name: string): readonly Readonly<Record<string, number | string>>[] => {
    const { columns, rows: cells } = loadStudyTable("exact-and-sampled", name);
    return cells.map((row) => Object.fromEntries(columns.map((column, k) => [column, row[k]!])));
  };
  const number = (row: Readonly<Record<string, number | string>>, name: string): number => Number(row[name]);

  it("have risks after exact descent that the conserved quantity predicts, whatever the start", () => {
    const exact = rows("risks").filter(
      ({ regime, data, batch }) => regime === "zs" && data === "population" && batch === "all",
    );
    // Three seeds from two starts, and PyTorch's; two tasks, seven numbers of shots.
    expect(exact).toHaveLength((2 * 3 + 1) * 2 * 7);
    for (const row of exact) {
      expectClose(number(row, "risk"), number(row, "predicted"), {
        tolerance: 1e-5 * number(row, "predicted"),
        reason: "six digits are stored",
        input: row,
      });
    }
  });

  it("are what docs/training.md shows, cell by cell", () => {
    const page = readFileSync(join(packageRoot, "docs", "training.md"), "utf8");
    const minus = (text: string): string => text.replace("-", "−");
    const NAMES = { zs: "all parameters", zs_v: "value only", zs_kq: "key-query only" } as const;
    const TASKS = { "+theta0": "θ₀", "-theta0": "−θ₀" } as const;
    const shown = [
      ...page.matchAll(/^\| (all parameters|value only|key-query only) \| (−?θ₀) \| (\d+) \| (.+) \|$/gm),
    ];
    expect(shown).toHaveLength(7);
    for (const [line, trained, task, shots, cells] of shown) {
      const row = rows("causes").find(
        (each) =>
          NAMES[each.regime as keyof typeof NAMES] === trained &&
          TASKS[each.task as keyof typeof TASKS] === task &&
          String(each.shots) === shots,
      )!;
      const [exact, ...changes] = cells!.split(" | ");
      expect(Number(exact), line).toBe(Number(number(row, "exact").toPrecision(4)));
      for (const [k, name] of ["start", "finite", "mini", "all"].entries()) {
        const [value, error] = changes[k]!.split(" ± ") as [string, string];
        const digits = value.split(".")[1]!.length;
        expect(value, `${line}: ${name}`).toBe(minus(number(row, name).toFixed(digits)));
        expect(error, `${line}: ${name}`).toBe(number(row, `${name}Error`).toFixed(digits));
      }
    }
    const compared = recordsOf(loadTable(join(packageRoot, "data", "experiment", "comparison.csv")));
    const far = compared.filter(({ exactZ }) => Math.abs(Number(exactZ)) > 1);
    expect(page).toContain(`${far.length} of ${compared.length} rows are more than one spread`);
    const most = far.filter(({ regime }) => ["zs", "zs_kq", "both_kq"].includes(String(regime)));
    expect(most.length).toBeGreaterThan(0.8 * far.length);
  });

  it("have drifts that gradient noise predicts: each nearer to the prediction than to exact descent", () => {
    const conserved = rows("conserved");
    const batches = conserved.filter(({ batch, data }) => batch === "mini" && data === "population");
    expect(batches).toHaveLength(2 * 3);
    for (const row of batches) {
      const start = row.stage === "pretraining" ? "exact" : "sampled";
      const exact = conserved.find(
        (other) =>
          other.seed === row.seed &&
          other.stage === row.stage &&
          other.start === start &&
          other.data === "population" &&
          other.batch === "all",
      )!;
      expect(number(row, "bySteps")).toBeCloseTo(number(row, "atEnd"), 4);
      const [end, predicted] = [number(row, "atEnd"), number(row, "predicted")];
      expect(Math.abs(end - predicted), JSON.stringify(row)).toBeLessThan(
        Math.abs(end - number(exact, "atEnd")) / 2,
      );
    }
  });
});
