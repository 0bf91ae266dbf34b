import { isJsonObject, type JsonValue } from "@finetune-icl/base";
import { compareText } from "./compareText";

/** Where two JSON values differ first, and what stands there. */
export interface JsonDifference {
  /** Such as `.data[0].y[3]`. */
  readonly path: string;
  readonly stored: JsonValue | undefined;
  readonly got: JsonValue | undefined;
}

// Numbers in JSON are doubles in full: allow what rounding errors of a computation can do.
const RELATIVE = 1e-9;
// A number near zero in a list of large ones carries their rounding error.
const OF_SCALE = 1e-12;

/** Compares data such as a figure's: numbers within rounding errors, strings as printed text, all else exactly. */
export function compareJson(
  stored: JsonValue | undefined,
  got: JsonValue | undefined,
  path = "",
  scale = 0,
): JsonDifference | undefined {
  if (typeof stored === "number" && typeof got === "number")
    return numbersAgree(stored, got, scale) ? undefined : { path, stored, got };
  if (typeof stored === "string" && typeof got === "string")
    return compareText(stored, got) ? { path, stored, got } : undefined;
  if (isList(stored) && isList(got)) return compareLists(stored, got, path);
  if (isJsonObject(stored) && isJsonObject(got)) {
    const keys = [...new Set([...Object.keys(stored), ...Object.keys(got)])];
    return firstDifference(keys, (key) => compareJson(stored[key], got[key], `${path}.${key}`));
  }
  return stored === got ? undefined : { path, stored, got };
}

function compareLists(
  stored: readonly JsonValue[],
  got: readonly JsonValue[],
  path: string,
): JsonDifference | undefined {
  if (stored.length !== got.length) return { path: `${path}.length`, stored: stored.length, got: got.length };
  const scale = [...stored, ...got].reduce<number>(
    (largest, item) => (typeof item === "number" ? Math.max(largest, Math.abs(item)) : largest),
    0,
  );
  return firstDifference([...stored.keys()], (index) =>
    compareJson(stored[index], got[index], `${path}[${index}]`, scale),
  );
}

function firstDifference<K>(
  keys: readonly K[],
  compare: (key: K) => JsonDifference | undefined,
): JsonDifference | undefined {
  for (const key of keys) {
    const difference = compare(key);
    if (difference) return difference;
  }
  return undefined;
}

function numbersAgree(stored: number, got: number, scale: number): boolean {
  const size = Math.max(Math.abs(stored), Math.abs(got));
  return Math.abs(stored - got) <= Math.max(RELATIVE * size, OF_SCALE * scale);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
