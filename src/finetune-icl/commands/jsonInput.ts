import { closeSync, openSync, readSync } from "node:fs";
import { decodeUtf8, InputError, parseStrictJson } from "@finetune-icl/base";
import { answer } from "../say";

/** Reads and parses a JSON file, or standard input for `-`. @throws InputError when it cannot be read or is not JSON. */
export function readJson(path: string): unknown {
  const label = path === "-" ? "standard input" : "FILE";
  let bytes: Buffer | undefined;
  try {
    bytes = readAtMost(MOST_BYTES, path);
  } catch {
    throw new InputError("FILE", path, "a file that can be read, or - for standard input");
  }
  if (bytes === undefined)
    throw new InputError(
      label,
      path,
      `at most ${MOST_BYTES / MEGABYTE} MB: more numbers than any command takes`,
    );
  try {
    return parseStrictJson(decodeUtf8(bytes));
  } catch (error) {
    throw new InputError(
      label,
      bytes.toString("utf8").trim(),
      `JSON (${error instanceof Error ? error.message : "unreadable"})`,
    );
  }
}

const MEGABYTE = 2 ** 20;
/** Two covariances of two thousand rows, every number written out. */
const MOST_BYTES = 256 * MEGABYTE;

/** All bytes of a file, or nothing when they are more than that: a device or a pipe may have no end. */
function readAtMost(most: number, path: string): Buffer | undefined {
  const file = path === "-" ? 0 : openSync(path, "r");
  try {
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
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/**
 * Prints a result on standard output, numbers with full precision.
 * @throws Error when a number in it is not finite: JSON would hold null in its place.
 */
export function printJson(result: unknown): void {
  const at = notFinite(result, "");
  if (at !== undefined)
    throw new Error(
      `${at}: the result is not a finite number; numbers of the input are too large or too small`,
    );
  for (const piece of jsonText(result, 2)) answer(piece);
}

const PIECE = 2 ** 20;

/**
 * JSON.stringify(value, null, indent) and a line break, in pieces of about a megabyte: the parameters of a thousand covariates are hundreds
 * of megabytes of text.
 */
export function* jsonText(value: unknown, indent: number): Generator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const piece of jsonPieces(value, "", " ".repeat(indent))) {
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE) continue;
    yield waiting.join("");
    waiting = [];
    length = 0;
  }
  yield `${waiting.join("")}\n`;
}

function* jsonPieces(value: unknown, margin: string, step: string): Generator<string> {
  const branches = (each: unknown): boolean => typeof each === "object" && each !== null;
  if (!branches(value) || !Object.values(value as object).some(branches)) {
    yield JSON.stringify(value, null, step).replaceAll("\n", `\n${margin}`);
    return;
  }
  const inner = `${margin}${step}`;
  const list = Array.isArray(value);
  const entries = Object.entries(value as object).filter(([, item]) => list || item !== undefined);
  let before = list ? "[" : "{";
  for (const [key, item] of entries) {
    yield `${before}\n${inner}${list ? "" : `${JSON.stringify(key)}: `}`;
    yield* jsonPieces(item ?? null, inner, step);
    before = ",";
  }
  yield `\n${margin}${list ? "]" : "}"}`;
}

/** Where a number that is not finite stands in a result. */
function notFinite(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const at = notFinite(
      item,
      Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`,
    );
    if (at !== undefined) return at;
  }
  return undefined;
}
