import { createHash } from "node:crypto";

/** A finished piece of work in a kept file: its name, the seal over both, and what it gave. */
export type SealedEntry = readonly [name: string, seal: string, result: unknown];

/**
 * A seal over JSON values: 16 hexadecimal digits of their SHA-256. No secret is in it: it tells what was kept from what an editor, or a
 * failing disk, changed afterwards, not from what somebody forged.
 */
export const sealOf = (...values: readonly unknown[]): string => sealOfText(JSON.stringify(values));

const sealOfText = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** A result as the line of a kept file. */
export function sealedLine(name: string, result: unknown): string {
  const [key, value] = [JSON.stringify(name), JSON.stringify(result)];
  return `[${key},"${sealOfText(`[${key},${value}]`)}",${value}]`;
}

/** Whether a value, read from JSON, is an entry that {@link sealedLine} wrote, every digit as it was. */
export function isSealed(entry: unknown): entry is SealedEntry {
  return (
    Array.isArray(entry) &&
    entry.length === 3 &&
    typeof entry[0] === "string" &&
    entry[2] !== undefined &&
    entry[2] !== null &&
    entry[1] === sealOf(entry[0], entry[2])
  );
}
