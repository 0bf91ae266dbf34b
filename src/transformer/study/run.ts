import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mapInOrder, type Shard, shardOf, toCsv } from "@finetune-icl/base";
import { type Checkpoint, openCheckpoint, requireOwnResults, writeAllWhole } from "@finetune-icl/files";
import { PROGRAM_FOLDERS, runUnits } from "@finetune-icl/lab/units";
import { cells, pretrainings } from "./grid";
import { isConfinedStudy, SIZES, type TransformerStudyName } from "./settings";
import {
  allowedTable,
  differenceTable,
  type FinishedCell,
  matchedTable,
  pathTable,
  pretrainingTable,
} from "./tables";
import {
  type CellResult,
  cellName,
  type PretrainingInput,
  type PretrainingResult,
  type UnitInput,
  type UnitResult,
} from "./unit";

/** What decides the results of a run. */
export interface TransformerStudyOptions {
  readonly profile: TransformerStudyName;
  /** No cell is begun that would be later than so many in all; all of them when left out. */
  readonly cells?: number;
}

/** The folder of this program, on which results depend beside `PROGRAM_FOLDERS`. */
export const TRANSFORMER_FOLDER = dirname(require.resolve("@finetune-icl/transformer/package.json"));

/** The file of finished units in `folder`; of this program only. More cells later go on from it. With `mayFail` the folder need not be writable. */
export const openTransformerCheckpoint = (
  folder: string,
  profile: TransformerStudyName,
  options: { readonly mayFail?: boolean } = {},
): Checkpoint<UnitResult> =>
  openCheckpoint<UnitResult>(
    folder,
    { study: "transformer", size: SIZES[profile] },
    [...PROGRAM_FOLDERS, TRANSFORMER_FOLDER],
    options,
  );

const WORKER = join(__dirname, "worker.js");

interface HowToRun {
  readonly workers: number;
  readonly checkpoint: Pick<Checkpoint<UnitResult>, "add" | "results">;
  readonly onUnitDone: (name: string) => void;
}

const pretrainingName = ({ settings }: PretrainingInput): string => `pretraining, seed ${settings.seed}`;

/** How many units a run has: a pretraining for each seed, and the cells. */
export const unitCount = (options: TransformerStudyOptions): number => unitNames(options).length;

/** Names of all units of a run, in order. */
export const unitNames = ({ profile, cells: most }: TransformerStudyOptions): readonly string[] => [
  ...pretrainings(SIZES[profile]).map(pretrainingName),
  ...cells(SIZES[profile]).slice(0, most).map(cellName),
];

/**
 * The units of one shard, by their names: every k-th cell, and the pretrainings that those start from. Which pretrainings other shards do does not
 * matter: a pretraining has the same result wherever it is done.
 */
export function shardUnits(options: TransformerStudyOptions, shard: Shard): readonly string[] {
  const size = SIZES[options.profile];
  const mine = shardOf(cells(size).slice(0, options.cells), shard);
  const seeds = new Set(mine.map(({ seed }) => seed));
  const own = pretrainings(size).filter(({ settings }) => seeds.has(settings.seed));
  return [...own.map(pretrainingName), ...mine.map(cellName)];
}

/** Runs the study on worker threads, all of it or the units named, each finished unit into the checkpoint. */
export async function runTransformerUnits(
  { profile, cells: most }: TransformerStudyOptions,
  { workers, checkpoint, onUnitDone }: HowToRun,
  names?: readonly string[],
): Promise<void> {
  const size = SIZES[profile];
  const isMine = (name: string): boolean => names === undefined || names.includes(name);
  await runUnits<UnitInput, UnitResult, void>(WORKER, { workers, checkpoint, onUnitDone }, async (done) => {
    // In order, so that what is finished is what matters most: a pool's own queue does not promise one.
    const inOrder = <Input, Finished>(
      inputs: readonly Input[],
      work: (input: Input) => Promise<Finished>,
    ): Promise<readonly Finished[]> => mapInOrder(inputs, workers, work, () => {});
    const pretrained = await inOrder(
      pretrainings(size).filter((input) => isMine(pretrainingName(input))),
      async (input) => {
        const { parameters } = (await done({ name: pretrainingName(input), input })) as PretrainingResult;
        return [input.settings.seed, parameters] as const;
      },
    );
    const starts = new Map(pretrained);
    await inOrder(
      cells(size)
        .slice(0, most)
        .filter((input) => isMine(cellName(input))),
      async (input) =>
        await done({ name: cellName(input), input: { ...input, start: starts.get(input.seed)! } }),
    );
  });
}

/** The tables of a run whose units are all finished, by name. */
export function transformerTables(
  { profile, cells: most }: TransformerStudyOptions,
  results: ReadonlyMap<string, UnitResult>,
): Readonly<Record<string, string>> {
  const size = SIZES[profile];
  const pretrained = pretrainings(size).map((input) => ({
    input,
    result: results.get(pretrainingName(input)) as PretrainingResult,
  }));
  const finished = cells(size)
    .slice(0, most)
    .map((input): FinishedCell => ({ input, result: results.get(cellName(input)) as CellResult }));
  return {
    pretraining: toCsv(pretrainingTable(pretrained)),
    paths: toCsv(pathTable(size, finished)),
    matched: toCsv(matchedTable(size, finished)),
    ...(isConfinedStudy(profile) && {
      differences: toCsv(differenceTable(size, finished)),
      allowed: toCsv(allowedTable(finished)),
    }),
  };
}

/** Runs the study on worker threads, each finished unit into the checkpoint, and gives its tables by name. */
export async function runTransformerStudy(
  options: TransformerStudyOptions,
  how: HowToRun,
): Promise<Readonly<Record<string, string>>> {
  await runTransformerUnits(options, how);
  return transformerTables(options, how.checkpoint.results);
}

/** The command that runs a study whole. */
function commandOf(profile: TransformerStudyName): string {
  const options = {
    full: "",
    quick: " --quick",
    confined: " --confined",
    "confined-quick": " --confined --quick",
  };
  return `npx finetune-icl transformer${options[profile]}`;
}

/** Refuses a folder whose files would be lost to a study of this profile; one of fewer cells grows. @throws InputError */
export function requireTransformerFolder(folder: string, { profile }: TransformerStudyOptions): void {
  const page = join(folder, "README.md");
  const madeBy = new RegExp(`^Made by \`${commandOf(profile)}(?: --cells|\`)`, "m");
  const own = isConfinedStudy(profile) ? ["differences.csv", "allowed.csv"] : [];
  requireOwnResults(folder, {
    names: ["README.md", "pretraining.csv", "paths.csv", "matched.csv", ...own],
    areThere: () => existsSync(page) && madeBy.test(readFileSync(page, "utf8")),
    words: "with the tables of the same study",
  });
}

/** Writes the tables and a README.md that says what they hold and what makes them into `folder`. */
export function saveTransformerStudy(
  folder: string,
  options: TransformerStudyOptions,
  tables: Readonly<Record<string, string>>,
): void {
  writeAllWhole([
    ...Object.entries(tables).map(([name, text]) => [join(folder, `${name}.csv`), text] as const),
    [join(folder, "README.md"), readme(options)],
  ]);
}

function readme(options: TransformerStudyOptions): string {
  const size = SIZES[options.profile];
  const { shape, pretraining, fineTuning } = size;
  const all = cells(size).length;
  const done = Math.min(options.cells ?? all, all);
  const isConfined = isConfinedStudy(options.profile);
  const command = `${commandOf(options.profile)}${options.cells === undefined ? "" : ` --cells ${options.cells}`}`;
  return `${isConfined ? CONFINED_OPENING : OPENING}

Made by \`${command}\`: ${done} of the ${all} cells of the grid, ${size.seeds} pretraining seeds.

A decoder of ${shape.layers} layers, width ${shape.width}, ${shape.heads} heads; d = ${shape.dimension}, up to ${shape.maxShots} examples, Σ = I, tasks on the unit
sphere, σ² = ${size.noiseVariance}. Pretraining: ${pretraining.steps} steps of Adam on ${pretraining.prompts} prompts, rate up to ${pretraining.rate}. Fine-tuning: ${fineTuning.steps} steps
of ${fineTuning.prompts} zero-shot prompts at the constant rate in the tables, clipping at 1. Test: ${size.testPrompts} prompts a task, the same for all models of a target.

| table | one row |
|---|---|
| [\`pretraining.csv\`](pretraining.csv) | a pretrained model after so many examples of fresh tasks: risk, ridge regression's risk on the same prompts, and the slope of its predictions on the truth |
| [\`paths.csv\`](paths.csv) | a fine-tuning, a point on the straight line of parameters from start to end (where the zero-shot excess over σ² has come down to \`at\` times what it was), 0 or ${shape.maxShots} examples: risks on four kinds of tasks, intrusion and gain on fresh ones |
| [\`matched.csv\`](matched.csv) | what is trained, what is added, the rate and the zero-shot excess that is left: the share of the benefit of ${shape.maxShots} examples on fresh tasks that was kept, its 95 % interval over seeds (Student's t; targets of a seed averaged first), and the differences from training all parameters and from training the value matrices, between cells of the same seed and target |
${isConfined ? CONFINED_TABLES : ""}`;
}

const OPENING = `# Fine-tuning a small GPT

What does fine-tuning on zero-shot prompts of one task leave of a GPT's in-context learning, at the same zero-shot risk, by what is
trained and by what is added to the loss? The questions and the statistics were written down before the run, in \`preregistration.md\` of the stored study.`;

const CONFINED_OPENING = `# Updates kept off what examples use, in a small GPT

Does an update that is kept off the directions in which examples' tokens speak, or off other positions or layers, leave more of a GPT's in-context
learning than an update of the value matrices, at the same zero-shot risk? The questions and the statistics were written down before the run, in \`preregistration.md\` of the stored study.`;

const CONFINED_TABLES = `| [\`differences.csv\`](differences.csv) | the same share, less that of another set (the control of random directions, the set that is confined, \`own-value\`), between cells of the same seed and target |
| [\`allowed.csv\`](allowed.csv) | a confined cell and a matrix: how many directions of its inputs were spared, and the share of the second moment of the states of zero-shot queries, of all tokens of examples and of those with a label that is left to the update |
`;
