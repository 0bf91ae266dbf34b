import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { compareNotebooks, describeDifference } from "../../../src/notebooks/runner/compareNotebooks";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { makeJupyterHome } from "../../support/jupyterHome";
import { notebooksDirectory, packageRoot } from "../../support/root";
import { representatives, TEMPLATE } from "./support/representatives";

/** The `jupyter` program, if there is one. On a build machine there must be one. */
function findJupyter(): string | undefined {
  try {
    return execFileSync("sh", ["-c", "command -v jupyter"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

const jupyter = findJupyter();
const AT_ONCE = 2;
const notebooks = [
  ...list(notebooksDirectory),
  ...list(join(notebooksDirectory, "templates")),
  ...list(join(packageRoot, "test", "notebook", "fixtures")),
];
/** What it executes: every kind of output, every part of a lesson, and lessons. */
const executed = [...representatives, TEMPLATE, ...list(join(packageRoot, "test", "notebook", "fixtures"))];
const before = new Map(notebooks.map((path) => [path, readFileSync(path, "utf8")]));

function list(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".ipynb"));
  return names.sort().map((name) => join(directory, name));
}

describe.skipIf(jupyter === undefined && process.env.CI === undefined)("real Jupyter", () => {
  const { directory: home, env } = makeJupyterHome();
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("is installed", () => expect(jupyter).toBeTypeOf("string"));

  /** What nbconvert said about each notebook, when it failed. */
  const complaints = new Map<string, string>();
  beforeAll(async () => {
    // Unless told, nbconvert gives up the rest of a cell's output after four seconds: too little on a loaded machine.
    const limits = ["--ExecutePreprocessor.timeout=600", "--ExecutePreprocessor.iopub_timeout=60"];
    const args = ["nbconvert", "--to", "notebook", "--execute", ...limits];
    await mapInOrder(
      jupyter === undefined ? [] : executed,
      AT_ONCE,
      async (path) => {
        const ended = promisify(execFile)(jupyter!, [...args, "--output-dir", home, path], { env });
        await ended.catch((error: Error) => complaints.set(path, error.message));
      },
      () => {},
    );
  }, 1_800_000);

  it.each(executed.map((path) => [basename(path), path]))(
    "executes %s with the outputs that are stored in it",
    (name, path) => {
      expect(complaints.get(path)).toBeUndefined();
      const stored = readNotebook(path);
      const got = readNotebook(join(home, name));
      const cells = (read: typeof stored) => read.cells.map(({ id, source }) => ({ id, source }));
      expect(cells(got)).toEqual(cells(stored));
      const differences = compareNotebooks(stored, got).map((each) => describeDifference(name, each));
      expect(differences, differences.join("\n")).toEqual([]);
      expect(readFileSync(path, "utf8"), "the notebook is as it was").toBe(before.get(path));
    },
  );

  it("finds every notebook valid, and would write the same bytes", () => {
    // The Python that Jupyter itself runs on.
    const python = /^#!(\S*python\S*)/.exec(readFileSync(jupyter ?? "", "utf8"))?.[1] ?? "python3";
    const program = [
      "import nbformat, sys",
      "for path in sys.argv[1:]:",
      "    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)",
      "    nbformat.validate(notebook)",
      "    text = open(path, encoding='utf8').read()",
      "    if not any('+json' in mime for cell in notebook.cells for output in cell.get('outputs', []) for mime in output.get('data', {})):",
      "        assert nbformat.writes(notebook) + '\\n' == text, path",
      "    print('valid')",
    ].join("\n");
    const printed = execFileSync(python, ["-c", program, ...notebooks], { env, encoding: "utf8" });
    expect(printed).toBe("valid\n".repeat(notebooks.length));
  });
});
