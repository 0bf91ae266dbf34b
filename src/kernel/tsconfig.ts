import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as ts from "typescript";

/**
 * Options of a `tsconfig.json` beside the notebook that the kernel takes over: those that say how strictly code is checked, and
 * how it is understood. All others (target, module, paths, output) are the kernel's own business: cells become functions that
 * run in this Node, and their imports are found by Node.
 */
const HONOURED = [
  "strict",
  "noImplicitAny",
  "strictNullChecks",
  "strictFunctionTypes",
  "strictBindCallApply",
  "strictPropertyInitialization",
  "noImplicitThis",
  "useUnknownInCatchVariables",
  "alwaysStrict",
  "noUncheckedIndexedAccess",
  "exactOptionalPropertyTypes",
  "noImplicitReturns",
  "noImplicitOverride",
  "noFallthroughCasesInSwitch",
  "noPropertyAccessFromIndexSignature",
  "allowUnreachableCode",
  "allowUnusedLabels",
  "experimentalDecorators",
  "emitDecoratorMetadata",
  "useDefineForClassFields",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "checkJs",
  "types",
] as const;

export interface TsconfigOptions {
  readonly options: ts.CompilerOptions;
  /** What is wrong with the file, for a person. */
  readonly complaint?: string;
}

/** Reads `tsconfig.json` of a folder, with what it extends. */
export function readTsconfig(compiler: typeof ts, folder: string): TsconfigOptions {
  const path = join(folder, "tsconfig.json");
  if (!existsSync(path)) return { options: {} };
  const { config, error } = compiler.readConfigFile(path, compiler.sys.readFile);
  const text = (each: ts.Diagnostic) => compiler.flattenDiagnosticMessageText(each.messageText, "\n");
  if (error) return { options: {}, complaint: `tsconfig.json is not honoured: ${text(error)}` };
  const { options, errors } = compiler.parseJsonConfigFileContent(
    { ...config, files: [], include: [] },
    compiler.sys,
    folder,
  );
  const wrong = errors.find(({ code }) => code !== NO_INPUTS && code !== EMPTY_FILES);
  const honoured = Object.fromEntries(
    HONOURED.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  return {
    options: honoured,
    ...(wrong ? { complaint: `tsconfig.json is honoured in part: ${text(wrong)}` } : {}),
  };
}

// "No inputs were found", "The 'files' list is empty": the kernel's input is the cells.
const NO_INPUTS = 18003;
const EMPTY_FILES = 18002;
