import { existsSync, readFileSync } from "node:fs";
import { InputError, isJsonObject } from "@finetune-icl/base";
import { type Checkpoint, runKey, writeWhole } from "@finetune-icl/files";
import { PROGRAM_FOLDERS } from "./programFolders";

/** What the shards of one piece of work have in common. */
export interface PartHeader {
  /** The command, and all that its results depend on: plain JSON. */
  readonly work: Readonly<Record<string, unknown>> & { readonly command: string };
  /** Of this work and of the code that does it: parts of different versions are never put together. */
  readonly key: string;
  /** Names of all units, those of other shards too. */
  readonly units: readonly string[];
}

/** A file of finished units: what a shard leaves, and goes on from. */
export interface Part extends PartHeader {
  readonly results: readonly (readonly [unit: string, result: unknown])[];
}

const isPartFile = (value: unknown): value is Part => {
  if (!isJsonObject(value)) return false;
  const { work, key, units, results } = value;
  return (
    isJsonObject(work) &&
    typeof work.command === "string" &&
    typeof key === "string" &&
    Array.isArray(units) &&
    Array.isArray(results) &&
    results.every((entry) => Array.isArray(entry) && entry.length === 2 && units.includes(entry[0]))
  );
};

function readPart(path: string): Part | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isPartFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file holds a part of some work that `--shard` divides. */
export const isPart = (path: string): boolean => readPart(path) !== undefined;

/** Reads what a shard wrote. @throws InputError when the file holds something else. */
export function requirePart(path: string): Part {
  const part = readPart(path);
  if (part === undefined)
    throw new InputError(
      "FILE",
      path,
      "results written with --shard by finetune-icl sweep, study, transformer or verify",
    );
  return part;
}

/**
 * The file of a shard as a checkpoint: it holds what an interrupted run of the same shard finished, and every finished unit is
 * added. It stays when the shard is done.
 * @param program the folders whose code the results depend on
 * @throws InputError when the file holds anything else than results of this work by this version
 */
export function openPart<Result>(
  path: string,
  work: PartHeader["work"],
  units: readonly string[],
  program: readonly string[] = PROGRAM_FOLDERS,
): Checkpoint<Result> {
  const header: PartHeader = { work, key: runKey(work, program), units };
  const known = existsSync(path) ? readPart(path) : { ...header, results: [] };
  if (known?.key !== header.key)
    throw new InputError(
      "--out",
      path,
      "no file, or one that the same command with the same version of the package wrote",
    );
  const results = new Map(known.results as readonly (readonly [string, Result])[]);
  const write = (): void => writeWhole(path, partText(header, [...results]));
  write();
  return {
    results,
    add: (name, result) => {
      results.set(name, result);
      write();
    },
    clear: () => {},
  };
}

/** One unit a line. */
function partText({ work, key, units }: PartHeader, results: Part["results"]): string {
  const lines = results.map((entry) => JSON.stringify(entry)).join(",\n");
  return `{"work": ${JSON.stringify(work)},\n"key": "${key}",\n"units": ${JSON.stringify(units)},\n"results": [\n${lines}\n]}\n`;
}

/**
 * Puts the parts of one piece of work together. A unit that two parts hold has the same result in both: it depends on the work
 * and on the code alone, which the key names.
 * @throws InputError when the parts are of different work or versions, or units are missing
 */
export function mergeParts(paths: readonly string[]): Part {
  const parts = paths.map(requirePart);
  const [first] = parts as [Part];
  const stranger = parts.findIndex(({ key }) => key !== first.key);
  if (stranger >= 0)
    throw new InputError(
      "FILE",
      paths[stranger],
      `a part of the same work, by the same version of the package, as ${paths[0]}`,
    );
  const results = new Map(parts.flatMap((part) => part.results));
  const missing = first.units.filter((unit) => !results.has(unit));
  if (missing.length > 0)
    throw new InputError(
      "FILE",
      paths,
      `files that hold all ${first.units.length} units; missing: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", …" : ""}`,
    );
  return { ...first, results: first.units.map((unit) => [unit, results.get(unit)]) };
}
