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

/** The same declarations without comments; directives (`/// <reference …>`) stay. */
export function withoutComments(path: string, text: string): string {
  const compiler = loadCompiler();
  const source = compiler.createSourceFile(path, text, compiler.ScriptTarget.ES2022, true);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source).filter((child) => !compiler.isJSDoc(child));
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    // What stands before a token is space and comments, and nothing else.
    const start = node.getStart(source);
    const before = text.slice(node.pos, start).replaceAll(/\/\*[\s\S]*?\*\/|(?<!\/)\/\/(?!\/).*/g, "");
    parts.push(before.replaceAll(/\s*\n\s*/g, "\n"), text.slice(start, node.end));
  };
  visit(source);
  return `${parts.join("").trim()}\n`;
}

/** Packages of which a completion tells what is written about a name: those that lessons call. Those of Node are larger than all others together. */
const EXPLAINED =
  /[\\/](?:@finetune-icl|finetune-icl|danfojs-node|typescript-for-tslab)[\\/]|[\\/]src[\\/][a-z-]+[\\/]dist[\\/]/;

/** A declaration file without its map, and without its comments unless lessons call what it declares; a package.json without what no compiler asks for. */
export function slimmed(path: string, text: string): string {
  if (!path.endsWith("package.json")) {
    const unmapped = text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
    return EXPLAINED.test(path) ? unmapped : withoutComments(path, unmapped);
  }
  const { name, version, types, typings, main, typesVersions } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ name, version, types, typings, main, typesVersions });
}
