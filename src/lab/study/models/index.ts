import { defineStudy } from "../study";
import { STUDIED_MODELS } from "./models";
import { modelsTables } from "./tables";
import { type ModelsInput, runModels } from "./unit";

const SIZE = {
  full: { seeds: 10, pretrainingBlock: 1000, fineTuningBlock: 500, testPrompts: 2000 },
  quick: { seeds: 2, pretrainingBlock: 15, fineTuningBlock: 10, testPrompts: 200 },
};

/** Do softmax attention and deeper linear attention forget as one linear layer does? */
export const otherModels = defineStudy({
  name: "models",
  title: "Other models: softmax attention, depth, heads",
  question:
    "Does full fine-tuning forget, does value-only fine-tuning remember, and does the auxiliary loss take sides, when the model is a softmax layer or a stack of linear ones?",
  units: ({ profile, seed }) => {
    const { seeds, ...size } = SIZE[profile];
    return Array.from({ length: seeds }, (_, k) =>
      STUDIED_MODELS.map(({ name }) => ({
        name: `${name}, seed ${seed + k}`,
        input: { model: name, seed: seed + k, ...size } satisfies ModelsInput,
      })),
    ).flat();
  },
  run: runModels,
  tables: modelsTables,
});
