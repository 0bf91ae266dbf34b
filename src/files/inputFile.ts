import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { decodeUtf8, InputError } from "@finetune-icl/base";

const MEGABYTE = 2 ** 20;
/** Of a question: two square matrices of two thousand rows, every number written out. */
export const MOST_INPUT_BYTES = 256 * MEGABYTE;
/** Of what a command of this package kept: the longest text that V8 holds is a little longer. */
export const MOST_KEPT_BYTES = 511 * MEGABYTE;

/** How a file is called in messages, and how much of it is read. */
export interface InputFileOptions {
  /** The argument or option that named it. */
  readonly field: string;
  /** What is allowed there, said where the file cannot be read. */
  readonly allowed: string;
  /** {@link MOST_INPUT_BYTES} unless told. */
  readonly most?: number;
}

/** Names of what is open already, such as a shell's `<(…)`: a pipe behind one has a writer. */
const OPEN_ALREADY = /^\/(?:dev\/(?:stdin$|fd\/)|proc\/[^/]+\/fd\/)/;

/**
 * All bytes of a file that a user named, or of standard input (`-`, where the caller allows it). A device may have no end, a named pipe
 * no writer: neither is read, and of nothing more than the limit.
 * @throws InputError when it cannot be read, is no file, or is longer.
 */
export function readInputFile(
  path: string,
  { field, allowed, most = MOST_INPUT_BYTES }: InputFileOptions,
): Uint8Array {
  const tooLong = (): InputError =>
    new InputError(field, path, `at most ${most / MEGABYTE} MB: more numbers than any command takes`);
  const standard = path === "-";
  let file = 0;
  try {
    if (!standard) {
      requirePlain(statSync(path), path, field);
      file = openSync(path, "r");
    }
    if (fstatSync(file).isFile() && fstatSync(file).size > most) throw tooLong();
    const bytes = readAtMost(most, file);
    if (bytes === undefined) throw tooLong();
    return bytes;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(field, path, allowed);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/** The same as text. @throws InputError as {@link readInputFile}. @throws JsonError naming the first byte that is no UTF-8. */
export function readInputText(path: string, options: InputFileOptions): string {
  return decodeUtf8(readInputFile(path, options));
}

function requirePlain(stats: Stats, path: string, field: string): void {
  if (stats.isFile() || (stats.isFIFO() && OPEN_ALREADY.test(resolve(path)))) return;
  throw new InputError(field, path, `the path of a file, not of ${kindOf(stats)}`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** All bytes, or nothing when they are more than that. */
function readAtMost(most: number, file: number): Buffer | undefined {
  const pieces: Buffer[] = [];
  const piece = Buffer.alloc(MEGABYTE);
  for (let length = 0; length <= most; ) {
    const read = readSync(file, piece, 0, MEGABYTE, null);
    if (read === 0) return Buffer.concat(pieces);
    // A pipe may give a few bytes at a time: what is kept is no longer than what was read.
    pieces.push(Buffer.from(piece.subarray(0, read)));
    length += read;
  }
  return undefined;
}
