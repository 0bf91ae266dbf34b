/** `node:fs` over files in memory: what the packages ask for, with the errors that Node gives. */
import { Buffer } from "buffer";
import { addFile, addFolder, contentOf, isFolder, namesIn, removePath } from "./memoryFiles";
import { dirname, resolve } from "./path";

type Content = string | Uint8Array;
type Encoding = string | { readonly encoding?: string | null } | null | undefined;

const REASONS = {
  ENOENT: "no such file or directory",
  EEXIST: "file already exists",
  EISDIR: "illegal operation on a directory",
} as const;

function failure(code: keyof typeof REASONS, call: string, path: string): Error {
  const error = new Error(`${code}: ${REASONS[code]}, ${call} '${path}'`);
  return Object.assign(error, { code, syscall: call, path });
}

const bytesOf = (content: Content): Buffer =>
  typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);

export function existsSync(path: string): boolean {
  const at = resolve(path);
  return isFolder(at) || contentOf(at) !== undefined;
}

export function readFileSync(path: string, encoding?: Encoding): string | Buffer {
  const content = contentOf(resolve(path));
  if (content === undefined) throw failure(isFolder(resolve(path)) ? "EISDIR" : "ENOENT", "open", path);
  const how = typeof encoding === "object" ? encoding?.encoding : encoding;
  if (how == null) return bytesOf(content);
  return typeof content === "string" ? content : bytesOf(content).toString(how as BufferEncoding);
}

export function writeFileSync(path: string, content: Content): void {
  const at = resolve(path);
  if (!isFolder(dirname(at))) throw failure("ENOENT", "open", path);
  addFile(at, content);
}

export function appendFileSync(path: string, content: Content): void {
  const before = contentOf(resolve(path)) ?? "";
  writeFileSync(path, Buffer.concat([bytesOf(before), bytesOf(content)]));
}

export function mkdirSync(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): void {
  const at = resolve(path);
  if (!recursive && existsSync(at)) throw failure("EEXIST", "mkdir", path);
  if (!recursive && !isFolder(dirname(at))) throw failure("ENOENT", "mkdir", path);
  addFolder(at);
}

let temporary = 0;

export function mkdtempSync(prefix: string): string {
  temporary += 1;
  const path = resolve(`${prefix}${temporary}`);
  addFolder(path);
  return path;
}

export function rmSync(path: string, { force = false }: { readonly force?: boolean } = {}): void {
  if (!removePath(resolve(path)) && !force) throw failure("ENOENT", "rm", path);
}

export const unlinkSync = (path: string): void => rmSync(path);

export function renameSync(from: string, to: string): void {
  const content = contentOf(resolve(from));
  if (content === undefined) throw failure("ENOENT", "rename", from);
  writeFileSync(to, content);
  removePath(resolve(from));
}

export function copyFileSync(from: string, to: string): void {
  writeFileSync(to, readFileSync(from) as Buffer);
}

export function realpathSync(path: string): string {
  if (!existsSync(path)) throw failure("ENOENT", "realpath", path);
  return resolve(path);
}

export class Stats {
  readonly mode = 0o644;
  readonly uid = 0;
  readonly gid = 0;
  readonly mtime = new Date(0);
  readonly mtimeMs = 0;

  constructor(
    private readonly folder: boolean,
    readonly size: number,
  ) {}

  isFile = (): boolean => !this.folder;
  isDirectory = (): boolean => this.folder;
  isSymbolicLink = (): boolean => false;
}

export function statSync(
  path: string,
  { throwIfNoEntry = true }: { readonly throwIfNoEntry?: boolean } = {},
): Stats | undefined {
  const at = resolve(path);
  const content = contentOf(at);
  if (content !== undefined) return new Stats(false, bytesOf(content).length);
  if (isFolder(at)) return new Stats(true, 0);
  if (throwIfNoEntry) throw failure("ENOENT", "stat", path);
  return undefined;
}

export const lstatSync = statSync;

export function readdirSync(path: string, options: { readonly withFileTypes?: boolean } = {}): unknown[] {
  const at = resolve(path);
  if (!isFolder(at)) throw failure("ENOENT", "scandir", path);
  const names = [...namesIn(at)];
  if (options.withFileTypes !== true) return names;
  return names.map((name) => {
    const folder = isFolder(at === "/" ? `/${name}` : `${at}/${name}`);
    return {
      name,
      parentPath: at,
      isFile: () => !folder,
      isDirectory: () => folder,
      isSymbolicLink: () => false,
    };
  });
}

// Open files: a path, and what has been written to it.
const open = new Map<number, { readonly path: string; written: Buffer[] | undefined }>();
let lastFile = 2;

export function openSync(path: string, flags = "r"): number {
  const at = resolve(path);
  if (flags.includes("x") && existsSync(at)) throw failure("EEXIST", "open", path);
  if (flags.startsWith("r") && !existsSync(at)) throw failure("ENOENT", "open", path);
  const isWriting = !flags.startsWith("r");
  if (isWriting) writeFileSync(at, "");
  lastFile += 1;
  open.set(lastFile, { path: at, written: isWriting ? [] : undefined });
  return lastFile;
}

export function writeSync(file: number, content: Content, offset = 0, length = content.length): number {
  const bytes = bytesOf(content).subarray(offset, offset + length);
  open.get(file)!.written!.push(Buffer.from(bytes));
  return bytes.length;
}

export function closeSync(file: number): void {
  const { path, written } = open.get(file)!;
  open.delete(file);
  if (written) addFile(path, Buffer.concat(written));
}

export const fsyncSync = (): void => {};
export const fchownSync = (): void => {};
export const fchmodSync = (): void => {};
export const chmodSync = (): void => {};

export const promises = {
  readFile: async (path: string, encoding?: Encoding) => readFileSync(path, encoding),
  writeFile: async (path: string, content: Content) => writeFileSync(path, content),
  mkdir: async (path: string, options?: { readonly recursive?: boolean }) => mkdirSync(path, options),
  readdir: async (path: string) => readdirSync(path),
  rm: async (path: string, options?: { readonly force?: boolean }) => rmSync(path, options),
  stat: async (path: string) => statSync(path),
};
