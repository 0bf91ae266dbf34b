import { readFileSync } from "node:fs";
import Module from "node:module";
import type * as ts from "typescript";

type Compile = (this: NodeModule, code: string, path: string) => void;

/**
 * Lets Node's `require` read TypeScript: the converter compiles files below the notebook's folder itself, and this all others, such
 * as `../helper.ts`. Their types have been checked with the cell that imports them.
 */
export function importTypeScript(compiler: typeof ts, onCompiled: (path: string, map: string) => void): void {
  const extensions = (Module as unknown as { _extensions: Record<string, unknown> })._extensions;
  for (const extension of [".ts", ".tsx"]) {
    extensions[extension] ??= (module: NodeModule & { _compile: Compile }, path: string) => {
      const { outputText, sourceMapText } = compiler.transpileModule(readFileSync(path, "utf8"), {
        fileName: path,
        compilerOptions: {
          module: compiler.ModuleKind.CommonJS,
          target: compiler.ScriptTarget.ES2022,
          esModuleInterop: true,
          jsx: compiler.JsxEmit.React,
          sourceMap: true,
        },
      });
      if (sourceMapText !== undefined) onCompiled(path, sourceMapText);
      module._compile(outputText, path);
    };
  }
}
