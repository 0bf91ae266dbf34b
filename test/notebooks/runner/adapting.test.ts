import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory, writeNotebook } from "./support/notebooks";
import { type Ended, runNotebooks } from "./support/processes";

const TABLE = "test-of-adapting";

/** What the code cells of a notebook print. */
function printed(path: string): readonly string[] {
  return readNotebook(path).cells.flatMap((cell) =>
    cell.cell_type === "code"
      ? cell.outputs.map((output) => (output.output_type === "stream" ? output.text : output.output_type))
      : [],
  );
}

describe("notebooks run with other parameters", () => {
  const directory = makeWorkDirectory();
  const out = join(directory, "out");
  const { path, text } = writeNotebook(directory, "lesson", [
    `import { saveFigureTable } from "finetune-icl";`,
    ["const dimension = 5;\nconst regime = 'pretrained';", "parameters"],
    `void saveFigureTable("${TABLE}", { columns: ["d"], rows: [[dimension]] });`,
    "console.log(regime, dimension * dimension);",
    "if (dimension === 7) throw new RangeError('seven');",
    "throw new TypeError('always');",
    "console.log('the end');",
  ]);
  const { path: plain } = writeNotebook(directory, "plain", ["1 + 1"]);
  let ended: Ended;

  beforeAll(async () => {
    ended = await runNotebooks(
      path,
      "--set",
      "dimension=7",
      "--set",
      "regime=zero-shot-full",
      "--out",
      out,
      "--keep-going",
    );
  });
  afterAll(() => removeDirectory(directory));

  it("go on after a failing cell when asked, and name all that failed", () => {
    expect(ended.code).toBe(1);
    const [result] = JSON.parse(ended.stdout).notebooks;
    expect(result).toMatchObject({ status: "failed", failedCells: [{ id: "c5" }, { id: "c6" }] });
    expect(ended.stderr).toMatch(
      /cell 5 \(id c5\)[\s\S]*RangeError: seven[\s\S]*cell 6 \(id c6\)[\s\S]*TypeError: always/,
    );
  });

  it("keep their results in the folder, with the constants they ran with", () => {
    expect(printed(join(out, "lesson.ipynb"))).toEqual([
      "zero-shot-full 49\n",
      "error",
      "error",
      "the end\n",
    ]);
    const cell = readNotebook(join(out, "lesson.ipynb")).cells[1];
    expect(cell?.source).toBe('const dimension = 7;\nconst regime = "zero-shot-full";');
  });

  it("touch neither the notebook nor the tables of the package", () => {
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(existsSync(join(packageRoot, "data", "figures", `${TABLE}.csv`))).toBe(false);
    expect(readFileSync(join(out, "figures", `${TABLE}.csv`), "utf8")).toBe("d\n7\n");
  });

  it("may also only be put elsewhere, with the parameters they have", async () => {
    const elsewhere = join(directory, "elsewhere");
    const done = await runNotebooks(plain, "--out", elsewhere);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stderr).toContain(elsewhere);
    expect(printed(join(elsewhere, "plain.ipynb"))).toEqual(["execute_result"]);
    expect(printed(plain)).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(["plain.ipynb"]);
  });

  it.each([
    [
      "--set without --out",
      () => [path, "--set", "dimension=7"],
      "--out: holds nothing; allowed: a folder for what a run with --set gives",
    ],
    [
      "--set with --check",
      () => [path, "--set", "dimension=7", "--check"],
      '--check: holds "--set"; allowed: either',
    ],
    [
      "--out with --check",
      () => [path, "--out", out, "--check"],
      '--check: holds "--out"; allowed: either: a check saves nothing',
    ],
    [
      "no assignment",
      () => [path, "--set", "dimension", "--out", out],
      '--set: holds "dimension"; allowed: name=value',
    ],
    [
      "an unknown name",
      () => [path, "--set", "d=7", "--out", out],
      '--set: holds "d"; allowed: dimension, regime',
    ],
    [
      "no parameters",
      () => [plain, "--set", "d=7", "--out", out],
      "allowed: a notebook with constants in a cell tagged parameters",
    ],
    [
      "the notebook's own folder",
      () => [path, "--out", directory],
      "allowed: another folder than the notebook's own",
    ],
  ])("refuse %s with exit code 2 and one line", async (_name, args, message) => {
    const { code, out: shown, err } = await runMain("notebooks", ...args());
    expect({ code, shown }, err).toEqual({ code: 2, shown: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("refuse what their cell of parameters refuses, with exit code 2 and one line that says what is allowed", async () => {
    const { path: strict } = writeNotebook(directory, "strict", [
      `import { checkParameters } from "@finetune-icl/notebooks";`,
      [
        `const dimension = 5;
checkParameters({ dimension }, { dimension: { kind: "whole", from: 2, because: "two directions are compared" } });`,
        "parameters",
      ],
    ]);
    const done = await runNotebooks(strict, "--set", "dimension=1", "--out", out);
    expect(done.code, done.stderr).toBe(2);
    expect(JSON.parse(done.stdout).notebooks).toMatchObject([{ status: "failed", refused: true }]);
    expect(done.stderr).toBe(
      `finetune-icl: ${strict}: dimension: holds 1; allowed: a whole number, 2 or more (two directions are compared)\n`,
    );
  });

  it("save no table when they are only checked, and compare it with the stored one", async () => {
    const { path: checked } = writeNotebook(directory, "checked", [
      `import { saveFigureTable } from "finetune-icl";`,
      `void saveFigureTable("${TABLE}", { columns: ["d"], rows: [[5]] });`,
    ]);
    const { code, stderr } = await runNotebooks(checked, "--check");
    expect(code).toBe(1);
    expect(stderr).toContain(`saves another table than the stored one: data/figures/${TABLE}.csv`);
    expect(existsSync(join(packageRoot, "data", "figures", `${TABLE}.csv`))).toBe(false);
  });
});
