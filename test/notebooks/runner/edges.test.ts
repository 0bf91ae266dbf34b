import { basename, dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FIGURE_FOLDER_VARIABLE } from "../../../src/files/figureFolder";
import { describeFailure } from "../../../src/notebooks/runner/cellFailure";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import { hasTag, isExecutable, type Notebook } from "../../../src/notebooks/runner/nbformat";
import { overrideParameters } from "../../../src/notebooks/runner/parameters";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { runNotebook } from "../../../src/notebooks/runner/runNotebook";
import { notebooksDirectory } from "../../support/root";
import { EDGES, type EdgeSetting } from "./edges.grid";
import { EdgeRun } from "./support/edgeRun";
import { makeWorkDirectory, removeDirectory } from "./support/notebooks";
import { runInNode } from "./support/runInNode";

/**
 * A lesson promises that a reader can change its parameters: it then runs, and what it says is true of what it shows; or it refuses in
 * one line. The edges of that promise are data (edges.grid.ts); here they are run.
 */
const lessons = courseNotebooks().map((path) => ({
  path: resolve(path),
  number: basename(path).split("-")[0]!,
}));
const TIMEOUT_MS = 300_000;
const EVERY_SETTING = process.env.LESSONS === "all";
/** A logarithmic axis may show numbers of very different size, but none that only rounding made: 1e-16 of the largest. */
const MOST_DECADES = 13;

const withSetting = (path: string, { set }: EdgeSetting): Notebook =>
  overrideParameters(
    readNotebook(path),
    new Map(
      Object.entries(set).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    basename(path),
  );

const nameOf = ({ set }: EdgeSetting): string =>
  Object.entries(set)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ");

describe("edges of what a reader may set", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));

  it("have an entry for every lesson, and no other", () => {
    expect(Object.keys(EDGES).sort()).toEqual(lessons.map(({ number }) => number));
  });

  it("that lessons refuse are refused in the cell of parameters, in one line that names the parameter", async () => {
    // All in one kernel: of each lesson what stands up to its parameters, then the parameters once for every refusal.
    const refusals = lessons.flatMap(({ path, number }) =>
      EDGES[number]!.flatMap((setting) => ("refuses" in setting ? [{ path, number, setting }] : [])),
    );
    const cells = refusals.flatMap(({ path, setting }, k) => {
      const code = withSetting(path, setting).cells.filter(isExecutable);
      const until = code.findIndex((cell) => hasTag(cell, "parameters"));
      return code.slice(0, until + 1).map((cell) => ({ ...cell, id: `${cell.id}-${k}` }));
    });
    if (cells.length === 0) return;
    const outcome = await runNotebook(
      { nbformat: 4, nbformat_minor: 5, metadata: {}, cells },
      { cwd: notebooksDirectory, timeoutMs: TIMEOUT_MS, keepGoing: true },
    );
    const failures = outcome.status === "failed" ? outcome.failures : [];
    const said = failures.map((each) => describeFailure("lesson", each));
    for (const [k, { number, setting }] of refusals.entries()) {
      const mine = failures.findIndex(
        (each) => each.kind === "cell" && each.cell.id.endsWith(`-${k}`) && each.failure.kind === "refused",
      );
      const line = said[mine] ?? `ran through; all that failed:\n${said.join("\n")}`;
      const start = `lesson: ${"refuses" in setting ? setting.refuses : ""}: holds `;
      expect(line.slice(0, start.length), `lesson ${number}, ${nameOf(setting)}: ${line}`).toBe(start);
      expect(line.split("\n"), `lesson ${number}, ${nameOf(setting)}`).toHaveLength(1);
    }
    expect(failures, said.join("\n")).toHaveLength(refusals.length);
  });

  for (const { path, number } of lessons)
    for (const [k, setting] of EDGES[number]!.entries())
      if ("holds" in setting)
        it.skipIf(setting.isLong && !EVERY_SETTING)(
          `let lesson ${number} run with ${nameOf(setting)}, and say what is so`,
          async () => {
            const folder = join(directory, `${number}-${k}`);
            const run = await runLesson(path, setting, folder);
            for (const id of run.cells) {
              expect(run.text(id), `cell ${id}`).not.toMatch(/\bNaN\b|\bundefined\b|\bInfinity\b/);
              for (const decades of run.logarithmicDecades(id))
                expect(decades, `decades of a logarithmic axis in cell ${id}`).toBeLessThan(MOST_DECADES);
            }
            setting.holds(run);
          },
          TIMEOUT_MS,
        );
});

/**
 * On a kernel where a value is a word, since that changes the type of a constant, and only the kernel's compiler tells whether the cells
 * below still fit; otherwise as a plain script, which is several times faster.
 */
async function runLesson(path: string, setting: EdgeSetting, folder: string): Promise<EdgeRun> {
  const notebook = withSetting(path, setting);
  const figures = join(folder, "figures");
  if (Object.values(setting.set).some((value) => typeof value === "string")) {
    const outcome = await runNotebook(notebook, {
      cwd: dirname(path),
      timeoutMs: TIMEOUT_MS,
      env: { [FIGURE_FOLDER_VARIABLE]: figures },
      keepGoing: true,
    });
    const failures = outcome.status === "failed" ? outcome.failures : [];
    expect(failures.map((each) => describeFailure(basename(path), each))).toEqual([]);
    return new EdgeRun(outcome.notebook!, figures);
  }
  const { notebook: ran, failure } = await runInNode(notebook, dirname(path), folder);
  expect(failure, failure && `cell ${failure.cell}: ${failure.text}`).toBeUndefined();
  return new EdgeRun(ran, figures);
}
