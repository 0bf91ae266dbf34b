import { existsSync, realpathSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { type BuildOptions, build, type Plugin, transform } from "esbuild";
import { SITE_PACKAGE } from "../sitePackage";

const LESSON = join(SITE_PACKAGE, "lesson");
const platform = (name: string): string => join(LESSON, "platform", `${name}.ts`);

/** What stands in a worker for modules of Node that the packages use; all others are there and empty. */
const BUILTINS: Readonly<Record<string, string>> = {
  fs: "fs",
  path: "path",
  util: "util",
  crypto: "crypto",
  os: "os",
  async_hooks: "asyncHooks",
  "timers/promises": "timers",
  string_decoder: "stringDecoder",
  vm: "vm",
  module: "module",
  process: "process",
};

/** The same for modules of this project and of tslab, by the file that imports them and the name it uses. */
const COUNTERPARTS: readonly (readonly [importer: RegExp, name: string, counterpart: string])[] = [
  [/[\\/]kernel[\\/]/, "./tslab", "tslab"],
  [/[\\/]kernel[\\/]/, "../tslab", "tslab"],
  [/[\\/]figures[\\/]/, "./kernelModule", "kernelModule"],
  [/[\\/]figures[\\/]/, "./staticPicture", "staticPicture"],
  [/[\\/]figures[\\/]/, "./figureHtml", "figureHtml"],
];

/** Programs that need a machine, a network or a page, and what danfojs reads and draws with. */
const MACHINE =
  /^(?:piscina|zeromq|jsdom|cli-progress|plotly\.js-dist-min|xlsx|request|node-fetch|stream-json(?:\/.*)?|papaparse)$/;

const KERNEL = "@finetune-icl/kernel";
const OURS = /^(?:@finetune-icl\/|finetune-icl$)/;

/**
 * The program of a lesson's worker as one script: the kernel's engine, what stands for Node below it, and the modules that lessons
 * import, resolved as the kernel resolves them from the notebooks in `root`. Names are kept, since errors and values show them.
 */
export async function workerBundle(root: string, modules: readonly string[]): Promise<string> {
  const { outputFiles } = await build(workerOptions(root, modules));
  return outputFiles![0]!.text;
}

/** How esbuild makes it. */
export const workerOptions = (root: string, modules: readonly string[]): BuildOptions => ({
  entryPoints: [join(LESSON, "worker", "main.ts")],
  bundle: true,
  write: false,
  format: "iife",
  platform: "browser",
  target: "es2022",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "silent",
  define: { __dirname: '"/program"', __filename: '"/program/lesson.js"' },
  inject: [platform("globals")],
  plugins: [inWorker(root, modules)],
});

function inWorker(root: string, modules: readonly string[]): Plugin {
  return {
    name: "in-worker",
    setup({ onResolve, onLoad }) {
      const fromNotebooks = createRequire(join(root, "notebooks", "lesson.js"));
      onResolve({ filter: /^lesson-modules$/ }, ({ path }) => ({ path, namespace: "lesson" }));
      onLoad({ filter: /^lesson-modules$/, namespace: "lesson" }, () => ({
        resolveDir: LESSON,
        contents: modulesSource(modules),
      }));

      onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z_]+)?$/ }, ({ path }) => {
        const name = path.replace(/^node:/, "");
        // The package, not Node's module of this name.
        if (name === "buffer" || name === "string_decoder/") return undefined;
        if (!builtinModules.includes(name)) return undefined;
        return { path: platform(BUILTINS[name] ?? "nothing") };
      });
      onResolve({ filter: MACHINE }, () => ({ path: platform("nothing") }));
      onResolve({ filter: /^\.\.?(?:\/|$)/ }, ({ path, importer }) => {
        const counterpart = COUNTERPARTS.find(([from, name]) => name === path && from.test(importer))?.[2];
        if (counterpart !== undefined) return { path: platform(counterpart) };
        // The module itself is what tslab asks for its function.
        if (path === "./jupyter" && /[\\/]tslab[\\/]dist[\\/]/.test(importer))
          return { path: "jupyter", namespace: "lesson" };
        // `import … from "tslab"` in a cell.
        if (path === ".." && /[\\/]tslab[\\/]dist[\\/]executor\.js$/.test(importer))
          return { path: join(dirname(importer), "public.js") };
        return undefined;
      });
      // One compiler for all.
      onResolve({ filter: /^typescript$/ }, () => ({
        path: fromTslab().resolve("@tslab/typescript-for-tslab"),
      }));
      onResolve({ filter: /^@tslab\/typescript-for-tslab$/ }, ({ importer }) =>
        // Other modules of tslab take the compiler as it is.
        /[\\/]tslab[\\/]dist[\\/]converter\.js$/.test(importer)
          ? { path: "compiler", namespace: "lesson" }
          : { path: fromTslab().resolve("@tslab/typescript-for-tslab") },
      );
      onLoad({ filter: /^compiler$/, namespace: "lesson" }, () => ({
        resolveDir: LESSON,
        contents: `module.exports = require(${JSON.stringify(platform("compilerSlot"))}).slot.compiler;`,
      }));
      onLoad({ filter: /^jupyter$/, namespace: "lesson" }, () => ({
        resolveDir: LESSON,
        contents: `module.exports = require(${JSON.stringify(platform("jupyter"))}).jupyter;`,
      }));
      onResolve({ filter: /^tslab\// }, ({ path }) => ({ path: fromTslab().resolve(`./${path.slice(6)}`) }));
      // Of TensorFlow what danfojs computes with: no models, no graphics card.
      onResolve({ filter: /^@tensorflow\/tfjs(?:-node)?$/ }, ({ resolveDir }) => ({
        path: "tensors",
        namespace: "lesson",
        pluginData: resolveDir,
      }));
      onLoad({ filter: /^tensors$/, namespace: "lesson" }, ({ pluginData }) => ({
        resolveDir: String(pluginData),
        contents: `module.exports = require("@tensorflow/tfjs-core"); require("@tensorflow/tfjs-backend-cpu");`,
      }));
      // The same files that the kernel runs; another door of a package would bring everything twice.
      onResolve({ filter: OURS }, ({ path, resolveDir, importer }) => {
        const from = importer === "" ? fromNotebooks : createRequire(join(resolveDir, "any.js"));
        return { path: realpathSync(resolvedBy(from, path) ?? fromNotebooks.resolve(path)) };
      });
      onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
        const { readFile } = await import("node:fs/promises");
        const text = await followed(path, await readFile(path, "utf8"));
        if (!text.includes("require.resolve(")) return { contents: text, loader: "js" };
        const from = createRequire(path);
        const contents = text.replaceAll(/require\.resolve\("([^"]+)"\)/g, (whole, name: string) => {
          const found = resolvedBy(from, name);
          return found === undefined ? whole : JSON.stringify(courseAddress(root, found));
        });
        return { contents, loader: "js" };
      });
    },
  };
}

/**
 * What a package of this project goes on with behind an `await` goes through `then`, which knows whom it belongs to (`platform/asyncHooks.ts`).
 * The kernel is no such package: it runs the cells, and would stand in the stacks of their errors.
 */
async function followed(path: string, text: string): Promise<string> {
  const { name } = packageOf(path);
  if (!/\basync\b/.test(text) || !OURS.test(name) || name === KERNEL) return text;
  const supported = { "async-await": false, "async-generator": false, "for-await": false };
  return (await transform(text, { loader: "js", target: "es2022", supported })).code;
}

export function resolvedBy(from: NodeJS.Require, name: string): string | undefined {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}

const fromTslab = (): NodeJS.Require =>
  createRequire(
    createRequire(require.resolve("@finetune-icl/kernel/package.json")).resolve("tslab/package.json"),
  );

function modulesSource(modules: readonly string[]): string {
  const offered = [
    ...modules.map((name) => [name, name] as const),
    ...["fs", "path", "util", "crypto", "os"].map((name) => [`node:${name}`, platform(name)] as const),
  ];
  const entries = offered.map(
    ([name, path]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(path)})`,
  );
  return `export const lessonModules = { ${entries.join(", ")} };`;
}

/** The package of the data that this project's lessons read. */
export const DATA = "@finetune-icl/data";

/** Where a file of the project stands in a worker: below `/course` as below the project, packages below `/course/node_modules`. */
export function courseAddress(root: string, file: string): string {
  const real = realpathSync(file);
  const inProject = relative(realpathSync(root), real).split(sep).join("/");
  if (/^(?:data|notebooks)\//.test(inProject)) return `/course/${inProject}`;
  const { folder, name } = packageOf(real);
  // A course elsewhere has the data as a package: lessons find them under one name all the same.
  if (name === DATA) return `/course/data/${relative(folder, real).split(sep).join("/")}`;
  return `/course/node_modules/${name}/${relative(folder, real).split(sep).join("/")}`;
}

/** The package that a file belongs to. */
function packageOf(file: string): { readonly folder: string; readonly name: string } {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    const { name } = require(path) as { readonly name?: string };
    if (name !== undefined) return { folder, name };
  }
  throw new Error(`${file} belongs to no package`);
}
