import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { InputError, isJsonObject, type JsonObject, parseStrictJson } from "@finetune-icl/base";
import { type ParameterLayout, parameterLayout } from "@finetune-icl/core/model";
import {
  isStoredRun,
  mapStored,
  readTrainingSettings,
  type StoredRun,
  TrainingRun,
  type TrainingSettings,
} from "@finetune-icl/core/train";
import {
  createProgress,
  MOST_KEPT_BYTES,
  type Progress,
  readInputText,
  sealOfNumbers,
  withLock,
  writeWhole,
  writeWholeUnless,
} from "@finetune-icl/files";
import type { Command } from "commander";
import { Interrupted, onInterrupt } from "../interrupted";
import { namingExtremes, withExtremeNamed } from "./extremeNumbers";
import { jsonText, printJson, readJson } from "./jsonInput";
import { readOutFile } from "./outOption";
import type {
  Place,
  TrainedStage,
  TrainedStages,
  TrainingMessage,
  TrainingRequest,
  TrainingTask,
} from "./trainingWorker";

/** Always the built file: it runs on a thread of its own. */
const WORKER = join(
  dirname(require.resolve("finetune-icl/package.json")),
  "dist",
  "commands",
  "trainingWorker.js",
);

/** What is printed. */
type TrainingOutcome = Readonly<Record<string, unknown>>;

/** What stands in the file of `--out`, beside the seal over it. */
type Kept =
  | { readonly status: "unfinished"; readonly input: unknown; readonly run: StoredRun<ArrayLike<number>> }
  | { readonly status: "done"; readonly input: unknown; readonly result: TrainingOutcome };

/** Adds `finetune-icl train FILE|-`: pretrain, and fine-tune where the input says so. */
export function registerTrainCommand(program: Command): void {
  program
    .command("train")
    .description(
      "Train by exact gradients of the risk or by sampled prompts. Everything left out is as in the released experiment.",
    )
    .argument(
      "<file>",
      "JSON {method, sampling, batchSize, seed, problem, taskPrior, model, initialDeviation, pretraining, fineTuning}, or -",
    )
    .option(
      "--out <file>",
      "keep parameters and loss curve there; after an interruption (Ctrl-C) the same command goes on from it",
    )
    .addHelpText("after", HELP)
    .action(runCommand);
}

const HELP = `
  {"method": "exact"} pretrains in about a second. With "fineTuning": {"trainable": "value"} it also fine-tunes on zero-shot
  prompts of one task; "auxiliaryShots": 20 adds the few-shot loss. All settings: docs/training.md.`;

async function runCommand(path: string, options: { readonly out?: string }): Promise<void> {
  const out = options.out === undefined ? undefined : readOutFile(options.out);
  const input = readJson(path);
  // Whatever is wrong is said before a worker starts.
  readTrainingSettings(input);
  const train = () => trainInto(out, input);
  const result = await (out === undefined ? train() : withLock(out, train));
  namingExtremes(input, () => printJson(result));
}

async function trainInto(out: string | undefined, input: unknown): Promise<unknown> {
  const kept = out === undefined ? undefined : readKept(out, input);
  if (kept?.status === "done") return kept.result;
  // A state that does not fit the model is wrong input, and said before a worker starts.
  const stored = kept && mapStored(kept.run, (numbers) => Float64Array.from(numbers));
  if (stored !== undefined) new TrainingRun(readTrainingSettings(input), stored);
  const result = await trainToTheEnd({ input, stored, isKept: out !== undefined }, (run, isGivenUp) =>
    out === undefined
      ? Promise.resolve(false)
      : writeWholeUnless(out, sealedText({ status: "unfinished", input, run }), isGivenUp),
  );
  if (out !== undefined) writeWhole(out, sealedText({ status: "done", input, result }));
  return result;
}

const sealedText = (content: Kept): Iterable<string> =>
  jsonText({ ...content, seal: sealOfNumbers(content) }, 1);

/** After a signal, so long the worker may take to end the step it is in, and its state to be written. */
const PATIENCE_MS = 350;

/** Writes a state, unless it is given up on the way. @returns whether it was written */
type Keep = (run: StoredRun<ArrayLike<number>>, isGivenUp: () => boolean) => Promise<boolean>;

/**
 * Trains on a thread of its own, so that a signal is heard at once, however long a step or a gradient flow takes. The state
 * is kept every few seconds, and when a signal comes: the last one that could be written in time.
 */
function trainToTheEnd(task: TrainingTask, keep: Keep): Promise<TrainingOutcome> {
  const worker = new Worker(WORKER, { workerData: task });
  let progress: Progress | undefined;
  let at: Place = { stepsDone: 0, totalSteps: 0 };
  /** The steps of the state that is in the file. */
  let keptSteps = task.stored && stepsOf(task);
  let writing: Promise<unknown> = Promise.resolve();
  let isGivenUp = false;
  let forget = (): void => {};
  const ask = (request: TrainingRequest): void => worker.postMessage(request);
  return new Promise<TrainingOutcome>((resolve, reject) => {
    const write = async (run: StoredRun<ArrayLike<number>>, { stepsDone }: Place): Promise<void> => {
      if (await keep(run, () => isGivenUp)) keptSteps = stepsDone;
    };
    // One after the other, whatever else is heard meanwhile.
    const queue = (work: () => Promise<void> | void): void => {
      writing = writing.then(work).catch(reject);
    };
    let end = (): void => {};
    forget = onInterrupt((signal) => {
      end = () => {
        isGivenUp = true;
        const where = `interrupted after ${at.stepsDone} of ${at.totalSteps} steps`;
        reject(new Interrupted(`${where}; ${whatNext(task.isKept, keptSteps, at.stepsDone)}`, signal));
      };
      ask("stop");
      setTimeout(end, PATIENCE_MS).unref();
    });
    worker.on("message", (message: TrainingMessage) => {
      switch (message.kind) {
        case "at":
          progress ??= createProgress(message.totalSteps, process.stderr, "steps");
          progress.step(message.stepsDone - at.stepsDone);
          at = message;
          return;
        case "state":
          queue(async () => {
            await write(message.run, message);
            ask("written");
          });
          return;
        case "stopped":
          at = message;
          queue(async () => {
            await write(message.run, message);
            end();
          });
          return;
        case "failed":
          reject(withExtremeNamed(task.input, new Error(message.message)));
          return;
        case "done":
          // The result takes the place of a state that is still being written.
          isGivenUp = true;
          queue(() => resolve(outcomeOf(readTrainingSettings(task.input), message.stages)));
      }
    });
    worker.on("error", reject);
    worker.on("exit", () => queue(() => reject(new Error("training ended without a result"))));
  }).finally(async () => {
    forget();
    progress?.stop();
    isGivenUp = true;
    await writing;
    await worker.terminate();
  });
}

const stepsOf = ({ input, stored }: TrainingTask): number =>
  new TrainingRun(readTrainingSettings(input), stored).stepsDone;

/** How to go on from what is in the file. */
function whatNext(isKept: boolean, keptSteps: number | undefined, stepsDone: number): string {
  if (!isKept) return "nothing is kept without --out";
  if (keptSteps === undefined) return "nothing had begun";
  return `the same command goes on from ${keptSteps === stepsDone ? "there" : `step ${keptSteps}`}`;
}

/** What is printed: the rows of its matrices are views of the arrays that the thread gave, which are not copied once more. */
function outcomeOf(settings: TrainingSettings, { pretraining, fineTuning }: TrainedStages): TrainingOutcome {
  const layout = parameterLayout(settings.model);
  const describe = ({ point, keyQuery, ...stage }: TrainedStage): unknown => {
    const layers = layerViews(layout, point);
    const [head] = layers.length === 1 && layers[0]!.length === 1 ? layers[0]! : [];
    return {
      ...stage,
      layers,
      ...(head && {
        parameters: {
          value: head.value!.at(-1),
          keyQuery: keyQuery === undefined ? head.keyQuery : rowsOf(keyQuery, layout.size),
        },
      }),
    };
  };
  return {
    pretraining: describe(pretraining),
    ...(fineTuning && {
      targetTask: settings.fineTuning!.targetTask,
      fineTuning: describe(fineTuning),
    }),
  };
}

type HeadViews = Readonly<Partial<Record<"value" | "keyQuery" | "key" | "query", readonly Float64Array[]>>>;

/** The heads of all layers as `layersOf` gives them, their matrices by name. */
function layerViews({ shape, size, blocks }: ParameterLayout, point: Float64Array): readonly HeadViews[][] {
  const heads = Array.from({ length: shape.layers }, () =>
    Array.from({ length: shape.heads }, (): Record<string, unknown> => ({ kind: shape.keyQuery })),
  );
  for (const { layer, head, name, offset } of blocks)
    heads[layer]![head]![name] = rowsOf(point.subarray(offset, offset + size * size), size);
  return heads as HeadViews[][];
}

const rowsOf = (matrix: Float64Array, size: number): readonly Float64Array[] =>
  Array.from({ length: matrix.length / size }, (_, i) => matrix.subarray(i * size, (i + 1) * size));

const ALLOWED = "a file of an earlier run with the same input, or none";

function readKept(out: string, input: unknown): Kept | undefined {
  if (!existsSync(out)) return undefined;
  const { seal, ...kept } = readKeptObject(out);
  if (JSON.stringify(kept.input) !== JSON.stringify(input))
    throw new InputError("--out", out, `${ALLOWED}: this one holds another`);
  if (typeof seal !== "string") throw new InputError("--out", out, `${ALLOWED}: this one has no seal`);
  if (seal !== sealOfNumbers(kept))
    throw new InputError(`--out: ${out}`, "something that was changed since", "what train wrote there");
  // What has our seal is ours, but may be of a version that kept something else.
  if (kept.status !== "done" && !(kept.status === "unfinished" && isStoredRun(kept.run)))
    throw new InputError("--out", out, ALLOWED);
  return kept as unknown as Kept;
}

/** What stands in the file, which somebody may have edited. @throws InputError when it is no object of JSON. */
function readKeptObject(out: string): JsonObject {
  try {
    const kept = parseStrictJson(
      readInputText(out, { field: "--out", allowed: ALLOWED, most: MOST_KEPT_BYTES }),
    );
    if (isJsonObject(kept)) return kept;
  } catch (error) {
    if (error instanceof InputError) throw error;
  }
  throw new InputError("--out", out, ALLOWED);
}
