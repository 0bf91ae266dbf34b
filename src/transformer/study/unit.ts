import { RandomSource } from "@finetune-icl/core/simulate";
import { interpolate, loadParameters, type StoredParameters, storeParameters } from "../gpt/parameters";
import type { GptShape } from "../gpt/shape";
import { preparedParameters, type Trainable, trainableName } from "../gpt/trainable";
import { drawTestSets, type Measure, measure } from "../measuring/measure";
import { createPredictor, type Predictor } from "../measuring/predictor";
import { drawZeroShot, zeroShotPath } from "../measuring/zeroShotPath";
import { type Allowed, allowedDirections } from "../training/confine";
import { fineTune } from "../training/fineTune";
import { type PretrainingSettings, pretrain } from "../training/pretrain";
import { drawTask } from "../training/prompts";
import { MATCHED, OBJECTIVES } from "./settings";

/** Pretraining of one seed. */
export interface PretrainingInput {
  readonly kind: "pretraining";
  readonly settings: PretrainingSettings;
  readonly testPrompts: number;
}

export interface PretrainingResult {
  readonly parameters: StoredParameters;
  /** Mean loss over each tenth of the steps. */
  readonly losses: readonly number[];
  /** On fresh tasks, at every number of examples. */
  readonly measures: readonly Measure[];
}

/** One fine-tuning of one pretrained model: a cell of the grid. */
export interface CellInput {
  readonly kind: "cell";
  readonly shape: GptShape;
  readonly noiseVariance: number;
  readonly seed: number;
  /** Which of the seed's targets. */
  readonly target: number;
  readonly trainable: Trainable;
  readonly objective: string;
  readonly rate: number;
  readonly steps: number;
  readonly prompts: number;
  readonly testPrompts: number;
  readonly start: StoredParameters;
}

/** A model on the way from the start to the end of a fine-tuning. */
export interface PathPoint {
  /** `start`, `end`, or the share of the zero-shot excess that is left, as text. */
  readonly at: string;
  /** How far on the straight line of parameters from start to end. */
  readonly share: number;
  /** E (f − θ₀·x)² on zero-shot prompts of the target: zero-shot risk less σ². */
  readonly excess: number;
  /** At 0 and at maxShots examples. */
  readonly measures: readonly Measure[];
}

export interface CellResult {
  readonly points: readonly PathPoint[];
  /** The loss before the last step. */
  readonly lastLoss: number;
  /** What a confined update was left, matrix by matrix. */
  readonly allowed?: readonly Omit<Allowed, "projection">[];
}

export type UnitInput = PretrainingInput | CellInput;
/** What a unit gives: a pretrained model with its measures, or the path of one fine-tuning. */
export type UnitResult = PretrainingResult | CellResult;

export const cellName = ({
  seed,
  target,
  trainable,
  objective,
  rate,
}: Pick<CellInput, "seed" | "target" | "trainable" | "objective" | "rate">): string =>
  `seed ${seed}, target ${target}, ${trainableName(trainable)}, ${objective}, rate ${rate}`;

/** What a worker does with one unit; the same input gives the same result. */
export const runUnit = (input: UnitInput): UnitResult =>
  input.kind === "pretraining" ? runPretraining(input) : runCell(input);

const predictors = new Map<string, Predictor>();

/** Compiled once a thread. */
function predictorFor(shape: GptShape): Predictor {
  const key = JSON.stringify(shape);
  const predictor = predictors.get(key) ?? createPredictor(shape);
  predictors.set(key, predictor);
  return predictor;
}

const TARGET_STREAM = 40;
/** Test prompts are those of no training seed; each seed and target has its own, the same for all that is trained. */
const TEST_SEED = 1_000_000;

/** θ₀, the target's number k of a seed. */
const targetOf = (dimension: number, seed: number, k: number): readonly number[] => [
  ...drawTask(dimension, new RandomSource(seed, TARGET_STREAM + k)),
];

export function runPretraining({ settings, testPrompts }: PretrainingInput): PretrainingResult {
  const { shape, noiseVariance, seed, steps } = settings;
  const { parameters, losses } = pretrain(settings);
  const sets = drawTestSets(shape, {
    target: targetOf(shape.dimension, seed, 0),
    noiseVariance,
    prompts: testPrompts,
    seed: TEST_SEED,
  }).filter(({ task }) => task === "fresh");
  const shots = Array.from({ length: shape.maxShots + 1 }, (_, n) => n);
  const tenth = Math.ceil(steps / 10);
  return {
    parameters: storeParameters(parameters),
    losses: Array.from({ length: 10 }, (_, k) => meanOf(losses.slice(k * tenth, (k + 1) * tenth))),
    measures: measure(predictorFor(shape), parameters, sets, shots),
  };
}

export function runCell(input: CellInput): CellResult {
  const { shape, noiseVariance, seed, trainable, rate, steps, prompts, testPrompts } = input;
  const predictor = predictorFor(shape);
  const target = targetOf(shape.dimension, seed, input.target);
  const start = preparedParameters(loadParameters(input.start), trainable);
  const tuning = { shape, noiseVariance, seed: 1000 * (seed + 1) + input.target };
  const { parameters: end, losses } = fineTune(start, {
    ...tuning,
    target,
    trainable,
    objective: OBJECTIVES[input.objective]!,
    rate,
    steps,
    prompts,
  });
  const testSeed = TEST_SEED + 100 * seed + input.target;
  const sets = drawTestSets(shape, { target, noiseVariance, prompts: testPrompts, seed: testSeed });
  const zeroShot = drawZeroShot(shape, { target, prompts: 2 * testPrompts, seed: testSeed });
  const { excessAt, firstAt } = zeroShotPath(predictor, start, end, zeroShot);
  const pointAt = (at: string, share: number): PathPoint => ({
    at,
    share,
    excess: excessAt(share),
    measures: measure(predictor, interpolate(start, end, share), sets, [0, shape.maxShots]),
  });
  const matched = MATCHED.flatMap((left) => {
    const share = firstAt(left);
    return share === undefined ? [] : [pointAt(String(left), share)];
  });
  return {
    points: [pointAt("start", 0), ...matched, pointAt("end", 1)],
    lastLoss: losses.at(-1)!,
    ...(trainable.kind === "confined" && {
      allowed: allowedDirections(start, { ...tuning, trainable }).map(({ projection: _, ...left }) => left),
    }),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
