import { RandomSource } from "@finetune-icl/core/simulate";
import {
  drawPrompts,
  drawTask,
  type PromptBatch,
  splitParameters,
  storeParameters,
  TRAINABLE_SETS,
  type Trainable,
  type TrainingRun,
  train,
  trainableName,
} from "@finetune-icl/transformer";
import { generalParameters, SMALL } from "./support";

/** A run of training that PyTorch does too. */
interface TwinCase {
  readonly name: string;
  readonly run: TrainingRun;
}

const STEPS = 4;
const SETTING = { dimension: SMALL.dimension, noiseVariance: 0.1 };
const start = generalParameters(SMALL, 11);

const zeroShot = (step: number) => ({
  weight: 1,
  batch: drawPrompts(
    SETTING,
    { prompts: 4, shots: 0, scored: "all", taskOf: () => [0.6, 0.8] },
    new RandomSource(step, 31),
  ),
});

function replay(step: number) {
  const random = new RandomSource(step, 32);
  const taskOf = () => drawTask(SMALL.dimension, random);
  return {
    weight: 0.5,
    batch: drawPrompts(SETTING, { prompts: 3, shots: 3, scored: "all-but-first", taskOf }, random),
  };
}

function twinCase(
  trainable: Trainable,
  what: string,
  batchesOf: TrainingRun["batchesOf"],
  decay = 0,
  decayTowards: "zero" | "start" = "zero",
): TwinCase {
  const optimiser = { rate: 3e-3, decay, decayTowards };
  return {
    name: `${trainableName(trainable)}, ${what}`,
    run: { shape: SMALL, start, trainable, optimiser, steps: STEPS, seed: 5, batchesOf },
  };
}

const sets = TRAINABLE_SETS.map((set): Trainable => ({ kind: "set", set }));
const lora = (["value", "query-value", "query-key", "attention", "mlp"] as const).map(
  (target): Trainable => ({ kind: "lora", target, rank: 2, scale: 2 }),
);

/** Every trainable set on zero-shot prompts, and the other parts of an objective once each. */
export const TWIN_CASES: readonly TwinCase[] = [
  ...[...sets, ...lora].map((trainable) =>
    twinCase(trainable, "zero-shot and replay", (step) => [zeroShot(step), replay(step)]),
  ),
  twinCase(sets[0]!, "zero-shot", (step) => [zeroShot(step)]),
  twinCase(sets[0]!, "decay towards zero", (step) => [zeroShot(step)], 5, "zero"),
  twinCase(sets[0]!, "decay towards the start", (step) => [zeroShot(step)], 5, "start"),
];

export const lossesHere = ({ run }: TwinCase): readonly number[] => train(run).losses;

const batchFile = ({ prompts, length, tokens, labels, weights }: PromptBatch) =>
  storeParameters({
    tokens: { shape: [prompts, length, SMALL.dimension + 1], values: tokens },
    labels: { shape: [prompts, length], values: labels },
    weights: { shape: [length], values: weights },
  });

/** What src/transformer/pytorch/gpt.py reads. */
export const twinRequest = () => ({
  shape: SMALL,
  parameters: storeParameters(start),
  cases: TWIN_CASES.map(({ name, run }) => ({
    name,
    trainable: run.trainable,
    optimiser: run.optimiser,
    ...(run.trainable.kind === "lora" && {
      adapters: storeParameters(splitParameters(start, run.trainable, run.seed).trained),
    }),
    steps: Array.from({ length: STEPS }, (_, step) =>
      run.batchesOf(step).map(({ weight, batch }) => ({ weight, batch: batchFile(batch) })),
    ),
  })),
});
