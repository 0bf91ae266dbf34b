import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { MATHJS_PARTS, mathjsParts } from "./scripts/mathjsParts.mjs";

const src = fileURLToPath(new URL("src", import.meta.url));

/**
 * The tests of `npm run test:fast`, by folder or by file: the numerical core, parsing and formatting.
 * They run from the sources, without a build, and start no program of this package, no kernel and no browser.
 */
const FAST: readonly string[] = [
  // The numerical core
  "algebra/",
  "problem/",
  "model/",
  "exact/",
  "theory/",
  "predict/",
  "simulate/",
  "train/",
  "evidence/",
  "claims/",
  // Parsing and formatting
  "checkAnswer.",
  "compareNotebooks.",
  "compareText.",
  "controls.",
  "crossReferences.",
  "curves.",
  "lesson.",
  "lines.",
  "markdown.",
  "matrices.",
  "newCourse.",
  "notebookFile.",
  "outputCollector.",
  "parameters.",
  "progress.",
  "style.",
  "syllabus.",
  "table.",
  // The house itself
  "architecture.",
  "changelog.",
  "community.",
  "fast.",
  "workflows.",
];

/** Ctrl-C on a terminal: the program itself. */
const NOT_FAST: readonly string[] = ["train/interruption"];

/** Whether a test file, by its path below `test` with `/` between folders, is one of the fast ones. */
export function isFast(path: string): boolean {
  const matches = (entries: readonly string[]) => entries.some((entry) => `/${path}`.includes(`/${entry}`));
  return matches(FAST) && !matches(NOT_FAST);
}

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => name.split(sep).join("/"));
const include = (fast: boolean) =>
  files.filter((name) => isFast(name) === fast).map((name) => `test/${name}`);

/** One file of what is used of mathjs, as the build makes it: whole, it takes every test file half a second to load. */
const parts = fileURLToPath(new URL("node_modules/.cache/finetune-icl/mathjsParts.mjs", import.meta.url));
mkdirSync(dirname(parts), { recursive: true });
writeFileSync(`${parts}.${process.pid}`, await mathjsParts("esm"));
renameSync(`${parts}.${process.pid}`, parts);

export default defineConfig({
  plugins: [
    {
      name: "mathjs-parts",
      enforce: "pre",
      resolveId: (id, importer) =>
        importer !== undefined && resolve(dirname(importer), `${id}.ts`) === MATHJS_PARTS
          ? { id: parts, external: true }
          : undefined,
    },
  ],
  resolve: {
    // Tests read the sources, so that a changed package need not be built before another one is tested.
    alias: [
      { find: /^finetune-icl$/, replacement: `${src}/finetune-icl/index.ts` },
      { find: /^@finetune-icl\/(?!data)([a-z]+)$/, replacement: `${src}/$1/index.ts` },
      { find: /^@finetune-icl\/(?!data)([a-z]+)\/([a-z]+)$/, replacement: `${src}/$1/$2/index.ts` },
    ],
  },
  test: {
    // Tests that start kernels, browsers and worker pools share two cores: a limit against hanging, not a measure of speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", "./test/support/closingLineReporter.ts"],
    // Vitest would leave one core to itself, though much of these tests waits for other programs: kernels, browsers, installations.
    maxWorkers: availableParallelism(),
    projects: [
      // Without walls between files, a worker loads mathjs once instead of once a file.
      { extends: true, test: { name: "fast", include: include(true), isolate: false } },
      {
        extends: true,
        test: { name: "whole", include: include(false), globalSetup: "./test/support/runFolder.ts" },
      },
    ],
  },
});
