import { InputError, join, readRecord, readWhole } from "@finetune-icl/base";
import { requireAffordable } from "@finetune-icl/core/problem";
import type { TestSettings } from "../experiment/evaluation";

/** A study: one training input, and the values that some of its fields take in turn. */
export interface Grid {
  readonly base: Readonly<Record<string, unknown>>;
  /** Field, with dots into nested objects, to its values. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  readonly shots: readonly number[];
  /** How each trained model is tested. */
  readonly test: TestSettings;
}

/** One run of a study. */
export interface GridPoint {
  /** Its place in the study, from 0: the last field of the grid varies fastest. */
  readonly index: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** The whole training input. */
  readonly input: unknown;
}

const RELEASED_TEST: TestSettings = { seeds: 5, prompts: 2000 };

/** Reads `{base, grid, shots, test}`. @throws InputError naming the field, also one that is a part of another one. */
export function readGrid(raw: unknown): Grid {
  const record = readRecord(raw, "input", ["base", "grid", "shots", "test"]);
  const base = readAny(record.base ?? {}, "base");
  const grid = readAny(record.grid, "grid");
  for (const [name, values] of Object.entries(grid)) {
    if (!Array.isArray(values) || values.length === 0)
      throw new InputError(join("grid", name), values, "a non-empty array of values");
  }
  requireApart(Object.keys(grid));
  const runs = Object.values(grid as Grid["grid"]).reduce((product, values) => product * values.length, 1);
  requireAffordable("grid", `${runs} runs`, { bytes: 2000 * runs, operations: 1e7 * runs });
  const shots = record.shots ?? [0, 1, 2, 5, 10, 20];
  if (!Array.isArray(shots)) throw new InputError("shots", shots, "an array of shot counts");
  return {
    base,
    grid: grid as Grid["grid"],
    shots: shots.map((item, i) => readWhole(item, `shots[${i}]`, 0)),
    test: readTest(record.test ?? {}),
  };
}

/** A field and another one within it: whichever is set last would undo the other, and rows would say what was not trained. */
function requireApart(names: readonly string[]): void {
  for (const name of names) {
    const outer = names.find((other) => name.startsWith(`${other}.`));
    if (outer !== undefined)
      throw new InputError(join("grid", name), `a field of ${outer}`, `only one of ${outer} and ${name}`);
  }
}

function readTest(raw: unknown): TestSettings {
  const { seeds, prompts } = readRecord(raw, "test", ["seeds", "prompts"]);
  const test = {
    seeds: readWhole(seeds ?? RELEASED_TEST.seeds, "test.seeds", 2),
    prompts: readWhole(prompts ?? RELEASED_TEST.prompts, "test.prompts", 1),
  };
  requireAffordable("test", test, { operations: 1000 * test.seeds * test.prompts });
  return test;
}

function readAny(raw: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new InputError(path, raw, "an object");
  return raw as Readonly<Record<string, unknown>>;
}

/**
 * All runs of a study.
 * @example
 * const study = readGrid({ base: { method: "exact" }, grid: { seed: [0, 1] } });
 * console.log(gridPoints(study).map(({ input }) => JSON.stringify(input))); // [ '{"method":"exact","seed":0}', '{"method":"exact","seed":1}' ]
 */
export function gridPoints({ base, grid }: Grid): readonly GridPoint[] {
  const combinations = Object.entries(grid).reduce<readonly Readonly<Record<string, unknown>>[]>(
    (all, [name, values]) => all.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value }))),
    [{}],
  );
  return combinations.map((values, index) => ({
    index,
    values,
    input: Object.entries(values).reduce<unknown>(
      (input, [name, value]) => withField(input, name.split("."), value, name),
      base,
    ),
  }));
}

function withField(target: unknown, path: readonly string[], value: unknown, name: string): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const record = target === undefined ? {} : readAny(target, `base, on the way to ${name}`);
  return { ...record, [first]: withField(record[first], rest, value, name) };
}
