import { RandomSource } from "@finetune-icl/core/simulate";
import * as transformer from "@finetune-icl/transformer";
import type { Rows } from "./row";

const PARAMETERS = "takes parameters, whose names and shapes it is made for";
const FILES = "takes files and the numbers of a program's options, which are read";

const WORDS =
  "takes word tasks, which are read from files; too short ones are refused, which its own tests try";

const shape = (dimension: number) => ({ dimension, maxShots: 1, layers: 1, width: 2, heads: 1 });
const value: transformer.Trainable = { kind: "set", set: "value" };

/** The functions of the small GPT. */
export const TRANSFORMER_ROWS: Rows = {
  allowedDirections: PARAMETERS,
  createPredictor: {
    args: ({ d }) => ({ shape: shape(d) }),
    call: ({ shape: sizes }) => transformer.createPredictor(sizes).dispose(),
  },
  drawPrompts: {
    args: ({ d, number }) => ({ setting: { dimension: d, noiseVariance: number() }, prompts: 2, shots: 2 }),
    call: ({ setting, prompts, shots }) =>
      transformer.drawPrompts(
        setting,
        { prompts, shots, scored: "all", taskOf: () => [1, 0, 0] },
        new RandomSource(1),
      ),
  },
  drawTask: {
    args: ({ d }) => ({ dimension: d }),
    call: ({ dimension }) => transformer.drawTask(dimension, new RandomSource(1)),
  },
  drawTestSets: {
    args: ({ d, vector, number }) => ({
      shape: shape(d),
      target: vector(),
      noiseVariance: number(),
      prompts: 2,
      seed: 1,
    }),
    call: ({ shape: sizes, ...options }) => transformer.drawTestSets(sizes, options),
  },
  drawLanguagePrompts: WORDS,
  drawZeroShot: {
    args: ({ d, vector }) => ({ shape: shape(d), target: vector(), prompts: 2, seed: 1 }),
    call: ({ shape: sizes, ...options }) => transformer.drawZeroShot(sizes, options),
  },
  fineTune: {
    args: ({ vector, number }) => ({
      target: vector(2),
      noiseVariance: number(),
      objective: { auxiliaryPrompts: 1, replayPrompts: 1, decay: number() },
      rate: number() / 100,
      steps: 1,
      prompts: 1,
      seed: 1,
    }),
    call: (settings) =>
      transformer.fineTune(transformer.initialParameters(shape(2), 1), {
        shape: shape(2),
        trainable: value,
        ...settings,
      }),
  },
  forward: "takes arrays of the tensor library",
  initialParameters: {
    args: ({ d }) => ({ shape: shape(d), seed: 1 }),
    call: ({ shape: sizes, seed }) => transformer.initialParameters(sizes, seed),
  },
  interpolate: {
    args: ({ number }) => ({ share: number() }),
    call: ({ share }) => {
      const start = transformer.initialParameters(shape(2), 1);
      return transformer.interpolate(start, start, share);
    },
  },
  isIntruder: WORDS,
  languageCells: "takes names of tasks and a number of seeds of the program's own",
  loadParameters: "takes texts, and refuses those that do not fill a shape, which its own tests try",
  measure: PARAMETERS,
  openTransformerCheckpoint: FILES,
  preparedParameters: PARAMETERS,
  parameterShapes: {
    args: ({ d }) => ({ shape: shape(d) }),
    call: ({ shape: sizes }) => transformer.parameterShapes(sizes),
  },
  prepareLanguageStudy: WORDS,
  pretrain: {
    args: ({ number }) => ({
      noiseVariance: number(),
      steps: 1,
      prompts: 1,
      rate: number() / 100,
      seed: 1,
    }),
    call: (settings) => transformer.pretrain({ shape: shape(2), ...settings }),
  },
  readChoices: "takes a text, and refuses what is no question, which its own tests try",
  readLanguagePlan: FILES,
  readWordTasks: FILES,
  requireShape: {
    args: ({ d }) => ({ shape: shape(d) }),
    call: ({ shape: sizes }) => transformer.requireShape(sizes),
  },
  ridgePrediction: {
    args: ({ vector, number }) => ({
      examples: [{ covariates: vector(), label: number() }],
      query: vector(),
      penalty: number(),
    }),
    call: ({ examples, query, penalty }) => transformer.ridgePrediction(examples, query, penalty),
    anyLength: ["examples"],
  },
  runTransformerStudy: FILES,
  runTransformerUnits: FILES,
  requireTransformerFolder: FILES,
  saveTransformerStudy: FILES,
  shardUnits: FILES,
  splitParameters: PARAMETERS,
  storeParameters: PARAMETERS,
  summariseLanguageStudy: FILES,
  train: PARAMETERS,
  trainableName: "takes a choice of what is trained",
  transformerTables: FILES,
  unitCount: FILES,
  unitNames: FILES,
  withAllowed: PARAMETERS,
  zeroShotPath: PARAMETERS,
};
