import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareNotebooks, describeDifference } from "../../../src/notebooks/runner/compareNotebooks";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import { hasTag, isExecutable } from "../../../src/notebooks/runner/nbformat";
import { readParameters } from "../../../src/notebooks/runner/parameters";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";
import { makeWorkDirectory, removeDirectory } from "./support/notebooks";
import { representatives, TEMPLATE } from "./support/representatives";

const notebooks = [...courseNotebooks(), TEMPLATE].map((path) => [basename(path), path] as const);

/** What a student can take in at a glance, as docs/your-own-lesson.md asks. */
const LONGEST_CELL = 30;

describe("the course", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));

  it("gives the stored outputs again on a fresh kernel each", { timeout: 900_000 }, () => {
    const { code, out, err } = runCli(["notebooks", "--check", ...representatives]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const report = JSON.parse(out) as { notebooks: { notebook: string; status: string }[] };
    expect(report.notebooks.map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  it("gives the same bytes from run to run: figures, pictures and tables included", {
    timeout: 300_000,
  }, () => {
    const { code, err } = runCli(["notebooks", TEMPLATE, "--out", directory]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const [stored, got] = [TEMPLATE, join(directory, basename(TEMPLATE))].map((path) => readNotebook(path));
    const differences = compareNotebooks(stored!, got!).map((each) => describeDifference("template", each));
    expect(differences, differences.join("\n")).toEqual([]);
    expect(readFileSync(join(directory, basename(TEMPLATE)), "utf8")).toBe(readFileSync(TEMPLATE, "utf8"));
    for (const name of readdirSync(join(directory, "figures")))
      expect(readFileSync(join(directory, "figures", name), "utf8"), name).toBe(
        readFileSync(join(packageRoot, "data", "figures", name), "utf8"),
      );
  });
});

describe.each(notebooks)("the file %s", (name, path) => {
  let text: string;
  beforeAll(() => {
    text = readFileSync(path, "utf8");
  });

  it("is small, and laid out as Jupyter lays it out, so that diffs are small too", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(serializeNotebook(readNotebook(path))).toBe(text);
  });

  it("has what clients look for: nbformat 4.5, the kernel's name and its language", () => {
    expect(JSON.parse(text)).toMatchObject({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" },
        language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
      },
    });
  });

  it("has ids that a person can read and that stay", () => {
    for (const { id } of readNotebook(path).cells) {
      expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      // What clients make up: eight or more characters of hexadecimal digits.
      expect(id).not.toMatch(/(?:^|-)(?=[a-f]*\d)[a-f\d]{8,}(?:-|$)/);
    }
  });

  it("holds no times, no paths of a machine, and no random names", () => {
    expect(text).not.toMatch(/"iopub\.|"ExecuteTime"|"start_time"|"execution": \{/);
    expect(text).not.toMatch(/\/(?:home|Users|tmp|root|work)\//);
    expect(text).not.toMatch(/[a-f\d]{8}-[a-f\d]{4}-[a-f\d]{4}-[a-f\d]{4}-[a-f\d]{12}/i);
  });

  it("was run from its first cell to its last, and holds no error", () => {
    const cells = readNotebook(path).cells.filter(isExecutable);
    expect(cells.map(({ execution_count }) => execution_count)).toEqual(cells.map((_, index) => index + 1));
    const failing = cells.filter((cell) => !hasTag(cell, "raises-exception"));
    expect(failing.flatMap(({ outputs }) => outputs.filter((each) => each.output_type === "error"))).toEqual(
      [],
    );
  });

  it(`has cells of at most ${LONGEST_CELL} lines of code, exercises and their checks apart`, () => {
    const long = readNotebook(path)
      .cells.filter(isExecutable)
      .filter((cell) => !hasTag(cell, "exercise") && !hasTag(cell, "check"))
      .map(({ id, source }) => ({ cell: `${name}: ${id}`, lines: source.split("\n").length }))
      .filter(({ lines }) => lines > LONGEST_CELL);
    expect(long).toEqual([]);
  });

  it("has one cell of parameters, each with a literal value that --set can change", () => {
    const { cells } = readNotebook(path);
    expect(cells.filter((cell) => hasTag(cell, "parameters"))).toHaveLength(1);
    expect(readParameters(readNotebook(path)).length).toBeGreaterThan(0);
  });
});
