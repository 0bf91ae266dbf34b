import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckValues } from "./answerKey";

/** Names a folder in which checks leave what they know: whoever runs a lesson in order to seal or grade it sets this. */
export const RECORD_FOLDER_VARIABLE = "NOTEBOOK_CHECKS";

/** What a check knew when its lesson ran. */
export interface RecordedCheck extends CheckValues {
  readonly exercise: string;
  /** The arguments as code, or nothing where they hold something that cannot be written down, such as a function. */
  readonly inputs: readonly (string | null)[];
  /** The arguments as messages print them. */
  readonly printed: readonly string[];
  readonly hint?: string;
}

/** Writes a check into the folder that the environment names, if it names one. */
export function recordCheck(recorded: () => RecordedCheck): void {
  const folder = process.env[RECORD_FOLDER_VARIABLE];
  if (folder === undefined) return;
  const check = recorded();
  writeFileSync(join(folder, `${check.exercise}.json`), JSON.stringify(check, writeNumber));
}

/** The checks that a run left in a folder, by exercise. */
export function readRecords(folder: string): ReadonlyMap<string, RecordedCheck> {
  const checks = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), "utf8"), readNumber) as RecordedCheck,
  );
  return new Map(checks.map((check) => [check.exercise, check]));
}

/** A value as code that gives it again: numbers, words, yes or no, lists and plain objects of these. */
export function codeOf(value: unknown): string | null {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "object":
      break;
    default:
      return null;
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return enclose(value.map(codeOf), "[", "]");
  // By its text, since objects of a notebook's cells have another Object above them.
  if (Object.prototype.toString.call(value) !== "[object Object]") return null;
  const fields = Object.entries(value).map(([name, field]) => {
    const code = codeOf(field);
    return code === null ? null : `${JSON.stringify(name)}: ${code}`;
  });
  return enclose(fields, "{ ", " }");
}

function enclose(parts: readonly (string | null)[], open: string, close: string): string | null {
  return parts.includes(null) ? null : `${open}${parts.join(", ")}${close}`;
}

// JSON has no infinities and no −0, which answers may be.
function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return { "a number": Object.is(value, -0) ? "-0" : String(value) };
}

function readNumber(_key: string, value: unknown): unknown {
  const text = (value as { readonly "a number"?: string } | null)?.["a number"];
  return text === undefined ? value : Number(text);
}
