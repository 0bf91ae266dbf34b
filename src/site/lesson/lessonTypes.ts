import { join } from "node:path";
import { loadCompiler } from "@finetune-icl/kernel/cells";
import type * as ts from "typescript";

/**
 * The declarations that the compiler reads when a cell imports these modules, with the package.json files by which it finds them: real
 * path → text. Found by compiling such a cell from the notebooks' folder and writing down what was read.
 */
export function lessonTypes(root: string, modules: readonly string[]): ReadonlyMap<string, string> {
  const compiler = loadCompiler();
  const folder = join(root, "notebooks");
  const cell = join(folder, "__tslab__.ts");
  const source = modules.map((name) => `import ${JSON.stringify(name)};`).join("\n");
  const options: ts.CompilerOptions = {
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Node10,
    target: compiler.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const read = new Map<string, string>();
  const host = compiler.createCompilerHost(options);
  const readFile = (path: string): string | undefined => {
    if (path === cell) return source;
    const text = compiler.sys.readFile(path);
    if (text !== undefined) read.set(path, text);
    return text;
  };
  const { fileExists } = compiler.sys;
  compiler.createProgram([cell], options, {
    ...host,
    readFile,
    fileExists: (path) => path === cell || fileExists(path),
    getCurrentDirectory: () => folder,
    getSourceFile: (path, target) => {
      const text = readFile(path);
      return text === undefined ? undefined : compiler.createSourceFile(path, text, target);
    },
  });
  return read;
}

/** A declaration file without its map, and a package.json without what no compiler asks for. */
export function slimmed(path: string, text: string): string {
  if (!path.endsWith("package.json")) return text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
  const { name, version, types, typings, main, typesVersions } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ name, version, types, typings, main, typesVersions });
}
