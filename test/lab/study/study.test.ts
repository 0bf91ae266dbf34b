import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tableFrom } from "../../../src/base/plainTable";
import { loadTable } from "../../../src/files/table";
import { STUDIES } from "../../../src/lab/study";
import { runStudyHere } from "../../../src/lab/study/runStudy";
import { saveStudy } from "../../../src/lab/study/saveStudy";
import { defineStudy } from "../../../src/lab/study/study";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";
import { HAS_TERMINAL, runOnTerminal } from "../../support/terminal";

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
  const quick = (out: string, jobs: string): readonly string[] =>
    "study covariates --quick --jobs".split(" ").concat(jobs, "--out", join(folder, out));
  const contents = (out: string): Readonly<Record<string, string>> => {
    const own = join(folder, out, "covariates");
    return Object.fromEntries(readdirSync(own).map((name) => [name, readFileSync(join(own, name), "utf8")]));
  };

  beforeAll(() => {
    const { code, err } = runCli(quick("1", "1"));
    expect(code, err).toBe(0);
  });

  it("writes the same bytes with one worker and with two", () => {
    const { code, err } = runCli(quick("2", "2"));
    expect(code, err).toBe(0);
    expect(Object.keys(contents("1"))).toContain("README.md");
    expect(contents("2")).toEqual(contents("1"));
  });

  it.skipIf(!HAS_TERMINAL)(
    "keeps finished units when Ctrl-C ends it, and goes on to the same bytes",
    async () => {
      const run = runOnTerminal(quick("parts", "1"));
      await run.shows(/[1-9]\d* of \d+ units of covariates, .* left/);
      run.pressCtrlC();
      expect(await run.end, run.printed()).toBe(130);
      expect(run.printed()).toMatch(
        /interrupted; [1-9]\d* of \d+ units of covariates are kept; the same command goes on/,
      );
      expect(runCli(quick("parts", "1")).code).toBe(0);
      expect(contents("parts")).toEqual(contents("1"));
      expect(readdirSync(join(folder, "parts"))).toEqual(["covariates"]);
    },
  );

  it.each([
    [["no-such-study"], /NAME/],
    [["--seed", "x"], /--seed/],
    [["--jobs", "0"], /--jobs/],
  ])("refuses %j with exit 2 and one line", async (wrong, line) => {
    const { code, err } = await runMain("study", ...wrong);
    expect(code).toBe(2);
    expect(err).toMatch(line);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
