import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { packageRoot } from "../support/root";

/** A public subpath, such as `@finetune-icl/core/theory`, with the file that stands behind it. */
export interface Door {
  readonly specifier: string;
  readonly file: string;
}

/** An exported name as a reader of its documentation finds it. */
export interface ExportedName {
  readonly name: string;
  readonly door: Door;
  /** Where it is declared. */
  readonly source: string;
  /** The text of its documentation, without tags. */
  readonly documentation: string;
  /** What stands after each `@example`. */
  readonly examples: readonly string[];
}

const PACKAGES = [
  "base",
  "files",
  "core",
  "lab",
  "plot",
  "figures",
  "kernel",
  "notebooks",
  "book",
  "site",
  "transformer",
  "finetune-icl",
];

/** Every subpath in the `exports` of a package, but for scripts of web pages and package.json itself. */
export const doors: readonly Door[] = PACKAGES.flatMap((name) => {
  const folder = join(packageRoot, "src", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, unknown>>;
  };
  return Object.keys(manifest.exports)
    .filter((subpath) => !["./package.json", "./browser"].includes(subpath))
    .map((subpath) => ({
      specifier: join(manifest.name, subpath),
      file: join(folder, subpath, "index.ts"),
    }));
});

const configFile = join(packageRoot, "tsconfig.json");
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configFile, ts.sys.readFile).config,
  ts.sys,
  packageRoot,
);

/** The compiler at work on all doors, and on other files; some with another text than stands on the disk. */
export function compile(
  files: readonly string[] = [],
  texts: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const all = { ...options, noEmit: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(all);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? read(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  return ts.createProgram([...doors.map(({ file }) => file), ...files], all, host);
}

/** All names that the doors export, with their documentation. */
export function exportedNames(program: ts.Program): readonly ExportedName[] {
  const checker = program.getTypeChecker();
  return doors.flatMap((door) => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(door.file)!)!;
    return checker.getExportsOfModule(symbol).map((exported): ExportedName => {
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return {
        name: exported.name,
        door,
        source: relative(packageRoot, target.declarations?.[0]?.getSourceFile().fileName ?? ""),
        documentation: textOf(target, checker),
        examples: target
          .getJsDocTags(checker)
          .filter(({ name }) => name === "example")
          .map(({ text }) => ts.displayPartsToString(text)),
      };
    });
  });
}

/** Of a namespace: that of its members, each of which must have one. */
function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  if (!(symbol.flags & ts.SymbolFlags.ValueModule))
    return ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const members = checker.getExportsOfModule(symbol).map((member) => textOf(member, checker));
  return members.includes("") ? "" : members.join("\n");
}

/** What the compiler has to say of some files, a line each. */
export function complaints(program: ts.Program, files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSemanticDiagnostics(source), ...program.getSyntacticDiagnostics(source)].map(
      ({ messageText, start }) =>
        `${file}, line ${source!.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}
