import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadTable, tableFrom } from "../../src/figures/table";
import { STUDIES } from "../../src/study";
import { runStudyHere } from "../../src/study/runStudy";
import { saveStudy } from "../../src/study/saveStudy";
import { defineStudy } from "../../src/study/study";
import { runCli } from "../support/runCli";

const folder = mkdtempSync(join(tmpdir(), "study-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const squares = defineStudy<number, number>({
  name: "squares",
  title: "Squares",
  question: "What are the squares?",
  units: ({ profile, seed }) =>
    Array.from({ length: profile === "quick" ? 2 : 4 }, (_, k) => ({ name: `${k}`, input: seed + k })),
  run: (x) => x * x,
  tables: (results) => ({
    squares: {
      table: tableFrom(results.map(({ input, result }) => ({ x: input, square: result }))),
      description: "a number and its square",
    },
  }),
});

describe("a study", () => {
  it("makes its tables from its units in their order, fewer in the quick profile", () => {
    const rows = (profile: "quick" | "full") =>
      runStudyHere(squares, { profile, seed: 2 }).squares!.table.rows;
    expect(rows("full")).toEqual([
      [2, 4],
      [3, 9],
      [4, 16],
      [5, 25],
    ]);
    expect(rows("quick")).toEqual(rows("full").slice(0, 2));
  });

  it("saves its tables, and says what they hold and what makes them", () => {
    const options = { profile: "quick", seed: 7 } as const;
    const tables = runStudyHere(squares, options);
    saveStudy(folder, squares, options, tables);
    expect(loadTable(join(folder, "squares", "squares.csv"))).toEqual(tables.squares!.table);
    const text = readFileSync(join(folder, "squares", "README.md"), "utf8");
    expect(text).toContain("`npx finetune-icl study squares --quick --seed 7`");
    expect(text).toContain("| [`squares.csv`](squares.csv) | 2 | a number and its square |");
  });
});

describe("the studies of the package", () => {
  it("have names of their own, fit for folders", () => {
    const names = STUDIES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  it("have units with names of their own and plain JSON for input, in both profiles", () => {
    for (const study of STUDIES) {
      for (const profile of ["quick", "full"] as const) {
        const units = study.units({ profile, seed: 1 });
        expect(new Set(units.map(({ name }) => name)).size, `${study.name}, ${profile}`).toBe(units.length);
        expect(JSON.parse(JSON.stringify(units)), `${study.name}, ${profile}`).toEqual(units);
      }
    }
  });
});

describe("finetune-icl study", () => {
  it.each([
    [["no-such-study"], /NAME/],
    [["--seed", "x"], /--seed/],
    [["--jobs", "0"], /--jobs/],
  ])("refuses %j with exit 2 and one line", (wrong, line) => {
    const { code, err } = runCli(["study", ...wrong]);
    expect(code).toBe(2);
    expect(err).toMatch(line);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
