import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "@finetune-icl/base";
import { layersOf, parameterLayout, reducedParameters } from "@finetune-icl/core/model";
import {
  readTrainingSettings,
  type StageResult,
  type StoredRun,
  TrainingRun,
  type TrainingSettings,
} from "@finetune-icl/core/train";
import { createProgress } from "@finetune-icl/files";
import type { Command } from "commander";
import { sync as writeFileAtomic } from "write-file-atomic";
import { printJson, readJson } from "./jsonInput";

/** What stands in the file of `--out`. */
type Kept =
  | { readonly status: "unfinished"; readonly input: unknown; readonly run: StoredRun }
  | { readonly status: "done"; readonly input: unknown; readonly result: unknown };

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

async function runCommand(path: string, { out }: { readonly out?: string }): Promise<void> {
  const input = readJson(path);
  const settings = readTrainingSettings(input);
  const kept = out === undefined ? undefined : readKept(out, input);
  if (kept?.status === "done") {
    printJson(kept.result);
    return;
  }
  const run = new TrainingRun(settings, kept?.run);
  const keep = (content: Kept): void => {
    if (out === undefined) return;
    mkdirSync(dirname(out), { recursive: true });
    writeFileAtomic(out, `${JSON.stringify(content, null, 1)}\n`);
  };
  await advanceToTheEnd(run, () => keep({ status: "unfinished", input, run: run.store() }), out);
  const result = resultOf(settings, run);
  keep({ status: "done", input, result });
  printJson(result);
}

/** Few enough to hear a signal soon, enough that starting and stopping cost nothing. */
const STEPS_AT_ONCE = 10;

/** A few steps at a time, so that signals are heard and a bar moves; the state is kept every few seconds. */
async function advanceToTheEnd(run: TrainingRun, keep: () => void, out: string | undefined): Promise<void> {
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const progress = createProgress(run.totalSteps, process.stderr, "steps");
  progress.step(run.stepsDone);
  let lastKept = performance.now();
  try {
    while (run.results === undefined) {
      const [start, before] = [performance.now(), run.stepsDone];
      do run.advance(STEPS_AT_ONCE);
      while (run.results === undefined && performance.now() - start < 50);
      progress.step(run.stepsDone - before);
      await new Promise(setImmediate);
      if (interrupted || performance.now() - lastKept > 3000) {
        keep();
        lastKept = performance.now();
      }
      if (interrupted && run.results === undefined) {
        const kept =
          out === undefined ? "nothing is kept without --out" : "the same command goes on from there";
        throw new Error(`interrupted after ${run.stepsDone} of ${run.totalSteps} steps; ${kept}`);
      }
    }
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

function readKept(out: string, input: unknown): Kept | undefined {
  if (!existsSync(out)) return undefined;
  let kept: Kept;
  try {
    kept = JSON.parse(readFileSync(out, "utf8")) as Kept;
  } catch {
    throw new InputError("--out", out, "a file of an earlier run with the same input, or none");
  }
  if (JSON.stringify(kept?.input) !== JSON.stringify(input)) {
    throw new InputError(
      "--out",
      out,
      "a file of an earlier run with the same input, or none: this one holds another",
    );
  }
  return kept;
}

function resultOf(settings: TrainingSettings, run: TrainingRun): unknown {
  const { pretraining, fineTuning } = run.results!;
  const layout = parameterLayout(settings.model);
  const describe = ({ point, ...stage }: StageResult): unknown => {
    const layers = layersOf(layout, point);
    const [head, ...others] = layers[0]!;
    const single = layers.length === 1 && others.length === 0;
    return { ...stage, layers, ...(single ? { parameters: reducedParameters(head!) } : {}) };
  };
  return {
    pretraining: describe(pretraining!),
    ...(fineTuning === undefined
      ? {}
      : { targetTask: settings.fineTuning!.targetTask, fineTuning: describe(fineTuning) }),
  };
}
