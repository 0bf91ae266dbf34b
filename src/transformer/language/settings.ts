import type { Role } from "./tasks";

/** Which weights move: projections by their names in Llama-like models, the span of layers as shares of the depth, a rank for LoRA. */
export interface TrainableWeights {
  readonly name: string;
  readonly modules: readonly string[];
  readonly layers: readonly [first: number, end: number];
  /** 0 for the weights themselves. */
  readonly rank: number;
  readonly scale: number;
  /** Of AdamW. */
  readonly rate: number;
}

/** What is added to the zero-shot loss of the target. */
export interface LanguageObjective {
  readonly name: string;
  /** The few-shot loss of the target, its weight falling from 1 to 0. */
  readonly auxiliary: boolean;
  /** How many tasks of the pool are replayed. */
  readonly replay: 0 | 1 | 2 | 4;
  /** Decoupled, towards the start: the share of the way gone that every step takes back. */
  readonly decay: number;
}

const VALUE = ["v_proj"];
const ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"];
const MLP = ["gate_proj", "up_proj", "down_proj"];

const weights = (
  name: string,
  modules: readonly string[],
  rate: number,
  more: Partial<TrainableWeights> = {},
): TrainableWeights => ({ name, modules, rate, layers: [0, 1], rank: 0, scale: 2, ...more });

/** Rates times steps are about those with which the pilot run came to a zero-shot loss of 0.2 to 0.6. */
export const TRAINABLES: readonly TrainableWeights[] = [
  weights("all", [...ATTENTION, ...MLP], 3e-5),
  weights("value", VALUE, 3e-4),
  weights("value, first third", VALUE, 3e-4, { layers: [0, 1 / 3] }),
  weights("lora-value-8", VALUE, 1.5e-3, { rank: 8 }),
  weights("attention", ATTENTION, 8e-5),
  weights("mlp", MLP, 8e-5),
  weights("query-key", ["q_proj", "k_proj"], 3e-4),
  weights("value-output", ["v_proj", "o_proj"], 1.5e-4),
  weights("value, middle third", VALUE, 7.5e-4, { layers: [1 / 3, 2 / 3] }),
  weights("value, last third", VALUE, 1.5e-3, { layers: [2 / 3, 1] }),
  weights("all, first third", [...ATTENTION, ...MLP], 8e-5, { layers: [0, 1 / 3] }),
  weights("all, middle third", [...ATTENTION, ...MLP], 8e-5, { layers: [1 / 3, 2 / 3] }),
  weights("all, last third", [...ATTENTION, ...MLP], 8e-5, { layers: [2 / 3, 1] }),
  weights("lora-attention-8", ATTENTION, 5e-4, { rank: 8 }),
  weights("lora-all-8", [...ATTENTION, ...MLP], 3e-4, { rank: 8 }),
];

const objective = (name: string, more: Partial<LanguageObjective> = {}): LanguageObjective => ({
  name,
  auxiliary: false,
  replay: 0,
  decay: 0,
  ...more,
});

/** In the order in which they are tried. */
export const LANGUAGE_OBJECTIVES: readonly LanguageObjective[] = [
  objective("zero-shot"),
  objective("replay-2", { replay: 2 }),
  objective("auxiliary", { auxiliary: true }),
  objective("decay", { decay: 0.02 }),
  objective("replay-4", { replay: 4 }),
  objective("replay-1", { replay: 1 }),
];

/** The cells that are done first, of the first target: where the pilots leave the question most open. */
export const FIRST: readonly (readonly [trainable: string, objective: string])[] = [
  ["all", "zero-shot"],
  ["value", "zero-shot"],
  ["all", "replay-2"],
  ["value, first third", "zero-shot"],
  ["lora-value-8", "zero-shot"],
  ["all", "auxiliary"],
];

/** How much a plan asks of every cell. */
export interface LanguageStudySize {
  readonly seeds: number;
  readonly steps: number;
  /** Zero-shot prompts a step. */
  readonly prompts: number;
  /** Few-shot prompts a step, of the target (auxiliary) or of all replayed tasks together. */
  readonly fewShotPrompts: number;
  /** Examples in them before the last. */
  readonly trainingShots: number;
  /** Zero-shot losses (nats) on the target at which models are compared, where it is not the target's own. */
  readonly levels?: readonly number[];
  /** Whether the end of a path is measured too. */
  readonly measureEnd: boolean;
  readonly shots: readonly number[];
  /** How many tasks of the pool and of the unseen ones are measured: the first so many. */
  readonly poolTasks: number;
  readonly unseenTasks: number;
  /** Other tasks than the target are measured without examples too. */
  readonly otherZeroShots: boolean;
  /** Tasks that are measured under shuffled labels too. */
  readonly shuffled: readonly Role[];
  /** Contexts a point, and queries a context: prompts a point are their product. */
  readonly contexts: number;
  readonly queries: number;
}

/** How much of the study: all of it; what two shared cores do in an hour; a few steps to try the program. */
export type LanguageProfile = "full" | "short" | "tiny";

/** What every profile asks of a cell. */
export const LANGUAGE_SIZES: Readonly<Record<LanguageProfile, LanguageStudySize>> = {
  full: {
    seeds: 5,
    steps: 30,
    prompts: 16,
    fewShotPrompts: 4,
    trainingShots: 8,
    measureEnd: false,
    shots: [0, 1, 2, 4, 8, 12],
    poolTasks: 4,
    unseenTasks: 3,
    otherZeroShots: false,
    shuffled: ["unseen"],
    contexts: 16,
    queries: 8,
  },
  short: {
    seeds: 3,
    steps: 30,
    prompts: 16,
    fewShotPrompts: 2,
    trainingShots: 8,
    measureEnd: false,
    shots: [0, 8],
    poolTasks: 2,
    unseenTasks: 3,
    otherZeroShots: false,
    shuffled: ["unseen"],
    contexts: 16,
    queries: 8,
  },
  tiny: {
    seeds: 2,
    steps: 3,
    prompts: 4,
    fewShotPrompts: 4,
    trainingShots: 2,
    levels: [1000, 0.001],
    measureEnd: true,
    shots: [0, 2],
    poolTasks: 1,
    unseenTasks: 1,
    otherZeroShots: false,
    shuffled: ["target", "pool", "unseen"],
    contexts: 2,
    queries: 2,
  },
};
