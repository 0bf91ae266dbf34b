import { existsSync } from "node:fs";
import { InputError, isJsonObject, parseStrictJson } from "@finetune-icl/base";
import {
  type Checkpoint,
  isSealed,
  MOST_KEPT_BYTES,
  readInputText,
  runKey,
  sealedLine,
  sealOf,
  writeWhole,
} from "@finetune-icl/files";
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

const WRITTEN = "results written with --shard by finetune-icl sweep, study, transformer or verify";

/** Whether a JSON value is of the kind that `--shard` writes for study, transformer and verify, whatever was changed in it. */
export const isPart = (value: unknown): boolean =>
  isJsonObject(value) && ("work" in value || "units" in value);

/**
 * What a shard wrote, from the JSON of its file `path`.
 * @throws InputError when it is something else, or was changed since.
 */
export function readPart(value: unknown, path: string, field = "FILE"): Part {
  if (!isJsonObject(value)) throw new InputError(field, path, WRITTEN);
  const { work, key, units, seal, results } = value;
  const isHeader = isJsonObject(work) && typeof work.command === "string" && typeof key === "string";
  if (!isHeader || !Array.isArray(units) || !Array.isArray(results))
    throw new InputError(field, path, WRITTEN);
  const changed = (at: string): InputError =>
    new InputError(`${field}: ${path}: ${at}`, "something that was changed since", "what --shard wrote");
  if (seal !== sealOf(work, key, units)) throw changed("work, key or units");
  const [known, finished] = [new Set<unknown>(units), new Map<string, unknown>()];
  for (const [k, entry] of results.entries()) {
    const name: unknown = Array.isArray(entry) ? entry[0] : undefined;
    if (!isSealed(key, entry) || !known.has(entry[0]) || finished.has(entry[0]))
      throw changed(`results[${k}]${typeof name === "string" ? ` (${name})` : ""}`);
    finished.set(entry[0], entry[2]);
  }
  return { work, key, units, results: [...finished] } as unknown as Part;
}

/** Reads the JSON of a file of results that a command kept. @throws InputError when there is none, or it is cut off or changed. */
export function readKeptJson(path: string, field = "FILE"): unknown {
  if (!existsSync(path)) throw new InputError(field, path, "a file that exists");
  const text = readInputText(path, { field, allowed: WRITTEN, most: MOST_KEPT_BYTES });
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      field,
      path,
      "a whole file of results, in JSON, as it was written (put it back, or remove it and begin anew)",
    );
  }
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
  const known = existsSync(path)
    ? readPart(readKeptJson(path, "--out"), path, "--out")
    : { ...header, results: [] };
  if (known.key !== header.key)
    throw new InputError(
      "--out",
      path,
      "no file, or one that the same command with the same version of the package wrote",
    );
  const results = new Map(known.results as readonly (readonly [string, Result])[]);
  const lines = new Map(known.results.map(([name, result]) => [name, sealedLine(header.key, name, result)]));
  const write = (): void => writeWhole(path, partText(header, [...lines.values()]));
  write();
  return {
    results,
    add: (name, result) => {
      results.set(name, result);
      lines.set(name, sealedLine(header.key, name, result));
      write();
    },
    kept: () => results.size,
    clear: () => {},
  };
}

/** One unit a line. */
function partText({ work, key, units }: PartHeader, lines: readonly string[]): string {
  return `{"work": ${JSON.stringify(work)},\n"key": "${key}",\n"units": ${JSON.stringify(units)},\n"seal": "${sealOf(work, key, units)}",\n"results": [\n${lines.join(",\n")}\n]}\n`;
}

/**
 * Puts the parts of one piece of work together. A unit that two parts hold has the same result in both: it depends on the work
 * and on the code alone, which the key names.
 * @param parts what the files hold, where they were read already
 * @param comparable of a result what does not depend on where it was computed, such as all but the time it took
 * @throws InputError when the parts are of different work or versions, were changed, give a unit two results, or units are missing
 */
export function mergeParts(
  paths: readonly string[],
  parts: readonly Part[] = paths.map((path) => readPart(readKeptJson(path), path)),
  comparable: (result: unknown) => unknown = (result) => result,
): Part {
  const [first] = parts as [Part];
  const results = new Map<string, { readonly result: unknown; readonly path: string }>();
  for (const [k, part] of parts.entries()) {
    const path = paths[k]!;
    if (part.key !== first.key)
      throw new InputError(
        "FILE",
        path,
        `a part of the same work, by the same version of the package, as ${paths[0]}`,
      );
    for (const [unit, result] of part.results) {
      const known = results.get(unit);
      if (known !== undefined && textOf(comparable(known.result)) !== textOf(comparable(result)))
        throw new InputError("FILE", path, `the result of ${unit} that ${known.path} holds, or none`);
      if (known === undefined) results.set(unit, { result, path });
    }
  }
  const missing = first.units.filter((unit) => !results.has(unit));
  if (missing.length > 0)
    throw new InputError(
      "FILE",
      paths,
      `files that hold all ${first.units.length} units; missing: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", …" : ""}`,
    );
  return { ...first, results: first.units.map((unit) => [unit, results.get(unit)!.result]) };
}

const textOf = (result: unknown): string => JSON.stringify(result);
