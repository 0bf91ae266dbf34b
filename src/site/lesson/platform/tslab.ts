/** The kernel's door to tslab, for a bundle: its compiler reads files in memory. */
import * as compiler from "@tslab/typescript-for-tslab";
import type * as ts from "typescript";
import { slot } from "./compilerSlot";
import { existsSync, readFileSync } from "./fs";
import { jupyter } from "./jupyter";
import { isFolder, namesIn } from "./memoryFiles";
import { resolve } from "./path";
import process from "./process";

declare function require(name: string): unknown;

const COMPILER_FOLDER = "/course/node_modules/@tslab/typescript-for-tslab/lib";

type Settable = typeof ts & { setSys(system: ts.System): void };

const system: ts.System & { readonly getEnvironmentVariable: (name: string) => string } = {
  args: [],
  newLine: "\n",
  useCaseSensitiveFileNames: true,
  write: () => {},
  readFile: (path) => (existsSync(path) && !isFolder(path) ? String(readFileSync(path, "utf8")) : undefined),
  writeFile: () => {
    throw new Error("the compiler writes no files");
  },
  resolvePath: (path) => resolve(path),
  fileExists: (path) => existsSync(path) && !isFolder(resolve(path)),
  directoryExists: (path) => isFolder(resolve(path)),
  createDirectory: () => {},
  getExecutingFilePath: () => `${COMPILER_FOLDER}/typescript.js`,
  getCurrentDirectory: () => process.cwd(),
  getDirectories: (path) => {
    const at = resolve(path);
    return namesIn(at).filter((name) => isFolder(`${at}/${name}`));
  },
  readDirectory: () => [],
  exit: () => {},
  realpath: (path) => path,
  watchFile: () => ({ close: () => {} }),
  watchDirectory: () => ({ close: () => {} }),
  getEnvironmentVariable: () => "",
};

(compiler as unknown as Settable).setSys(system);

export const tslabVersion = "1.0";
export const loadCompiler = (): typeof ts => compiler as unknown as typeof ts;

/** tslab's converter, with `overrides` in place of functions of its compiler. */
export function loadConverter(overrides: object): unknown {
  slot.compiler = Object.create(
    compiler,
    Object.getOwnPropertyDescriptors({ __esModule: true, ...overrides }),
  ) as object;
  return require("tslab/dist/converter.js");
}

export const loadExecutor = (): unknown => require("tslab/dist/executor.js");
export const loadInspect = (): unknown => require("tslab/dist/inspect.js");
export const loadJupyter = () => jupyter;
