import Module, { createRequire } from "node:module";
import vm from "node:vm";
import type * as ts from "typescript";
import { helperModules } from "./helperModule";

/** What this kernel uses of tslab 1.0: its exported functions, by their own names. */
export interface TslabConverter {
  convert(prevDecl: string, source: string): ConvertResult;
  inspect(prevDecl: string, source: string, position: number): ts.QuickInfo | undefined;
  complete(prevDecl: string, source: string, position: number): Completions;
  addModule(name: string, content: string, meta?: object): readonly TslabDiagnostic[];
  close(): void;
}

export interface ConvertResult {
  output?: string;
  readonly declOutput?: string;
  readonly diagnostics: readonly TslabDiagnostic[];
  readonly hasToplevelAwait?: boolean;
  readonly lastExpressionVar?: string;
  readonly sideOutputs?: readonly { readonly path: string; readonly data: string }[];
}

/** Lines and characters count from 0. */
export interface TslabDiagnostic {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  readonly messageText: string;
  readonly category: number;
  /** The compiler's number; what the kernel itself does not support has none. */
  readonly code?: number;
  readonly fileName?: string;
}

export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
  readonly original?: ts.CompletionInfo;
}

export interface TslabExecutor {
  execute(source: string): Promise<boolean>;
  inspect(source: string, position: number): ts.QuickInfo | undefined;
  complete(source: string, position: number): Completions;
  interrupt(): void;
  close(): void;
  /** The names of all cells. */
  readonly locals: Record<string, unknown>;
}

export interface ConverterSet {
  readonly node: TslabConverter;
  readonly browser: TslabConverter;
  readonly close: () => void;
}

interface ConverterModule {
  createConverter(options: { isJS?: boolean; isBrowser?: boolean }): TslabConverter;
  isCompleteCode(source: string): { readonly completed: boolean; readonly indent?: string };
}

interface ExecutorModule {
  createExecutor(
    folder: string,
    converters: ConverterSet,
    console: { log(value: unknown): void; error(...values: readonly unknown[]): void },
  ): TslabExecutor;
}

interface JupyterModule {
  lastWriteDisplayData: ((content: object, update: boolean) => void) | null;
}

interface InspectModule {
  printQuickInfo(info: ts.QuickInfo): string;
}

export const tslabVersion = (require("tslab/package.json") as { readonly version: string }).version;

const COMPILER = "@tslab/typescript-for-tslab";
const fromTslab = createRequire(require.resolve("tslab/package.json"));

/** The compiler that tslab uses: TypeScript 5.0 with three additions. */
export function loadCompiler(): typeof ts {
  return fromTslab(COMPILER) as typeof ts;
}

/**
 * Loads tslab's converter with `overrides` in place of functions of its compiler. No file of tslab is changed: it is only
 * given another object when it asks for the compiler.
 */
export function loadConverter(overrides: Partial<typeof ts>): ConverterModule {
  // tslab takes a module that says so as it is, and copies any other.
  const properties = { __esModule: true, ...overrides };
  const compiler = Object.create(loadCompiler(), Object.getOwnPropertyDescriptors(properties)) as unknown;
  return loadWith("./dist/converter", { [COMPILER]: compiler }) as ConverterModule;
}

/**
 * Loads tslab's executor, in the same way, with modules of our own for the files that cells import, and scripts of which Node does not
 * read what they throw: it would do so where no interrupt ends it.
 */
export function loadExecutor(): ExecutorModule {
  const runInThisContext = (code: string, options?: object): unknown =>
    vm.runInThisContext(code, { ...options, displayErrors: false });
  return loadWith("./dist/executor", { module: helperModules(), vm: { runInThisContext } }) as ExecutorModule;
}

/** A module of tslab that is given other objects when it asks for the modules of these names. */
function loadWith(path: string, objects: Readonly<Record<string, unknown>>): unknown {
  const loader = Module as unknown as {
    _load: (this: unknown, request: string, ...rest: unknown[]) => unknown;
  };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    return Object.hasOwn(objects, request) ? objects[request] : load.call(this, request, ...rest);
  };
  // Another module of tslab may have loaded it as it is.
  delete require.cache[fromTslab.resolve(path)];
  try {
    return fromTslab(path);
  } finally {
    loader._load = load;
  }
}

/** The module through which `tslab.display` and whoever else shows something finds its way to clients. */
export function loadJupyter(): JupyterModule {
  return fromTslab("./dist/jupyter") as JupyterModule;
}

/** What prints what the compiler knows about a name. */
export function loadInspect(): InspectModule {
  return fromTslab("./dist/inspect") as InspectModule;
}
