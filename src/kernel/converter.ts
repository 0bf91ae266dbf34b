import { basename, isAbsolute, relative } from "node:path";
import type * as ts from "typescript";
import { rewriteOutput } from "./rewriteOutput";
import { rewriteSource } from "./rewriteSource";
import { type MapChain, shiftMap, Tracer } from "./sourceMaps";
import { readTsconfig } from "./tsconfig";
import { loadCompiler, loadConverter, type TslabConverter, type TslabDiagnostic } from "./tslab";

/** A compiled cell, by the name under which its code runs. */
export interface CompiledCell {
  readonly name: string;
  readonly source: string;
  readonly tracer: Tracer;
}

/** tslab's converter, with this kernel's additions around it. */
export interface Converter extends TslabConverter {
  readonly isCompleteCode: (source: string) => { readonly completed: boolean; readonly indent?: string };
  /** What the compiler said about the last cell, in places of the cell itself. */
  readonly diagnostics: () => readonly TslabDiagnostic[];
  /** The last cell that was compiled. */
  readonly lastCell: () => CompiledCell | undefined;
  /** For a file that a cell imports, by the path of the JavaScript that stands for it. */
  readonly helper: (path: string) => Tracer | undefined;
  /** What is wrong with `tsconfig.json`. */
  readonly complaint: string | undefined;
}

const CELL_FILE = "__tslab__.ts";
// tslab puts a line above each cell, and we put one below the function's head.
const LINES_ABOVE = 1;
/** "File is not under rootDir": files outside the notebook's folder are Node's, see importTypeScript. */
const OUTSIDE_ROOT = 6059;
const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
const MAP_LINE = /\n?\/\/# sourceMappingURL=\S+\s*$/;

/** Creates the converter for cells of a notebook in `folder`, which must be the working directory. */
export function createConverter(folder: string, prelude: string): Converter {
  const compiler = loadCompiler();
  const { options: fromTsconfig, complaint } = readTsconfig(compiler, folder);
  const helpers = new Map<string, Tracer>();
  // Of files that cells import, by their output, until their paths are known.
  const helperMaps = new Map<string, MapChain>();
  let cellMaps: MapChain = [];
  let diagnostics: readonly TslabDiagnostic[] = [];
  let lastCell: CompiledCell | undefined;
  let isAsync = false;
  let cells = 0;

  const isInFolder = (path: string) => {
    const rest = relative(folder, path);
    return !rest.startsWith("..") && !isAbsolute(rest);
  };

  /** The program, except that files outside the folder give no output: Node loads those itself, and tslab gives up on them. */
  const withoutOutside = <Builder extends ts.BuilderProgram>(builder: Builder): Builder => {
    const emit = builder.emit.bind(builder);
    builder.emit = (file, ...rest) =>
      file !== undefined && !isInFolder(file.fileName)
        ? { emitSkipped: true, diagnostics: [] }
        : emit(file, ...rest);
    return builder;
  };

  const { createConverter: create, isCompleteCode } = loadConverter({
    createWatchCompilerHost: ((files: string[], options: ts.CompilerOptions, ...rest: unknown[]) => {
      const createHost = compiler.createWatchCompilerHost as (...args: unknown[]) => object;
      const host = createHost(files, { ...options, ...fromTsconfig, inlineSourceMap: true }, ...rest);
      let after: (builder: ts.BuilderProgram) => void = () => {};
      Object.defineProperty(host, "afterProgramCreate", {
        get: () => (builder: ts.BuilderProgram) => after(withoutOutside(builder)),
        set: (given: typeof after) => {
          after = given;
        },
      });
      return host;
    }) as never,

    // From the modules that the compiler wrote to those of Node, with the maps of both steps.
    transpileModule: (js, options) => {
      const inline = INLINE_MAP.exec(js);
      const written =
        inline?.[1] === undefined ? undefined : Buffer.from(inline[1], "base64").toString("utf8");
      const plain = js.replace(INLINE_MAP, "");
      const source =
        written === undefined ? "" : ((JSON.parse(written) as { sources: string[] }).sources[0] ?? "");
      const isCell = basename(source) === CELL_FILE;
      const rewritten = isCell ? rewriteOutput(compiler, plain) : undefined;
      const result = compiler.transpileModule(rewritten?.text ?? plain, {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
      });
      const maps = [result.sourceMapText, rewritten?.map.toString(), written].filter(
        (map) => map !== undefined,
      );
      const outputText = result.outputText.replace(MAP_LINE, "\n");
      if (rewritten) {
        cellMaps = maps;
        isAsync = rewritten.isAsync;
      } else helperMaps.set(outputText, maps);
      return { ...result, outputText };
    },

    getPreEmitDiagnosticsOfFiles: (...args: unknown[]) => {
      const functions = compiler as unknown as Record<string, (...args: unknown[]) => ts.Diagnostic[]>;
      return functions.getPreEmitDiagnosticsOfFiles!(...args).filter(({ code }) => code !== OUTSIDE_ROOT);
    },
  } as Partial<typeof ts>);

  const converter = create({ isJS: false, isBrowser: false });
  const withPrelude = (prevDecl: string) => (prevDecl === "" ? prelude : prevDecl);

  return {
    convert: (prevDecl, source) => {
      diagnostics = [];
      lastCell = undefined;
      const rewritten = rewriteSource(compiler, source);
      const result = converter.convert(withPrelude(prevDecl), rewritten.text);
      if (result.diagnostics.length > 0) {
        const tracer = new Tracer([rewritten.map.toString()]);
        const place = ({ line, character }: TslabDiagnostic["start"]) => {
          const found = tracer.trace({ line: line + 1, column: character });
          return found ? { line: found.line - 1, character: found.column } : { line, character };
        };
        diagnostics = result.diagnostics.map((each) =>
          each.fileName === undefined ? { ...each, start: place(each.start), end: place(each.end) } : each,
        );
        return { ...result, diagnostics };
      }
      for (const { path, data } of result.sideOutputs ?? [])
        helpers.set(path, new Tracer(helperMaps.get(data) ?? []));
      helperMaps.clear();
      if (result.output === undefined) return result;
      cells += 1;
      const name = `__cell_${cells}__`;
      const [first, ...rest] = cellMaps;
      const maps = [shiftMap(first!, LINES_ABOVE), ...rest, shiftMap(rewritten.map.toString(), LINES_ABOVE)];
      lastCell = { name, source, tracer: new Tracer(maps) };
      return {
        ...result,
        hasToplevelAwait: result.hasToplevelAwait === true || isAsync,
        output: `\n${result.output}\n//# sourceURL=${name}`,
      };
    },
    inspect: (prevDecl, source, position) => converter.inspect(withPrelude(prevDecl), source, position),
    complete: (prevDecl, source, position) => converter.complete(withPrelude(prevDecl), source, position),
    addModule: (name, content, meta) => converter.addModule(name, content, meta),
    close: () => converter.close(),
    isCompleteCode,
    diagnostics: () => diagnostics,
    lastCell: () => lastCell,
    helper: (path) => helpers.get(path),
    complaint,
  };
}
