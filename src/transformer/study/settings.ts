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
const OTHER_LORA: readonly Trainable[] = [
  ...[1, 2, 8].map((rank) => lora("value", rank)),
  ...(["query-value", "query-key", "attention", "mlp"] as const).flatMap((target) =>
    [1, 2, 4, 8].map((rank) => lora(target, rank)),
  ),
];

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
  readonly testPrompts: number;
}

export const SIZES: Readonly<Record<Profile, StudySize>> = {
  full: {
    shape: { dimension: 2, maxShots: 6, layers: 2, width: 32, heads: 2 },
    noiseVariance: 0.1,
    pretraining: { steps: 2500, prompts: 128, rate: 3e-3 },
    fineTuning: { steps: 200, prompts: 128 },
    seeds: 5,
    targets: 3,
    rates: [1e-3, 3e-4, 3e-3],
    trainables: [MAIN_SETS, OTHER_LORA],
    objectives: Object.keys(OBJECTIVES),
    testPrompts: 512,
  },
  quick: {
    shape: { dimension: 2, maxShots: 3, layers: 2, width: 16, heads: 2 },
    noiseVariance: 0.1,
    pretraining: { steps: 400, prompts: 64, rate: 1e-2 },
    fineTuning: { steps: 100, prompts: 64 },
    seeds: 2,
    targets: 1,
    rates: [3e-3],
    trainables: [MAIN_SETS.slice(0, 4)],
    objectives: ["zero-shot", "replay"],
    testPrompts: 256,
  },
};

/**
 * Excesses of the zero-shot risk over σ², as shares of what it was before, at which models are compared: "matched" zero-shot risk.
 */
export const MATCHED = [0.2, 0.1, 0.05] as const;
