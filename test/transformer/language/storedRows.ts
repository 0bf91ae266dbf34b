import { join } from "node:path";
import { recordsOf, type TableRecord } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { studentQuantile } from "finetune-icl";
import { packageRoot } from "../../support/root";

/** A stored table of the language model's study, row by row. */
export const languageTable = (name: "matched" | "paths"): readonly TableRecord[] =>
  recordsOf(loadTable(join(packageRoot, "data", "studies", "language-model", `${name}.csv`)));

export const LANGUAGE_TARGETS = ["past", "category", "first-letter"] as const;

const matched = languageTable("matched");
const paths = languageTable("paths").filter(({ at }) => at !== "end");

/** A row of matched.csv: the primary outcome's role and number of examples unless told. */
export const languageRow = (
  target: string,
  trainable: string,
  objective = "zero-shot",
  { role = "unseen", shots = 8 }: { readonly role?: string; readonly shots?: number } = {},
): TableRecord =>
  matched.find(
    (row) =>
      row.target === target &&
      row.trainable === trainable &&
      row.objective === objective &&
      row.role === role &&
      row.shots === shots,
  )!;

/** Three decimals, as documents show them. */
export const three = (value: unknown): string =>
  Number(value)
    .toFixed(3)
    .replace("-", "−")
    .replace(/^−0\.000$/, "0.000");

/** Mean and interval: 0.136 [0.121, 0.151]. */
export const rangedThree = (row: TableRecord, mean: string): string =>
  `${three(row[mean])} [${three(row[`${mean}Low`])}, ${three(row[`${mean}High`])}]`;

/** What is told of each target, in their order: `past …; category …; first letter …`. */
export const byTarget = (tell: (target: string) => string): string =>
  LANGUAGE_TARGETS.map((target) => `${target.replace("-", " ")} ${tell(target)}`).join("; ");

interface Point {
  readonly kind: readonly [trainable: string, objective: string];
  readonly task: string;
  readonly shots?: number;
  readonly labels?: "true" | "shuffled";
}

/** The unseen tasks whose words, countries, stand in no prompt of any training. */
export const APART = ["continent", "capital"] as const;

/** A column of paths.csv seed by seed, where the run reached the level. */
export function bySeed(
  target: string,
  { kind: [trainable, objective], task, shots = 8, labels = "true" }: Point,
  column = "accuracy",
): ReadonlyMap<number, number> {
  return new Map(
    paths
      .filter(
        (row) =>
          row.target === target &&
          row.trainable === trainable &&
          row.objective === objective &&
          row.task === task &&
          row.shots === shots &&
          row.labels === labels,
      )
      .map((row) => [Number(row.seed), Number(row[column])]),
  );
}

/** The mean of a column over tasks, seed by seed. */
export function bySeedOver(
  target: string,
  tasks: readonly string[],
  point: Omit<Point, "task">,
): ReadonlyMap<number, number> {
  const lists = tasks.map((task) => bySeed(target, { ...point, task }));
  return new Map(
    [...lists[0]!.keys()].map((seed) => [
      seed,
      lists.reduce((sum, list) => sum + list.get(seed)!, 0) / lists.length,
    ]),
  );
}

// A type and no interface, so that it counts as a record.
type Interval = { readonly mean: number; readonly meanLow: number; readonly meanHigh: number };

/** Mean and 95 % interval of the paired differences, in the columns that {@link rangedThree} reads. */
export const pairedDifference = (target: string, one: Point, other: Point, column?: string): Interval =>
  paired(bySeed(target, one, column), bySeed(target, other, column));

/** The same of two lists of numbers, seed by seed. */
export function paired(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): Interval {
  const values = [...left]
    .filter(([seed]) => right.has(seed))
    .map(([seed, value]) => value - right.get(seed)!);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = studentQuantile(0.05, values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, meanLow: mean - half, meanHigh: mean + half };
}
