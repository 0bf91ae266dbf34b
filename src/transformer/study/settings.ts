import type { Profile } from "@finetune-icl/core/evidence";
import type { GptShape } from "../gpt/shape";
import type { Trainable } from "../gpt/trainable";
import type { Objective } from "../training/fineTune";

/** What is added to the zero-shot loss, by the name that tables use. */
export const OBJECTIVES: Readonly<Record<string, Objective>> = {
  "zero-shot": { auxiliaryPrompts: 0, replayPrompts: 0, decay: 0 },
  replay: { auxiliaryPrompts: 0, replayPrompts: 16, decay: 0 },
  auxiliary: { auxiliaryPrompts: 32, replayPrompts: 0, decay: 0 },
  decay: { auxiliaryPrompts: 0, replayPrompts: 0, decay: 1 },
};

const set = (name: Extract<Trainable, { kind: "set" }>["set"]): Trainable => ({ kind: "set", set: name });
const lora = (target: Extract<Trainable, { kind: "lora" }>["target"], rank: number): Trainable => ({
  kind: "lora",
  target,
  rank,
  scale: 2,
});

const MAIN_SETS: readonly Trainable[] = [
  set("all"),
  set("value"),
  set("attention"),
  set("mlp"),
  lora("value", 4),
  set("value-output"),
  set("layer-norm"),
  set("readout"),
  set("query-key"),
];
/** Which layer's values, which layer's MLP, and values that a token writes into itself alone: asked in the second section of the preregistration. */
const DECOMPOSITION: readonly Trainable[] = [
  { kind: "set", set: "value", layers: [1, 1] },
  { kind: "set", set: "value", layers: [2, 2] },
  { kind: "own-value" },
  { kind: "set", set: "mlp", layers: [1, 1] },
  { kind: "set", set: "mlp", layers: [2, 2] },
];
/** The sets whose order is to be seen at other rates and targets too. */
const REPEATED: readonly Trainable[] = [
  set("all"),
  set("value"),
  { kind: "own-value" },
  set("mlp"),
  lora("value", 4),
];
const OTHER_LORA: readonly Trainable[] = [
  ...[1, 2, 8].map((rank) => lora("value", rank)),
  ...(["query-value", "query-key", "attention", "mlp"] as const).flatMap((target) =>
    [1, 2, 4, 8].map((rank) => lora(target, rank)),
  ),
];

type Kept = Omit<Extract<Trainable, { kind: "confined" }>, "kind" | "random">;
/** An update that is kept off directions, and its control: as many directions, at random. */
const withControl = (kept: Kept): readonly Trainable[] => [
  { kind: "confined", ...kept },
  { kind: "confined", ...kept, random: true },
];
const offValue = (off: Kept["off"], share: number): readonly Trainable[] =>
  withControl({ matrices: "value", off, share });

/** The sets of the primary questions about updates kept off what examples use. */
const CONFINED_FIRST: readonly Trainable[] = [
  set("all"),
  set("value"),
  { kind: "own-value" },
  ...offValue("labels", 0.99),
  ...offValue("examples", 0.95),
];
const CONFINED_SECOND: readonly Trainable[] = [
  ...offValue("labels", 0.95),
  ...offValue("examples", 0.99),
  { kind: "own-value", layers: [2, 2] },
  { kind: "own-value", layers: [1, 1] },
  { kind: "set", set: "value", layers: [2, 2] },
  { kind: "set", set: "value", layers: [1, 1] },
  set("attention"),
];
const CONFINED_MLP: readonly Trainable[] = [
  set("mlp"),
  ...withControl({ matrices: "mlp", off: "labels", share: 0.99 }),
];

/** Cells that are done together: every combination, in the order of the lists, seeds innermost. */
export interface CellBlock {
  readonly rates: readonly number[];
  /** Numbers of a seed's targets, from 0. */
  readonly targets: readonly number[];
  readonly objectives: readonly string[];
  readonly trainables: readonly Trainable[];
}

/** How much of the study a profile does. */
export interface StudySize {
  readonly shape: GptShape;
  readonly noiseVariance: number;
  readonly pretraining: { readonly steps: number; readonly prompts: number; readonly rate: number };
  readonly fineTuning: { readonly steps: number; readonly prompts: number };
  /** Pretraining seeds. */
  readonly seeds: number;
  /** Targets a seed: drawn anew for each. */
  readonly targets: number;
  readonly rates: readonly number[];
  /** In groups, the first group first. */
  readonly trainables: readonly (readonly Trainable[])[];
  readonly objectives: readonly string[];
  /** What is done before the grid is gone through: cells of it, and others. */
  readonly first: readonly CellBlock[];
  readonly testPrompts: number;
}

/** What the two sections of the preregistration put first, in their order. */
const FIRST: readonly CellBlock[] = [
  { rates: [1e-3], targets: [0], objectives: ["zero-shot", "replay"], trainables: MAIN_SETS },
  { rates: [1e-3], targets: [0], objectives: ["auxiliary"], trainables: MAIN_SETS.slice(0, 2) },
  { rates: [1e-3], targets: [0], objectives: ["zero-shot", "replay"], trainables: DECOMPOSITION },
  { rates: [3e-4, 3e-3], targets: [0], objectives: ["zero-shot"], trainables: REPEATED },
  { rates: [1e-3], targets: [1, 2], objectives: ["zero-shot"], trainables: REPEATED },
  { rates: [3e-4, 3e-3], targets: [0], objectives: ["replay"], trainables: REPEATED },
  { rates: [1e-3], targets: [1, 2], objectives: ["replay"], trainables: REPEATED },
];

/** A whole study and its tiny twin; and those of updates kept off what examples use, which have a preregistration of their own. */
export type TransformerStudyName = Profile | "confined" | "confined-quick";
/** Whether a study is one of updates kept off what examples use. */
export const isConfinedStudy = (name: TransformerStudyName): boolean => name.startsWith("confined");

const FULL: StudySize = {
  shape: { dimension: 2, maxShots: 6, layers: 2, width: 32, heads: 2 },
  noiseVariance: 0.1,
  pretraining: { steps: 2500, prompts: 128, rate: 3e-3 },
  fineTuning: { steps: 200, prompts: 128 },
  seeds: 5,
  targets: 3,
  rates: [1e-3, 3e-4, 3e-3],
  trainables: [MAIN_SETS, OTHER_LORA],
  objectives: Object.keys(OBJECTIVES),
  first: FIRST,
  testPrompts: 512,
};

const QUICK: StudySize = {
  shape: { dimension: 2, maxShots: 3, layers: 2, width: 16, heads: 2 },
  noiseVariance: 0.1,
  pretraining: { steps: 400, prompts: 64, rate: 1e-2 },
  fineTuning: { steps: 100, prompts: 64 },
  seeds: 2,
  targets: 1,
  rates: [3e-3],
  trainables: [MAIN_SETS.slice(0, 4)],
  objectives: ["zero-shot", "replay"],
  first: [],
  testPrompts: 256,
};

export const SIZES: Readonly<Record<TransformerStudyName, StudySize>> = {
  full: FULL,
  quick: QUICK,
  confined: {
    ...FULL,
    rates: [1e-3],
    trainables: [],
    objectives: ["zero-shot"],
    first: [
      ...[CONFINED_FIRST, CONFINED_SECOND, CONFINED_MLP].map((trainables) => ({
        rates: [1e-3],
        targets: [0, 1, 2],
        objectives: ["zero-shot"],
        trainables,
      })),
      { rates: [3e-3], targets: [0, 1, 2], objectives: ["zero-shot"], trainables: CONFINED_FIRST },
    ],
  },
  "confined-quick": {
    ...QUICK,
    seeds: 5,
    trainables: [[...CONFINED_FIRST, { kind: "own-value", layers: [2, 2] }]],
    objectives: ["zero-shot"],
  },
};

/**
 * Excesses of the zero-shot risk over σ², as shares of what it was before, at which models are compared: "matched" zero-shot risk.
 */
export const MATCHED = [0.2, 0.1, 0.05] as const;
