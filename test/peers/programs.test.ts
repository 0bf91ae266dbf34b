import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareNotebooks, describeDifference } from "../../src/notebooks/runner/compareNotebooks";
import type { Output } from "../../src/notebooks/runner/nbformat";
import { readNotebook } from "../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../support/root";
import { makeWorkplace, peers } from "./support/peers";

const TEMPLATE = join(packageRoot, "notebooks", "templates", "lesson.ipynb");
// On a loaded machine a kernel takes longer to start than the minute that these programs allow.
const START_S = "300";
const EXECUTE = [
  "nbconvert",
  "--to",
  "notebook",
  "--execute",
  `--ExecutePreprocessor.startup_timeout=${START_S}`,
];
const FAILING = ["const before = 1;", "throw new Error('on purpose');", "before + 1"];

describe.skipIf(peers === undefined)("programs that others wrote", () => {
  const { folder, home, env, run, notebook } = makeWorkplace();
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });
  const outputs = (path: string): readonly (readonly Output[])[] =>
    readNotebook(path).cells.map((cell) => (cell.cell_type === "code" ? cell.outputs : []));

  it("jupyter_kernel_test passes whole, with nothing skipped", async () => {
    env.KERNEL_NAME = "tslab";
    const { code, out } = await run("python", join(__dirname, "kernel_test.py"));
    expect(code, out).toBe(0);
    expect(out).toMatch(/Ran 1[2-9] tests/);
    expect(out).not.toMatch(/skipped|FAILED|terminate called/);
  });

  it("nbmake and nbval fail on a cell that throws, and pass where none does", async () => {
    const [good, bad] = [notebook("good", ["1 + 1"]), notebook("bad", FAILING)];
    // nbval compares with the outputs that are stored: let nbconvert store them.
    await run("jupyter", ...EXECUTE, "--inplace", good);
    for (const options of [["--nbmake"], ["--nbval", `--nbval-kernel-startup-timeout=${START_S}`]]) {
      const passed = await run("python", "-m", "pytest", "-p", "no:cacheprovider", ...options, good);
      expect(passed.code, passed.out).toBe(0);
      const failed = await run("python", "-m", "pytest", "-p", "no:cacheprovider", ...options, bad);
      expect(failed.code, failed.out).toBe(1);
      expect(failed.out).toContain("on purpose");
    }
  });

  it("nbconvert stops at an error, and with --allow-errors runs the rest", async () => {
    const path = notebook("failing", FAILING);
    const stopped = await run("jupyter", ...EXECUTE, "--output", "stopped", path);
    expect(stopped.code).not.toBe(0);
    expect(stopped.out).toContain("Error: on purpose");
    const allowed = await run("jupyter", ...EXECUTE, "--allow-errors", "--output", "allowed", path);
    expect(allowed.code, allowed.out).toBe(0);
    expect(outputs(join(folder, "allowed.ipynb"))).toMatchObject([
      [],
      [{ output_type: "error", ename: "Error", evalue: "on purpose" }],
      [{ output_type: "execute_result", data: { "text/plain": "2" } }],
    ]);
  });

  it("papermill gives parameters, once it knows the language, and names the error of a cell", async () => {
    const cells = [{ source: "const times = 2;", tags: ["parameters"] }, "times * 21"];
    const path = notebook("parameters", cells);
    const done = join(folder, "done.ipynb");
    const given = await run("python", join(__dirname, "papermill_typescript.py"), path, done, "times", "3");
    expect(given.code, given.out).toBe(0);
    expect(outputs(done).at(-1)).toMatchObject([{ data: { "text/plain": "63" } }]);
    const failed = await run("papermill", "--start-timeout", START_S, notebook("failing-too", FAILING), done);
    expect(failed.code).not.toBe(0);
    expect(failed.out).toMatch(/In \[2\][\s\S]*Error: on purpose/);
  });

  it("jupyter console prints results and exceptions", async () => {
    const script = [
      "import pexpect, sys",
      "child = pexpect.spawn(sys.executable, ['-m', 'jupyter', 'console', '--kernel', 'tslab', '--simple-prompt'], timeout=100, encoding='utf8')",
      "child.expect('In .1.:')",
      "child.sendline('6 * 7')",
      "child.expect('42')",
      "child.sendline('throw new RangeError(\"too far\")')",
      "child.expect('RangeError: too far')",
      "child.sendline('exit')",
      "print('seen')",
    ].join("\n");
    const { out } = await run("python", "-c", script);
    expect(out).toContain("seen");
  });

  it("nbgrader makes an assignment of a lesson, grades by its checks, and gives feedback", async () => {
    const course = join(folder, "course");
    const put = (place: string, from: string) => {
      mkdirSync(join(course, place), { recursive: true });
      cpSync(from, join(course, place, "lesson.ipynb"));
    };
    put("source/ps1", TEMPLATE);
    writeFileSync(
      join(course, "nbgrader_config.py"),
      [
        "c = get_config()",
        `c.Execute.startup_timeout = ${START_S}`,
        `c.CourseDirectory.root = ${JSON.stringify(course)}`,
        'c.ClearSolutions.code_stub = {"typescript": "throw new Error(\\"There is no answer yet.\\");"}',
      ].join("\n"),
    );
    const nbgrader = async (...args: readonly string[]) => {
      const ran = await run(
        "nbgrader",
        ...args,
        `--CourseDirectory.root=${course}`,
        `--config=${join(course, "nbgrader_config.py")}`,
      );
      expect(ran.code, ran.out).toBe(0);
      return ran.out;
    };
    await nbgrader("generate_assignment", "ps1", "--create");
    put("submitted/right/ps1", TEMPLATE);
    put("submitted/empty/ps1", join(course, "release", "ps1", "lesson.ipynb"));
    await nbgrader("autograde", "ps1", "--create");
    await nbgrader("generate_feedback", "ps1");
    await nbgrader("export", "--to", join(course, "grades.csv"));
    const [head = "", ...rows] = readFileSync(join(course, "grades.csv"), "utf8").trim().split("\n");
    const column = (name: string) => head.split(",").indexOf(name);
    const score = (student: string) => {
      const row = rows.map((each) => each.split(",")).find((each) => each.includes(student));
      return [row?.[column("raw_score")], row?.[column("max_score")]].map(Number);
    };
    const checks = readNotebook(TEMPLATE).cells.filter(
      ({ metadata }) => (metadata.nbgrader as { points?: number } | undefined)?.points !== undefined,
    ).length;
    const [right, most] = score("right");
    expect(right, rows.join("\n")).toBeGreaterThan(0);
    expect(most).toBeGreaterThanOrEqual(right!);
    expect(most).toBeGreaterThan(0);
    expect(checks).toBeGreaterThan(0);
    expect(score("empty")[0]).toBe(0);
    expect(readFileSync(join(course, "feedback", "right", "ps1", "lesson.html"), "utf8")).toMatch(/Score: /);
  });
});

describe.skipIf(peers === undefined)("stock tslab", () => {
  const { folder, home, run } = makeWorkplace("stock");
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  it("still runs a lesson, to the stored outputs", async () => {
    const place = join(folder, "lesson.ipynb");
    cpSync(TEMPLATE, place);
    const { code, out } = await run("jupyter", ...EXECUTE, "--output", "done", place);
    expect(code, out).toBe(0);
    // The value of a last expression is text on standard output there.
    const differences = compareNotebooks(readNotebook(TEMPLATE), readNotebook(join(folder, "done.ipynb")));
    expect(differences.map((each) => describeDifference(basename(TEMPLATE), each))).toEqual([]);
  });
});
