import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type NotebookSource, notebookPageFile } from "@finetune-icl/book";
import type { Notebook, Output } from "@finetune-icl/notebooks/runner";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { SITE_PACKAGE } from "../sitePackage";
import { lessonTypes, slimmed } from "./lessonTypes";
import { courseAddress, DATA, resolvedBy, workerBundle } from "./workerBundle";

const LESSON = join(SITE_PACKAGE, "lesson");

/** Scripts of a lesson's page from the start. */
export const LESSON_SCRIPTS: readonly string[] = ["assets/lesson-start.js"];

/**
 * What makes lessons run in their pages: file below the book's folder → what it holds. `lesson-start.js` stands in the pages; all
 * others are loaded when a reader presses a button.
 */
export async function lessonFiles(
  root: string,
  notebooks: readonly NotebookSource[],
): Promise<ReadonlyMap<string, string>> {
  const modules = importedModules(notebooks);
  const [worker, start, lesson, editor] = await Promise.all([
    workerBundle(root, modules),
    pageBundle("start"),
    pageBundle("lesson"),
    pageBundle("editor"),
  ]);
  const files = [...typeFiles(root, modules), ...dataFiles(root)];
  return new Map([
    ["assets/lesson-start.js", start],
    ["assets/lesson.js", lesson],
    ["assets/lesson-editor.js", editor],
    ["assets/lesson.css", readFileSync(join(LESSON, "style", "lesson.css"), "utf8")],
    ["assets/lesson-worker.js", packed("lesson-worker", worker)],
    ["assets/lesson-files.js", packed("lesson-files", JSON.stringify(files))],
    ...notebooks.map(({ path, notebook }) => {
      const name = notebookPageFile(path).replace(/\.html$/, "");
      return [
        `assets/lessons/${name}.js`,
        `finetuneIclLesson(${JSON.stringify(stored(notebook))});\n`,
      ] as const;
    }),
  ]);
}

/** What the cells of the notebooks import, packages by their names; files beside a notebook are none of these. */
export function importedModules(notebooks: readonly NotebookSource[]): readonly string[] {
  const names = notebooks.flatMap(({ notebook }) =>
    notebook.cells.flatMap(({ cell_type, source }) =>
      cell_type === "code"
        ? [...source.matchAll(/^\s*(?:import|\}) .*?from "([^"]+)"|^import "([^"]+)"/gm)]
        : [],
    ),
  );
  const found = names.map(([, from, bare]) => from ?? bare!);
  return [...new Set(found)].filter((name) => !/^(?:\.|node:)/.test(name)).sort();
}

interface StoredFile {
  readonly path: string;
  readonly text: string;
}

/** Declarations that say more than a lesson asks: those of plotly and of a reader of spreadsheets. */
const UNASKED = /[\\/]node_modules[\\/](?:plotly\.js-dist-min|@e965|@types[\\/]node-fetch)[\\/]/;

function typeFiles(root: string, modules: readonly string[]): readonly StoredFile[] {
  return [...lessonTypes(root, modules)]
    .filter(([path]) => !UNASKED.test(path))
    .map(([path, text]) => ({ path: courseAddress(root, path), text: slimmed(path, text) }));
}

/** What cells read: all data but the tables behind figures, which are what lessons write, and measurements of speed. */
function dataFiles(root: string): readonly StoredFile[] {
  const require = createRequire(join(root, "notebooks", "lesson.js"));
  const installed = resolvedBy(require, `${DATA}/package.json`);
  const folders = [...(installed === undefined ? [] : [dirname(installed)]), join(root, "data")];
  const files = new Map(
    folders.filter(existsSync).flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => name.replaceAll("\\", "/"))
        .filter((name) => /\.(?:csv|json)$/.test(name) && !/^(?:figures|bench)\/|(?:^|\/)\./.test(name))
        .sort()
        .map((name) => [`/course/data/${name}`, readFileSync(join(folder, name), "utf8")] as const),
    ),
  );
  return [
    { path: "/course/package.json", text: "{}" },
    ...[...files].map(([path, text]) => ({ path, text })),
  ];
}

/** The notebook as its page needs it: a figure is its data; pictures of it are drawn anew. */
function stored(notebook: Notebook): Notebook {
  const withoutPictures = (output: Output): Output => {
    if (!("data" in output) || output.data["application/vnd.plotly.v1+json"] === undefined) return output;
    const data = { ...output.data, "image/svg+xml": "", "text/html": "" };
    return { ...output, data } as Output;
  };
  return {
    ...notebook,
    cells: notebook.cells.map((cell) =>
      cell.cell_type === "code" ? { ...cell, outputs: cell.outputs.map(withoutPictures) } : cell,
    ),
  };
}

function packed(name: string, text: string): string {
  const base64 = gzipSync(text, { level: 9 }).toString("base64");
  return `finetuneIclPacked(${JSON.stringify(name)}, "${base64}");\n`;
}

async function pageBundle(name: PageProgram): Promise<string> {
  const { outputFiles } = await build(pageOptions(name));
  return outputFiles![0]!.text;
}

export type PageProgram = "start" | "lesson" | "editor";

/** How esbuild makes a program of a lesson's page. */
export const pageOptions = (name: PageProgram): BuildOptions => ({
  entryPoints: [join(LESSON, "page", `${name}.ts`)],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "silent",
  plugins: [inPage],
});

/** In a page the window is there, and KaTeX is one file, however it is asked for. */
const inPage: Plugin = {
  name: "in-page",
  setup({ onResolve }) {
    onResolve({ filter: /^jsdom$/ }, () => ({ path: join(LESSON, "page", "jsdom.ts") }));
    onResolve({ filter: /^katex$/ }, () => ({
      path: createRequire(join(SITE_PACKAGE, "any.js")).resolve("katex"),
    }));
  },
};
