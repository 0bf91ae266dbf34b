import { basename, isAbsolute, join, relative } from "node:path";
import type * as ts from "typescript";
import { isOwnAwait, isUnchecked } from "./cellDiagnostics";
import { MEANING } from "./cellNames";
import { type Timers, withTimers } from "./compilerTimers";
import { completeString } from "./completeString";
import { keepReached } from "./keepReached";
import { dependenciesOf, leanBuilder } from "./leanBuilder";
import { explained, HIDDEN_NAME, isHidden, markOf, OWN, unmarked, withMarks } from "./marks";
import { withPackageNames } from "./packageNames";
import { declaredIn, globalsIn, hideUndeclared, redeclare } from "./redeclare";
import { type OutputOptions, type RewrittenOutput, rewriteOutput } from "./rewriteOutput";
import { rewriteSource } from "./rewriteSource";
import { SameCells } from "./sameCells";
import { type MapChain, type Place, shiftMap, Tracer } from "./sourceMaps";
import { readTsconfig } from "./tsconfig";
import { loadCompiler, loadConverter, type TslabConverter, type TslabDiagnostic } from "./tslab";

/** A compiled cell, by the name under which its code runs. */
export interface CompiledCell {
  readonly name: string;
  readonly source: string;
  readonly tracer: Tracer;
  /** The name under which its value is found, if it ends with one. */
  readonly valueName: string | undefined;
  /** What it declares, types aside. */
  readonly names: readonly string[];
  /** Called once if it failed, and did not come to these of its names: the declarations that hold behind it. */
  readonly withoutNames: (unreached: ReadonlySet<string>) => string;
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
/** What tslab puts behind a cell: the names that the cell declares, as the compiler keeps them. */
const EXPORTS = /\nexport \{([^{}]*)\}$/;
/** "Import assignment cannot be used when targeting ECMAScript modules": cells become functions that have `require`. */
const IMPORT_EQUALS = 1202;
/** "File is not under rootDir": files outside the notebook's folder are Node's, see importTypeScript. */
const OUTSIDE_ROOT = 6059;
const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
// The compiler empties what a module exports before it runs; the names of cells keep what they hold until they are given another.
const EMPTIES = /^(?:exports\.[^\s=]+ = )+void 0;$/m;
const MAP_LINE = /\n?\/\/# sourceMappingURL=\S+\s*$/;

/**
 * The names that a cell exports, as they are written: the compiler keeps `__x` as `___x`, and counts as names what a cell adds to modules
 * and to the globals.
 */
function exportsAsWritten(text: string): string {
  return text.replace(EXPORTS, (_, list: string) => {
    const names = list.split(", ").filter((name) => name !== "__global" && !name.startsWith('"'));
    return `\nexport {${names.map((name) => name.replace(/^___/, "__")).join(", ")}}`;
  });
}

/** Where a call is, for people: at the name that is called, where the code that runs has it behind that. */
function atCallee(source: string, calls: ReadonlySet<string>, place: Place): Place {
  const line = source.split("\n")[place.line - 1] ?? "";
  const [, name] = /([\p{ID_Continue}$]+)\s*(?:\?\.)?$/u.exec(line.slice(0, place.column)) ?? [];
  if (name === undefined || !calls.has(name) || !/^\s*(?:\?\.)?\s*[(`]/.test(line.slice(place.column)))
    return place;
  return { ...place, column: line.lastIndexOf(name, place.column) };
}

/** The JavaScript that stands for a file that cells import. */
function outputOf(path: string): string {
  return path.replace(/\.[jt]sx?$/, ".js");
}

/**
 * Creates the converter for cells of a notebook in `folder`, which must be the working directory; `followsAwaits`: see `rewriteOutput`.
 */
export function createConverter(folder: string, prelude: string, followsAwaits: boolean): Converter {
  const compiler = loadCompiler();
  const { options: fromTsconfig, complaint } = readTsconfig(compiler, folder);
  const helpers = new Map<string, Tracer>();
  const helperOutputs = new Map<string, string>();
  // Of files that cells import, by the paths of the JavaScript that stands for them, and the path of the one that is being written.
  const helperMaps = new Map<string, MapChain>();
  let emitted = "";
  let cellMaps: MapChain = [];
  let diagnostics: readonly TslabDiagnostic[] = [];
  let lastCell: CompiledCell | undefined;
  let rewrittenCell: RewrittenOutput | undefined;
  let program: ts.Program | undefined;
  let check: Timers["check"] = () => {};
  let cells = 0;
  // What the compiler says that the last cell declares, and the types in it that have no name there.
  let ownDeclarations = "";
  let unnamed: ReadonlySet<string> = new Set();
  // Names that cells only say to be there, and those that they add to the globals: no names of cells.
  const ambient = new Set<string>();
  const sameCells = new SameCells();
  let taken: Omit<OutputOptions, "followsAwaits"> = {};
  let marks = 0;

  const isInFolder = (path: string) => {
    const rest = relative(folder, path);
    return !rest.startsWith("..") && !isAbsolute(rest);
  };

  /**
   * The program, except that files outside the folder give no output: Node loads those itself, and tslab gives up on them. And except
   * that a cell gives its declarations even if there are types in it that no other file could name.
   */
  const withOwnEmit = <Builder extends ts.BuilderProgram>(builder: Builder): Builder => {
    const emit = builder.emit.bind(builder);
    builder.emit = (file, write, token, only, transformers) => {
      if (file !== undefined && !isInFolder(file.fileName)) return { emitSkipped: true, diagnostics: [] };
      if (file === undefined || basename(file.fileName) !== CELL_FILE) {
        emitted = outputOf(file?.fileName ?? "");
        return emit(file, write, token, only, transformers);
      }
      const keep: ts.WriteFileCallback = (name, data, ...rest) => {
        if (name.endsWith(".d.ts")) ownDeclarations = data;
        write?.(name, data, ...rest);
      };
      const emitAll = builder.getProgram().emit as (...args: readonly unknown[]) => ts.EmitResult;
      const result = emitAll(file, keep, token, only, transformers, true);
      unnamed = new Set(
        result.diagnostics.flatMap(({ messageText }) => {
          const message = compiler.flattenDiagnosticMessageText(messageText, "\n");
          return [...message.matchAll(/private name '([^']+)'/g)].map(([, name]) => name!);
        }),
      );
      return result;
    };
    return builder;
  };

  const { createConverter: create, isCompleteCode } = loadConverter({
    createWatchCompilerHost: ((
      files: string[],
      options: ts.CompilerOptions,
      system: ts.System,
      _createProgram: null,
      ...rest: unknown[]
    ) => {
      const createHost = compiler.createWatchCompilerHost as (...args: unknown[]) => object;
      const timers = withTimers(system);
      check = timers.check;
      const cell = files.find((file) => basename(file) === CELL_FILE) ?? "";
      const { readFile } = timers.system;
      const asWritten = Object.assign(Object.create(timers.system) as ts.System, {
        readFile: (path: string, encoding?: string) => {
          const text = readFile.call(timers.system, path, encoding);
          return path === cell && text !== undefined ? exportsAsWritten(text) : text;
        },
      });
      const host = createHost(
        files,
        { ...options, ...fromTsconfig, inlineSourceMap: true },
        asWritten,
        leanBuilder(compiler, cell),
        ...rest,
      );
      let after: (builder: ts.BuilderProgram) => void = () => {};
      Object.defineProperty(host, "afterProgramCreate", {
        get: () => (builder: ts.BuilderProgram) => {
          program = builder.getProgram();
          after(withOwnEmit(builder));
        },
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
      const ofWritten: MapChain = written === undefined ? [] : [() => written];
      const rewritten = isCell ? rewriteOutput(compiler, plain, { followsAwaits, ...taken }) : undefined;
      if (rewritten) rewrittenCell = rewritten;
      if (rewritten?.isPlain) {
        cellMaps = [rewritten.map, ...ofWritten];
        return { outputText: rewritten.text };
      }
      const result = compiler.transpileModule(rewritten?.text ?? plain, {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
      });
      const { sourceMapText } = result;
      const ofResult: MapChain = sourceMapText === undefined ? [] : [() => sourceMapText];
      const withoutMap = result.outputText.replace(MAP_LINE, "\n");
      const outputText = rewritten ? withoutMap.replace(EMPTIES, "") : withoutMap;
      if (rewritten) cellMaps = [...ofResult, rewritten.map, ...ofWritten];
      else helperMaps.set(emitted, [...ofResult, ...ofWritten]);
      return { ...result, outputText };
    },

    // Without those about declarations, which are nobody's mistake: a type of a function's own, for instance, has no name outside.
    getPreEmitDiagnosticsOfFiles: (current: ts.Program, files: readonly ts.SourceFile[]) => {
      const found = [
        ...current.getConfigFileParsingDiagnostics(),
        ...current.getOptionsDiagnostics(),
        ...current.getGlobalDiagnostics(),
        ...files.flatMap((file) => [
          ...current.getSyntacticDiagnostics(file),
          ...(isUnchecked(file.text) ? [] : current.getSemanticDiagnostics(file)),
        ]),
      ];
      const isMeant = ({ code, file, start }: ts.Diagnostic) =>
        code !== OUTSIDE_ROOT &&
        !(code === IMPORT_EQUALS && file !== undefined && isInFolder(file.fileName)) &&
        !(
          file &&
          start !== undefined &&
          basename(file.fileName) === CELL_FILE &&
          isOwnAwait(compiler, file, start, code)
        );
      return [...compiler.sortAndDeduplicateDiagnostics(found)].filter(isMeant);
    },
  } as Partial<typeof ts>);

  const converter = create({ isJS: false, isBrowser: false });
  /** Declarations of variables of the last cell. */
  const declare = (names: readonly string[]): string => {
    const file = names.length === 0 ? undefined : program?.getSourceFile(join(folder, CELL_FILE));
    if (!program || !file) return "";
    const checker = program.getTypeChecker();
    const inCell = checker.getSymbolsInScope(file, compiler.SymbolFlags.Variable);
    return names
      .map((name) => {
        const symbol = inCell.find((each) => each.name === name);
        const type = symbol && checker.getTypeOfSymbolAtLocation(symbol, file);
        const text = type && checker.typeToString(type, file, compiler.TypeFormatFlags.NoTruncation);
        return `declare let ${name}: ${text ?? "any"};\n`;
      })
      .join("");
  };
  /** Files that have not changed, but import, directly or not, those that have: they run again, to see what these export now. */
  const importersOf = (changed: ReadonlySet<string>) => {
    const current = program;
    if (!current || changed.size === 0) return [];
    return current.getSourceFiles().flatMap((file) => {
      const path = outputOf(file.fileName);
      const data = helperOutputs.get(path);
      if (data === undefined || changed.has(path)) return [];
      const imported = dependenciesOf(compiler, current, file).map(outputOf);
      return imported.some((each) => changed.has(each)) ? [{ path, data }] : [];
    });
  };
  /** The work of tslab's converter on what the compiler could read. */
  const checked = <T>(work: () => T): T => {
    try {
      return work();
    } finally {
      check();
    }
  };
  const forPeople = (message: string) => withPackageNames(explained(message), folder);
  const withPrelude = (prevDecl: string) => (prevDecl === "" ? prelude : prevDecl);

  return {
    convert: (prevDecl, source) => {
      diagnostics = [];
      lastCell = undefined;
      const given = withPrelude(prevDecl);
      const isEarlier = (name: string, meaning: number) =>
        given.includes(name + OWN) &&
        declaredIn(compiler, given).some(([each, means]) => each === name + OWN && (means & meaning) !== 0);
      const rewritten = rewriteSource(compiler, source, isEarlier);
      const end = source.trimEnd().length;
      /** What is missed behind the end is missed at the end. */
      const placeOf = (offset: number) => {
        const lines = source.slice(0, Math.min(offset, end)).split("\n");
        return { line: lines.length - 1, character: lines.at(-1)!.length };
      };
      const said = (start: number, stop: number, messageText: string, code?: number) => ({
        start: placeOf(start),
        end: placeOf(stop),
        messageText,
        category: compiler.DiagnosticCategory.Error,
        ...(code === undefined ? {} : { code }),
      });
      if (rewritten.unsupported.length > 0) {
        diagnostics = rewritten.unsupported.map((each) => said(each.start, each.end, each.message));
        return { diagnostics };
      }
      const nextMark = () => markOf(marks++);
      const { mentioned, usesFiles, names } = rewritten;
      const declaring = sameCells.declaring({
        text: source,
        declared: new Set(names.declared.keys()),
        mentioned,
        usesFiles,
        adds: names.additions.size > 0,
      });
      const { same } = declaring;
      const before = redeclare(compiler, given, rewritten.names, nextMark, { same });
      const isAmbientHere = (name: string) => rewritten.names.ambient.has(name);
      const globals = new Set([
        ...globalsIn(compiler, before.text),
        ...[...ambient].filter((name) => !rewritten.names.declared.has(name)),
      ]);
      const { required, aliases, usesExports } = rewritten;
      taken = { globals, required, aliases, usesExports };
      ownDeclarations = "";
      const result = checked(() => converter.convert(before.text, rewritten.text));
      if (result.diagnostics.length > 0 && rewritten.syntax.length > 0) {
        // Where the grammar is wrong, all else that the compiler says is about a text that nobody wrote: tslab puts a line behind it.
        diagnostics = rewritten.syntax.map(({ start, length, messageText, code }) =>
          said(
            start,
            start + length,
            explained(compiler.flattenDiagnosticMessageText(messageText, "\n")),
            code,
          ),
        );
        return { ...result, diagnostics };
      }
      if (result.diagnostics.length > 0) {
        const tracer = new Tracer([rewritten.map]);
        const [written, given] = [source, rewritten.text].map((text) => text.split("\n"));
        const place = ({ line, character }: TslabDiagnostic["start"]) => {
          if (line >= written!.length) return placeOf(end);
          // A map knows characters, and there is none behind a line.
          if (character >= given![line]!.length) return { line, character: written![line]!.length };
          const found = tracer.trace({ line: line + 1, column: character });
          return found ? { line: found.line - 1, character: found.column } : { line, character };
        };
        diagnostics = result.diagnostics.map((each) => ({
          ...each,
          messageText: forPeople(each.messageText),
          ...(each.fileName === undefined ? { start: place(each.start), end: place(each.end) } : {}),
        }));
        return { ...result, diagnostics };
      }
      const changed = result.sideOutputs ?? [];
      for (const { path, data } of changed) {
        helpers.set(path, new Tracer(helperMaps.get(path) ?? []));
        helperOutputs.set(path, data);
      }
      helperMaps.clear();
      const sideOutputs = [...changed, ...importersOf(new Set(changed.map(({ path }) => path)))];
      const own =
        unnamed.size === 0 ? ownDeclarations : hideUndeclared(compiler, ownDeclarations, unnamed, nextMark);
      // The compiler declares more than the cell does: what a class extends, if that is no plain name.
      const added = declaredIn(compiler, own).filter(([name]) => !rewritten.names.declared.has(name));
      const declared = new Map(added);
      const earlier = redeclare(
        compiler,
        before.text,
        { ...rewritten.names, declared, additions: new Map() },
        nextMark,
      );
      for (const name of rewritten.names.declared.keys()) ambient.delete(name);
      for (const name of rewritten.names.ambient) ambient.add(name);
      declaring.hold();
      const declOutput = `${own}${earlier.text}`;
      if (result.output === undefined) return { ...result, declOutput, sideOutputs };
      cells += 1;
      const name = `__cell_${cells}__`;
      const [first, ...rest] = cellMaps;
      const calls = rewrittenCell?.calls ?? new Set();
      const inner = declare(rewrittenCell?.inner ?? []);
      const maps = [shiftMap(first!, LINES_ABOVE), ...rest, shiftMap(rewritten.map, LINES_ABOVE)];
      lastCell = {
        name,
        source,
        tracer: new Tracer(maps, (place) => atCallee(source, calls, place)),
        valueName: result.lastExpressionVar,
        names: (rewrittenCell?.names ?? []).filter((name) => !isAmbientHere(name)),
        withoutNames: (unreached) => {
          const types = declaredIn(compiler, own).filter(([, meaning]) => meaning === MEANING.type);
          declaring.missed(unreached, new Set(types.map(([each]) => each)));
          const { mark } = before;
          const all =
            mark === undefined
              ? before
              : redeclare(compiler, given, rewritten.names, () => mark, { same, keepsAll: true });
          // What was hidden behind a name that the cell did not come to is what it was.
          const shown = (text: string) =>
            text.replace(HIDDEN_NAME, (called, hidden: string) =>
              unreached.has(hidden) && all.hidden.get(hidden) === called ? hidden : called,
            );
          return keepReached(compiler, shown(all.text), shown(`${own}${all.text}${inner}`), unreached);
        },
      };
      return {
        ...result,
        sideOutputs,
        declOutput: `${declOutput}${inner}`,
        hasToplevelAwait: result.hasToplevelAwait === true || rewrittenCell?.isAsync === true,
        output: `\n${result.output}\n//# sourceURL=${name}`,
      };
    },
    inspect: (prevDecl, source, position) => {
      const given = withPrelude(prevDecl);
      const marked = withMarks(source, position, (name) => given.includes(name + OWN), false);
      const info = checked(() => converter.inspect(given, marked.text, marked.position));
      // Of a name that is nowhere declared the compiler says that it may be anything.
      const shown = (info?.displayParts ?? []).map(({ text }) => text).join("");
      const isUnknown = info?.kind === compiler.ScriptElementKind.unknown && shown === "any";
      if (!info || isUnknown) return undefined;
      return {
        ...info,
        // Whole: the compiler gives a module and its path in parts.
        displayParts: [{ text: withPackageNames(unmarked(shown), folder), kind: "text" }],
      };
    },
    complete: (prevDecl, source, position) => {
      const given = withPrelude(prevDecl);
      const marked = withMarks(source, position, (name) => given.includes(name + OWN), true);
      const found = checked(() => converter.complete(given, marked.text, marked.position));
      const names = found.candidates.filter((name) => !isHidden(name)).map(unmarked);
      const candidates = [...new Set(names)];
      const [start, end] = [marked.back(found.start), marked.back(found.end)];
      return completeString(compiler, source, position, { ...found, start, end, candidates });
    },
    addModule: (name, content, meta) => {
      diagnostics = [];
      const found = checked(() => converter.addModule(name, content, meta));
      return found.map((each) => ({ ...each, messageText: forPeople(each.messageText) }));
    },
    close: () => converter.close(),
    isCompleteCode,
    diagnostics: () => diagnostics,
    lastCell: () => lastCell,
    helper: (path) => helpers.get(path),
    complaint,
  };
}
