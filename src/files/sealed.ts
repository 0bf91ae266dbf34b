import { createHash, type Hash } from "node:crypto";

/** A finished piece of work in a kept file: its name, the seal over both and over the work it belongs to, and what it gave. */
export type SealedEntry = readonly [name: string, seal: string, result: unknown];

/**
 * A seal over JSON values: 16 hexadecimal digits of their SHA-256. No secret is in it: it tells what was kept from what an editor, or a
 * failing disk, changed afterwards, not from what somebody forged.
 */
export const sealOf = (...values: readonly unknown[]): string => sealOfText(JSON.stringify(values));

const sealOfText = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** A result as the line of a kept file of the work that `key` names: in a file of other work its seal is wrong. */
export function sealedLine(key: string, name: string, result: unknown): string {
  const [work, unit, value] = [key, name, result].map((part) => JSON.stringify(part));
  return `[${unit},"${sealOfText(`[${work},${unit},${value}]`)}",${value}]`;
}

/** Whether a value, read from JSON, is an entry that {@link sealedLine} wrote for this work, every digit as it was. */
export function isSealed(key: string, entry: unknown): entry is SealedEntry {
  return (
    Array.isArray(entry) &&
    entry.length === 3 &&
    typeof entry[0] === "string" &&
    entry[2] !== undefined &&
    entry[2] !== null &&
    entry[1] === sealOf(key, entry[0], entry[2])
  );
}

/**
 * A seal over one JSON value in which lists of numbers are long, and may be Float64Arrays: they are hashed as numbers, a piece at a time,
 * where the text of all of them would take hundreds of megabytes. The value read back from its JSON has the same seal.
 */
export function sealOfNumbers(value: unknown): string {
  const hash = createHash("sha256");
  addTo(hash, value);
  return hash.digest("hex").slice(0, 16);
}

/** So many numbers are copied at once. */
const AT_ONCE = 8192;

function addTo(hash: Hash, value: unknown): void {
  if (isNumberList(value)) {
    hash.update(`#${value.length}:`);
    const piece = new Float64Array(Math.min(AT_ONCE, value.length));
    for (let start = 0; start < value.length; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, value.length - start);
      // JSON has no negative zero: adding zero makes it a positive one.
      for (let i = 0; i < count; i += 1) piece[i] = value[start + i]! + 0;
      hash.update(new Uint8Array(piece.buffer, 0, 8 * count));
    }
    return;
  }
  if (typeof value !== "object" || value === null) {
    hash.update(`${JSON.stringify(value)};`);
    return;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  hash.update(`${Array.isArray(value) ? "[" : "{"}${entries.length}:`);
  for (const [key, item] of entries) {
    hash.update(`${JSON.stringify(key)}:`);
    addTo(hash, item);
  }
}

const isNumberList = (value: unknown): value is Float64Array | readonly number[] =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((item) => typeof item === "number"));
