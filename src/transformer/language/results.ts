import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError, isJsonObject, parseStrictJson, type RawRecord } from "@finetune-icl/base";
import { readInputText } from "@finetune-icl/files";
import type { LanguageCell } from "./grid";
import { isIntruder } from "./intruders";
import type { TestLine } from "./prompts";
import type { LanguageProfile } from "./settings";
import type { TaskRoles } from "./tasks";

/** What a folder of a study asks: `plan.json`. */
export interface LanguagePlan {
  readonly profile: LanguageProfile;
  readonly measureEnd: boolean;
  readonly targets: readonly TaskRoles[];
  readonly cells: readonly LanguageCell[];
  /** Every answer of a task. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
}

/** A model on a task, after so many examples. */
export interface LanguageMeasure {
  readonly task: string;
  readonly shots: number;
  readonly labels: "true" | "shuffled";
  readonly prompts: number;
  /** Mean negative log likelihood of the answer and its end, nats. */
  readonly nll: number;
  /** Share of answers that greedy decoding gets whole. */
  readonly accuracy: number;
  /** Share of answers that are the target task's and not right; NaN on the target itself. */
  readonly intrusion: number;
}

/** A model on the straight line from start to end. */
export interface LanguagePoint {
  /** `start`, `end`, or the level of the zero-shot loss, as text. */
  readonly at: string;
  readonly share: number;
  readonly zeroShotLoss: number;
  readonly measures: readonly LanguageMeasure[];
}

/** A finished cell. */
export interface FinishedLanguageCell {
  readonly cell: LanguageCell;
  readonly points: readonly LanguagePoint[];
  readonly model: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly device: string;
  /** `bfloat16`: of products of matrices; weights are float32 always. */
  readonly precision: string;
  readonly seconds: number;
  readonly processorSeconds: number;
}

interface StoredMeasure {
  readonly task: string;
  readonly shots: number;
  readonly labels: "true" | "shuffled";
  readonly nll: readonly number[];
  readonly answers: readonly string[];
}
type StoredCell = Omit<FinishedLanguageCell, "points"> & {
  readonly points: readonly (Omit<LanguagePoint, "measures"> & {
    readonly measures: readonly StoredMeasure[];
  })[];
};

/** Reads JSON that this study's two programs wrote. @throws InputError naming the file and what it lacks. */
function readStored<Content>(path: string, keys: readonly string[]): Content {
  if (!existsSync(path))
    throw new InputError("folder", path, "a folder that `finetune-icl language-model prepare` made");
  const value = parsed(readInputText(path, { field: "folder", allowed: "a file that can be read" }), path);
  for (const key of keys)
    if (value?.[key] === undefined) throw new InputError(`${path}.${key}`, undefined, "a field of that name");
  return value as Content;
}

/** @throws InputError naming the file, and its line where it has several. */
function parsed(text: string, path: string): RawRecord {
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (error) {
    throw new InputError(path, text, `JSON (${(error as Error).message})`);
  }
  if (!isJsonObject(value)) throw new InputError(path, value, "an object");
  return value;
}

/** What a finished cell is read for; a program of another language wrote it, and somebody may have edited it. @throws InputError */
function requireCell(stored: RawRecord, path: string): void {
  const at = (field: string): string => `${path}.${field}`;
  for (const field of ["model", "device", "precision"])
    if (typeof stored[field] !== "string") throw new InputError(at(field), stored[field], "a text");
  for (const field of ["seconds", "processorSeconds"]) requireReal(stored[field], at(field));
  if (!isJsonObject(stored.versions)) throw new InputError(at("versions"), stored.versions, "an object");
  list(stored.points, at("points")).forEach((point, k) => {
    const place = at(`points[${k}]`);
    const { at: name, share, zeroShotLoss, measures } = record(point, place);
    if (typeof name !== "string") throw new InputError(`${place}.at`, name, "a text");
    requireReal(share, `${place}.share`);
    requireReal(zeroShotLoss, `${place}.zeroShotLoss`);
    list(measures, `${place}.measures`).forEach((measure, m) => {
      const here = `${place}.measures[${m}]`;
      const { nll, answers } = record(measure, here);
      list(nll, `${here}.nll`).forEach((x, i) => {
        requireReal(x, `${here}.nll[${i}]`);
      });
      list(answers, `${here}.answers`).forEach((answer, i) => {
        if (typeof answer !== "string") throw new InputError(`${here}.answers[${i}]`, answer, "a text");
      });
    });
  });
}

function requireReal(value: unknown, path: string): void {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new InputError(path, value, "a finite number");
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InputError(path, value, "a list");
  return value;
}

function record(value: unknown, path: string): RawRecord {
  if (!isJsonObject(value)) throw new InputError(path, value, "an object");
  return value;
}

/** The plan of a folder. @throws InputError where none stands. */
export const readLanguagePlan = (folder: string): LanguagePlan =>
  readStored<LanguagePlan>(join(folder, "plan.json"), ["profile", "targets", "cells", "outputs"]);

/** The finished cells of a folder, in the plan's order. @throws InputError where a file does not fit the prompts. */
export function readLanguageResults(folder: string, plan: LanguagePlan): readonly FinishedLanguageCell[] {
  const there = new Set(existsSync(join(folder, "results")) ? readdirSync(join(folder, "results")) : []);
  const tests = new Map<string, readonly TestLine[]>();
  const testsOf = (file: string): readonly TestLine[] => {
    const lines =
      tests.get(file) ??
      readInputText(join(folder, "prompts", file), { field: "folder", allowed: "a file that can be read" })
        .split("\n")
        .filter((line) => line.startsWith('{"use":"test"'))
        .map((line) => JSON.parse(line) as TestLine);
    tests.set(file, lines);
    return lines;
  };
  return plan.cells
    .filter(({ name }) => there.has(`${name}.json`))
    .map((cell) => {
      const path = join(folder, "results", `${cell.name}.json`);
      const stored = readStored<StoredCell>(path, ["points", "model", "versions", "seconds"]);
      requireCell(stored as unknown as RawRecord, path);
      const lines = testsOf(cell.prompts);
      const outputs = new Set(plan.outputs[cell.target]);
      return {
        ...stored,
        cell,
        points: stored.points.map((point) => ({
          ...point,
          measures: point.measures.map((measured) => {
            const line = lines.find(
              ({ task, shots, labels }) =>
                task === measured.task && shots === measured.shots && labels === measured.labels,
            );
            const queries = line?.contexts.flatMap((context) => context.queries) ?? [];
            if (queries.length !== measured.answers.length || queries.length !== measured.nll.length)
              throw new InputError(`${path}.points`, measured.answers.length, `${queries.length} answers`);
            return summaryOf(measured, queries, { name: cell.target, outputs });
          }),
        })),
      };
    });
}

function summaryOf(
  { task, shots, labels, nll, answers }: StoredMeasure,
  queries: readonly { readonly input: string; readonly output: string }[],
  target: { readonly name: string; readonly outputs: ReadonlySet<string> },
): LanguageMeasure {
  const share = (holds: (answer: string, i: number) => boolean): number =>
    answers.filter(holds).length / answers.length;
  return {
    task,
    shots,
    labels,
    prompts: answers.length,
    nll: nll.reduce((sum, x) => sum + x, 0) / nll.length,
    accuracy: share((answer, i) => answer === queries[i]!.output),
    intrusion:
      task === target.name
        ? Number.NaN
        : share((answer, i) => isIntruder(target, { ...queries[i]!, answer })),
  };
}
