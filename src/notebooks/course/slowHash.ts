import { scryptSync } from "node:crypto";

/**
 * Costs of scrypt (RFC 7914): 16 MB of memory and about a twentieth of a second of one core for each hash, so that a million
 * guesses take half a day, and a check with ten of them half a second. A browser without `node:crypto` may compute the same
 * bytes in plain code.
 */
const COST = { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 25 } as const;

/** Bytes that only somebody who has the text can have; deliberately slow. */
export function slowHash(text: string, salt: string, bytes: number): Buffer {
  return scryptSync(text, salt, bytes, COST);
}
