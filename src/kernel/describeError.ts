import { homedir } from "node:os";
import { relative, sep } from "node:path";
import { inspect } from "node:util";
import { asWritten } from "./asWritten";
import { stackOfAwait } from "./cell";
import type { Place } from "./sourceMaps";
import type { TslabDiagnostic } from "./tslab";

/** An error as Jupyter's protocol has it. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  /** Lines of text for a person. */
  readonly traceback: readonly string[];
}

/** Code that a cell holds, and how the cell is called. */
export interface NamedSource {
  readonly label: string;
  readonly source: string;
}

/** How places in running code are found in what was written. */
export interface Locator {
  /** The cell whose code runs under this name. */
  readonly cell: (
    name: string,
  ) => (NamedSource & { readonly trace: (place: Place) => Place | undefined }) | undefined;
  /** For a file beside the notebook, by its path: its place in TypeScript. */
  readonly helper: (path: string, place: Place) => Place | undefined;
  readonly folder: string;
}

interface Frame {
  readonly text: string;
  readonly excerpt?: readonly string[];
  /** The code that was compiled, where it is known; empty for other code that was. */
  readonly source?: string;
}

const FRAME = /^\s+at (?:(.*) \()?(.+?):(\d+):(\d+)\)?$/;
/** What names a place in a file, and the files that are this machine's or a cell's. */
const PLACE = /:\d+:\d+/;
const IN_FILE = /^(?:\/|[A-Za-z]:[\\/]|node:|__cell_|evalmachine)/;
/** A frame as a line of a text that is shown in quotes, with how the text goes on behind it. */
const QUOTED_FRAME = /^(\s*['"`])(\s+at .+?:\d+:\d+\)?)((?:\\n)?['"`])( \+|[\]}),; ]*)$/;
/** What goes on behind a line of such a text: it is joined to the next, or another element follows. */
const JOINED = /(?:\\n)?(['"`])( \+|,)$/;
const BEHIND_FRAME = /^(\s+at .+?:\d+:\d+\)?)(,|\s.*)?$/;
const ESCAPE = "\u001b[";
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const COLOURS = /\u001b\[[\d;]*m/g;
/** A frame within a text in which the ends of lines are written. */
const ESCAPED_FRAME = /\\n( +at (?:[^\\"'`\n]*? \()?[^\\"'`()\n]+?:\d+:\d+\)?)(?=\\n|["'`])/g;
const REQUIRER = /^\s*- (?:\/|[A-Za-z]:\\)/;
const REQUIRE_STACK = /requireStack: \[[^\]]*\]/g;
const CELL_PLACE = /(__cell_\d+__):(\d+):(\d+)/g;
const CELL = /^__cell_\d+__$/;
/** In place of the frames that an error shares with its cause, those of this machine among them. */
const SHARED = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;
/** In the name of every cell's code. */
export const COMPILED = "__cell_";
const HIDDEN = /(?:^|[\\/])node_modules[\\/](?:@tslab|tslab)[\\/]|^node:|^evalmachine|^<anonymous>$/;
const UNREADABLE = "something that cannot be read: it throws when it is asked what it is";
const MOST_FRAMES = 10;
const MOST_NESTED = 5;

/** What a cell threw, in words that are the same on every machine: places in cells, no paths, causes included. */
export function describeThrown(thrown: unknown, locator: Locator): ErrorContent {
  try {
    return describeReadable(thrown, locator);
  } catch {
    // A proxy, or properties that throw when they are asked for.
    return { ename: "Thrown", evalue: UNREADABLE, traceback: [`Thrown: ${UNREADABLE}`] };
  }
}

function describeReadable(thrown: unknown, locator: Locator): ErrorContent {
  if (!isError(thrown)) {
    const evalue = translateStacks(typeof thrown === "string" ? thrown : inspect(thrown), locator);
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const ename = nameOf(thrown);
  const evalue = withoutPaths(messageOf(thrown, framesOf(thrown, locator)), locator);
  return { ename, evalue, traceback: tracebackOf(thrown, locator, new Set()) };
}

/** What the compiler said about a cell. */
export function describeDiagnostics(
  diagnostics: readonly TslabDiagnostic[],
  cell: NamedSource,
): ErrorContent {
  const lines = cell.source.split("\n");
  const traceback = diagnostics.flatMap(({ fileName, start, end, messageText, code }) => {
    const place = `${start.line + 1}:${start.character + 1}`;
    const number = code === undefined ? "" : ` (TS${code})`;
    const message = `${fileName === undefined ? "" : `${fileName} `}${place} - ${messageText}${number}`;
    if (fileName !== undefined) return [message];
    const width = end.line === start.line ? Math.max(1, end.character - start.character) : 1;
    return [message, ...excerpt(lines, start.line, start.character, width)];
  });
  return { ename: "CompileError", evalue: diagnostics[0]?.messageText ?? "", traceback };
}

/**
 * Text that may hold stacks of errors, as values and consoles show them: places in cells, and nothing of this machine. Frames are known by
 * their form, as lines, as lines in quotes, or within text whose ends of lines are written `\\n`; other text with a path in it stays.
 */
export function translateStacks(text: string, locator: Locator): string {
  if (!text.includes(COMPILED) && !(text.includes("at ") && PLACE.test(text))) return text;
  const lines: string[] = [];
  const given = text.split("\n");
  let isWhoAsked = false;
  for (const [index, shown] of given.entries()) {
    // Who asked for a module that is not there, by paths of this machine.
    isWhoAsked = REQUIRER.test(shown)
      ? isWhoAsked
      : shown.trim() === "Require stack:" && REQUIRER.test(given[index + 1] ?? "");
    if (isWhoAsked) continue;
    const line =
      headOfSyntaxError(given, index, locator) ?? messageAsWritten(shown, given[index + 1], locator);
    const quoted = QUOTED_FRAME.exec(line);
    if (quoted) {
      const [, before, frame, close, tail] = quoted as unknown as readonly [
        string,
        string,
        string,
        string,
        string,
      ];
      const translated = translateFrame(frame, locator);
      if (translated !== undefined) lines.push(`${before}${translated}${close}${tail}`);
      // What is joined to the text before, or separated from it, ends with that.
      else if (tail !== " +" && lines.length > 0)
        lines.push(
          lines
            .pop()!
            .replace(
              JOINED,
              (_, mark: string, join: string) => `${mark}${join === "," ? tail && join : tail}`,
            ),
        );
      continue;
    }
    // Behind the last frame braces open around what an error holds beside its stack, in a list the next one follows, and text any other.
    const coloured = line.includes(ESCAPE) ? line.replaceAll(COLOURS, "") : line;
    const [, frame = coloured, tail = ""] = BEHIND_FRAME.exec(coloured) ?? [];
    const translated = translateFrame(frame, locator);
    if (translated === frame) lines.push(line);
    else if (translated !== undefined) lines.push(`${translated}${tail}`);
    else if (tail.trim() !== "" && lines.length > 0) lines.push(`${lines.pop()}${tail}`);
  }
  return lines
    .join("\n")
    .replace(ESCAPED_FRAME, (_, frame: string) => {
      const translated = translateFrame(frame, locator);
      return translated === undefined ? "" : `\\n${translated}`;
    })
    .replace(REQUIRE_STACK, (list) =>
      list.replace(
        /'((?:\/|[A-Za-z]:\\)[^']*)'/g,
        (_, path: string) => `'${shortPath(path, locator.folder)}'`,
      ),
    )
    .replace(CELL_PLACE, (found, name: string, line: string, column: string) => {
      const cell = locator.cell(name);
      const place = cell?.trace({ line: Number(line), column: Number(column) - 1 });
      return cell && place ? `${cell.label}:${place.line}:${place.column + 1}` : found;
    });
}

/** The line above the code that a SyntaxError shows, which names a file. */
function headOfSyntaxError(lines: readonly string[], index: number, locator: Locator): string | undefined {
  const [, file, line] = /^((?:\/|[A-Za-z]:\\|file:\/\/).*):(\d+)$/.exec(lines[index]!) ?? [];
  if (file === undefined || !/^\s*\^+\s*$/.test(lines[index + 2] ?? "")) return undefined;
  return `${shortPath(plainFile(file), locator.folder)}:${line}`;
}

/** A line with an error's message, by the frame below it. */
function messageAsWritten(line: string, below: string | undefined, locator: Locator): string {
  const [, before, message] = /^(.*\bTypeError: )(.+)$/.exec(line) ?? [];
  const [, , file] = FRAME.exec(below?.replace(/ \{$|,$/, "") ?? "") ?? [];
  const source = file === undefined ? undefined : locator.cell(plainFile(file))?.source;
  return message === undefined || source === undefined ? line : `${before}${asWritten(message, source)}`;
}

/** Nothing for a frame of this machine; other lines as they are. */
function translateFrame(line: string, locator: Locator): string | undefined {
  if (SHARED.test(line)) return undefined;
  const [, name, file, lineText, columnText] = FRAME.exec(line) ?? [];
  if (file === undefined || !IN_FILE.test(plainFile(file))) return line;
  const place = { line: Number(lineText), column: Number(columnText) - 1 };
  const [frame] = frameAt(name, plainFile(file), place, locator);
  return frame && `${/^\s*/.exec(line)?.[0] ?? ""}at ${frame.text}`;
}

function isError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    (typeof thrown === "object" &&
      thrown !== null &&
      Object.prototype.toString.call(thrown) === "[object Error]")
  );
}

/** The system's word for what went wrong, of an error that Node calls no more than `Error`: `ENOENT`, `ECONNREFUSED`. */
function systemCode(error: Error): string | undefined {
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  const isSystems = typeof syscall === "string" && typeof code === "string" && /^E[A-Z0-9]+$/.test(code);
  return isSystems && error.name === "Error" ? code : undefined;
}

/** The name that the error gives itself, that of its class, or the system's. */
function nameOf(error: Error): string {
  const code = systemCode(error);
  if (code !== undefined) return code;
  const { name } = error;
  const type = (error as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  if (name === "Error" && typeof type === "string" && type !== "") return type;
  return typeof name === "string" && name !== "" ? name : "Error";
}

function messageOf(error: Error, [first]: readonly Frame[]): string {
  // Where Node looked for a module names folders of this machine.
  const plain = String(error.message).replace(/\nRequire stack:\n[\s\S]*$/, "");
  const message =
    error instanceof TypeError && first?.source !== undefined ? asWritten(plain, first.source) : plain;
  const code = systemCode(error);
  return code !== undefined && message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
}

function tracebackOf(error: Error, locator: Locator, seen: Set<unknown>): readonly string[] {
  seen.add(error);
  const { code, [inspect.custom]: custom } = error as {
    readonly code?: unknown;
    readonly [inspect.custom]?: unknown;
  };
  // An error that says itself how it is shown is shown so; Node's own show their stack.
  if (typeof custom === "function" && !String(code).startsWith("ERR_"))
    return withoutPaths(inspect(error), locator).split("\n");
  const frames = framesOf(error, locator);
  const message = withoutPaths(messageOf(error, frames), locator);
  const name = nameOf(error);
  const shownCode = typeof code === "string" && code !== name && !message.includes(code) ? ` [${code}]` : "";
  const headline = `${name}${shownCode}${message === "" ? "" : `: ${message}`}`;
  const shown = frames.slice(0, MOST_FRAMES).map(({ text }) => `    at ${text}`);
  if (frames.length > MOST_FRAMES) shown.push(`    … ${frames.length - MOST_FRAMES} more`);
  const place = frames.find((frame) => frame.excerpt !== undefined)?.excerpt ?? [];
  return [...headline.split("\n"), ...place, ...shown, ...nested(error, locator, seen)];
}

/** The errors that an error carries: what caused it, and those that an AggregateError sums up. */
function nested(error: Error, locator: Locator, seen: Set<unknown>): readonly string[] {
  const describe = (label: string, inner: unknown): readonly string[] => {
    if (seen.has(inner)) return [`${label}: (shown above)`];
    const lines = isError(inner)
      ? tracebackOf(inner, locator, seen)
      : translateStacks(inspect(inner), locator).split("\n");
    return [`${label}: ${lines[0] ?? ""}`, ...lines.slice(1).map((line) => `  ${line}`)];
  };
  const { errors } = error as { readonly errors?: unknown };
  const several = Array.isArray(errors) ? errors : [];
  const rest = several.length > MOST_NESTED ? [`… ${several.length - MOST_NESTED} more errors`] : [];
  return [
    ...several
      .slice(0, MOST_NESTED)
      .flatMap((inner, index) => describe(`Error ${index + 1} of ${several.length}`, inner)),
    ...rest,
    ...("cause" in error && error.cause !== undefined ? describe("Caused by", error.cause) : []),
  ];
}

function framesOf(error: Error, locator: Locator): readonly Frame[] {
  const own = typeof error.stack === "string" ? error.stack.split("\n") : [];
  const stack = [...own, ...awaitOf(error, own)];
  return stack.flatMap((line) => {
    const [, name, file, lineText, columnText] = FRAME.exec(line) ?? [];
    if (file === undefined) return [];
    const place = { line: Number(lineText), column: Number(columnText) - 1 };
    return frameAt(name, plainFile(file), place, locator);
  });
}

/** The frame of the cell's own `await` that the error came out of, where its stack does not have it. */
function awaitOf(error: Error, stack: readonly string[]): readonly string[] {
  const frame = stackOfAwait(error)
    ?.split("\n")
    .find((line) => line.includes(COMPILED));
  const [, , file, line] = FRAME.exec(frame ?? "") ?? [];
  const isThere = stack.some((other) => {
    const [, , otherFile, otherLine] = FRAME.exec(other) ?? [];
    return otherFile !== undefined && plainFile(otherFile) === plainFile(file ?? "") && otherLine === line;
  });
  return frame === undefined || isThere ? [] : [frame];
}

function plainFile(file: string): string {
  return file.replace(/^async /, "").replace(/^file:\/\//, "");
}

function frameAt(name: string | undefined, file: string, place: Place, locator: Locator): readonly Frame[] {
  // Functions of earlier cells are called as properties of the object that holds all names.
  const called = name?.replace(/^(async )?(?:Proxy|Object)\./, "$1");
  const of = (where: string) => (called === undefined || called === "eval" ? where : `${called} (${where})`);
  if (CELL.test(file)) {
    const cell = locator.cell(file);
    const found = cell?.trace(place);
    if (!cell || !found) return [];
    const where = `${cell.label}:${found.line}:${found.column + 1}`;
    const lines = cell.source.split("\n");
    return [
      { text: of(where), excerpt: excerpt(lines, found.line - 1, found.column, 1), source: cell.source },
    ];
  }
  if (HIDDEN.test(file) || file.startsWith(__dirname)) return [];
  const helper = locator.helper(file, place);
  const shown = helper ? { file: file.replace(/\.js$/, ".ts"), place: helper } : { file, place };
  return [
    {
      text: of(`${shortPath(shown.file, locator.folder)}:${shown.place.line}:${shown.place.column + 1}`),
      ...(helper ? { source: "" } : {}),
    },
  ];
}

/** A path without what differs between machines: from the package on, or from the notebook's folder. */
function shortPath(path: string, folder: string): string {
  const [, inPackage] = /.*[\\/]node_modules[\\/](.+)$/.exec(path) ?? [];
  if (inPackage !== undefined) return inPackage.split(sep).join("/");
  const fromFolder = relative(folder, path).split(sep).join("/");
  return fromFolder.startsWith("../../..") ? (fromFolder.split("/").at(-1) ?? "") : fromFolder;
}

function withoutPaths(shown: string, locator: Locator): string {
  const text = translateStacks(shown, locator);
  const { folder } = locator;
  const home = homedir();
  // A home such as `/` stands in innocent text.
  const isPlain = home.split(/[\\/]/).length > 2;
  const local = text.replaceAll(`${folder}${sep}`, "").replaceAll(folder, ".");
  return isPlain ? local.replaceAll(home, "~") : local;
}

/** The line of code with a mark below the place. */
function excerpt(lines: readonly string[], line: number, column: number, width: number): readonly string[] {
  const code = lines[line];
  if (code === undefined) return [];
  const gutter = `${line + 1}`.padStart(4);
  const before = code.slice(0, column).replaceAll(/[^\t]/g, " ");
  const most = Math.max(1, code.length - column);
  return [`${gutter} | ${code}`, `     | ${before}${"^".repeat(Math.min(width, most))}`];
}
