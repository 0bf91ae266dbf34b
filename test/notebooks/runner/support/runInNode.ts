import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { JsonObject } from "../../../../src/base/json";
import { FIGURE_FOLDER_VARIABLE } from "../../../../src/files/figureFolder";
import { isExecutable, type Notebook, type Output } from "../../../../src/notebooks/runner/nbformat";

// Marks in the output of the script, at the start of a line: characters that no lesson prints.
const CELL = "\u0001";
const FIGURE = "\u0002";

/** How a notebook ended that was run as one script. */
export interface NodeRun {
  /** With what each cell printed, and its figures as plotly gets them, in place of its outputs. */
  readonly notebook: Notebook;
  /** What ended it before its end, and the cell that did: undefined when all went well. */
  readonly failure?: { readonly cell: string; readonly text: string };
}

/**
 * The code cells of a notebook, one after the other, as one script of Node: a fifth of the time that a kernel takes, since no cell is
 * compiled against the whole package and no picture is drawn. Types are not checked, and a name may be declared once only.
 * `directory` is a folder of the package for the script and for the tables of figures; the script's own folder is `cwd`.
 */
export async function runInNode(notebook: Notebook, cwd: string, directory: string): Promise<NodeRun> {
  mkdirSync(directory, { recursive: true });
  const script = join(directory, "cells.mjs");
  writeFileSync(script, scriptOf(notebook));
  const { code, stdout, stderr } = await run(script, cwd, directory);
  const parts = stdout.split(CELL).slice(1);
  const printed = new Map(
    parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]),
  );
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, outputs: outputsOf(printed.get(cell.id) ?? "") } : cell,
  );
  const ran = { notebook: { ...notebook, cells } };
  return code === 0 ? ran : { ...ran, failure: { cell: [...printed.keys()].at(-1) ?? "none", text: stderr } };
}

function scriptOf(notebook: Notebook): string {
  const source = notebook.cells
    .filter(isExecutable)
    .map((cell) => `process.stdout.write(${JSON.stringify(`${CELL}${cell.id}\n`)});\n${cell.source}\n`)
    .join("");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const kept = outputText.replace(/^(import \{[^}]*)\bshowFigure\b/m, "$1showFigure as showPicture");
  const record = `const showFigure = (figure) => process.stdout.write(${JSON.stringify(FIGURE)} + JSON.stringify(figure) + "\\n");\n`;
  return kept === outputText ? outputText : record + kept;
}

function run(script: string, cwd: string, directory: string) {
  const env = { ...process.env, [FIGURE_FOLDER_VARIABLE]: join(directory, "figures") };
  const child = spawn(process.execPath, [script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function outputsOf(text: string): readonly Output[] {
  const lines = text.split("\n");
  const shown = lines.filter((line) => !line.startsWith(FIGURE)).join("\n");
  const figures = lines
    .filter((line) => line.startsWith(FIGURE))
    .map((line) => JSON.parse(line.slice(1)) as JsonObject);
  return [
    { output_type: "stream", name: "stdout", text: shown },
    ...figures.map(
      (figure): Output => ({
        output_type: "display_data",
        data: { "application/vnd.plotly.v1+json": figure },
        metadata: {},
      }),
    ),
  ];
}
