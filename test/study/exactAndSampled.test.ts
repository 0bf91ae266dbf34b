import { describe, expect, it } from "vitest";
import { CONDITIONS, type Separation, separate } from "../../src/experiment/separation";
import { exactAndSampled } from "../../src/study/exactAndSampled";

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
    for (const { atEnd, bySteps, stage } of conserved) {
      // Of a stage of fine-tuning both count what zero-shot prompts see; the rest never moves.
      expect(Math.abs(atEnd - bySteps), stage).toBeLessThan(1e-12);
    }
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

  it("do not depend on when they are computed", () => {
    expect(separate(1, SIZE)).toEqual(units[1]!.result);
  });
});
