import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import { currentCell } from "./cell";
import type { StreamName } from "./threadMessages";

type Work = (this: unknown, ...parameters: unknown[]) => unknown;
type Callback = (error: Error | null, ...results: readonly unknown[]) => void;

const NAMES: readonly (StreamName | undefined)[] = [undefined, "stdout", "stderr"];
const PATHS = /^\/(?:dev\/(?:std(?:out|err)|fd\/[12])|proc\/self\/fd\/[12])$/;

/**
 * Shows what a cell writes to standard output and error as to files: by their numbers, 1 and 2, or by their paths (`/dev/stdout`). These
 * are the kernel's own, and seen by nobody. What is no such file, or is no data, is left to Node.
 */
export function captureFiles(): void {
  const replace = (name: keyof typeof fs, instead: (original: Work) => Work) =>
    put(fs as unknown as Record<string, Work>, name, instead);
  replace(
    "writeSync",
    (original) =>
      function (file, ...rest) {
        const piece = pieceOf(rest);
        return piece && print(streamOf(file, false), piece)
          ? piece.length
          : original.call(this, file, ...rest);
      },
  );
  replace(
    "write",
    (original) =>
      function (file, ...rest) {
        const callback = rest.at(-1);
        const piece = typeof callback === "function" ? pieceOf(rest.slice(0, -1)) : undefined;
        if (!piece || !print(streamOf(file, false), piece)) return original.call(this, file, ...rest);
        return later(callback as Callback, piece.length, rest[0]);
      },
  );
  replace(
    "writevSync",
    (original) =>
      function (file, pieces, ...rest) {
        const all = joined(pieces);
        return all && print(streamOf(file, false), all)
          ? all.length
          : original.call(this, file, pieces, ...rest);
      },
  );
  replace(
    "writev",
    (original) =>
      function (file, pieces, ...rest) {
        const callback = rest.at(-1);
        const all = typeof callback === "function" ? joined(pieces) : undefined;
        if (!all || !print(streamOf(file, false), all)) return original.call(this, file, pieces, ...rest);
        return later(callback as Callback, all.length, pieces);
      },
  );
  for (const name of ["writeFileSync", "appendFileSync"] as const)
    replace(
      name,
      (original) =>
        function (file, data, ...rest) {
          const whole = wholeOf(data, rest[0]);
          return whole && print(streamOf(file, true), whole)
            ? undefined
            : original.call(this, file, data, ...rest);
        },
    );
  for (const name of ["writeFile", "appendFile"] as const) {
    replace(
      name,
      (original) =>
        function (file, data, ...rest) {
          const callback = rest.at(-1);
          const whole = typeof callback === "function" ? wholeOf(data, rest[0]) : undefined;
          if (!whole || !print(streamOf(file, true), whole)) return original.call(this, file, data, ...rest);
          return later(callback as Callback);
        },
    );
    put(
      fs.promises as unknown as Record<string, Work>,
      name,
      (original) =>
        async function (this: unknown, file, data, ...rest) {
          const whole = wholeOf(data, rest[0]);
          return whole && print(streamOf(file, true), whole)
            ? undefined
            : original.call(this, file, data, ...rest);
        },
    );
  }
  replace(
    "createWriteStream",
    (original) =>
      function (file, options) {
        const name = currentCell() && streamOf(file, true);
        if (name === undefined) return original.call(this, file, options);
        const given = typeof options === "string" ? { encoding: options } : (options as object | undefined);
        // It is closed with the kernel.
        return original.call(this, "", { ...given, flags: "w", fd: NAMES.indexOf(name), autoClose: false });
      },
  );
  syncBuiltinESMExports();
}

/** Puts a function in place of another, with all that belongs to it. */
function put(holder: Record<string, Work>, name: string, instead: (original: Work) => Work): void {
  const original = holder[name]!;
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(original) as Record<
    string,
    PropertyDescriptor
  >;
  holder[name] = Object.defineProperties(instead(original), own);
}

/** Whether this could be shown, and was. */
function print(name: StreamName | undefined, bytes: Buffer): boolean {
  if (name === undefined || !currentCell()) return false;
  process[name].write(bytes);
  return true;
}

function later(callback: Callback, ...results: readonly unknown[]): void {
  setImmediate(() => callback(null, ...results));
}

function streamOf(file: unknown, byPath: boolean): StreamName | undefined {
  if (typeof file === "number") return NAMES[file];
  if (!byPath) return undefined;
  const path = file instanceof URL && file.protocol === "file:" ? fileURLToPath(file) : file;
  if (typeof path !== "string" || !PATHS.test(path)) return undefined;
  return /(?:err|2)$/.test(path) ? "stderr" : "stdout";
}

/** What is written in one go: text with its position and encoding, or a part of bytes. */
function pieceOf([data, ...rest]: readonly unknown[]): Buffer | undefined {
  if (typeof data === "string") {
    const encoding = rest[1] ?? "utf8";
    return typeof encoding === "string" && Buffer.isEncoding(encoding)
      ? Buffer.from(data, encoding)
      : undefined;
  }
  const bytes = bytesOf(data);
  if (!bytes) return undefined;
  const options =
    typeof rest[0] === "object" && rest[0] !== null ? rest[0] : { offset: rest[0], length: rest[1] };
  const { offset, length } = options as { readonly offset?: unknown; readonly length?: unknown };
  const from = offset ?? 0;
  if (typeof from !== "number" || !(from >= 0 && from <= bytes.length)) return undefined;
  const count = length ?? bytes.length - from;
  return typeof count === "number" && count >= 0 && from + count <= bytes.length
    ? bytes.subarray(from, from + count)
    : undefined;
}

/** What is written as a whole file. */
function wholeOf(data: unknown, options: unknown): Buffer | undefined {
  if (typeof data !== "string") return bytesOf(data);
  const given =
    typeof options === "object" && options !== null ? (options as { encoding?: unknown }).encoding : options;
  const encoding = typeof given === "string" ? given : "utf8";
  return Buffer.isEncoding(encoding) ? Buffer.from(data, encoding) : undefined;
}

function joined(pieces: unknown): Buffer | undefined {
  if (!Array.isArray(pieces)) return undefined;
  const all = pieces.map(bytesOf);
  return all.includes(undefined) ? undefined : Buffer.concat(all as Buffer[]);
}

function bytesOf(data: unknown): Buffer | undefined {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : undefined;
}
