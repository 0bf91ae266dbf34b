import { readWhole, requireNumber } from "@finetune-icl/base";
import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { asPoint, exactLoss, exactRisk, pack, unpack } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  CONSTANT_SLOT,
  constantColumn,
  covariateBlock,
} from "@finetune-icl/core/model";
import { isotropicSetting, type ShotCount } from "@finetune-icl/core/problem";
import { RandomSource } from "@finetune-icl/core/simulate";
import {
  auxiliaryValueOptimum,
  blockParameters,
  erasureRank,
  forcedOffset,
  lowRankParameters,
  pretrainedBlock,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { followGradientFlow, LowRankUpdate, type Recorded, recorder } from "@finetune-icl/core/train";
import { Matrix as DenseMatrix, EigenvalueDecomposition } from "ml-matrix";

export const UPDATED_SETS = ["value", "key-query", "all"] as const;

/** One low-rank fine-tuning by exact gradients, from one start of the factors. */
export interface LowRankInput {
  /** Of which matrices the update is; "all": of V and of M, each of the rank. */
  readonly set: (typeof UPDATED_SETS)[number];
  readonly rank: number;
  /** Zero-shot prompts alone, or with the loss at 20 shots too, weight 1. */
  readonly auxiliary: boolean;
  readonly seed: number;
  /** Time of gradient flow; 500 is that of the released experiment. */
  readonly time: number;
}

export interface LowRankResult {
  readonly zeroShot: number;
  readonly target: number;
  readonly opposite: number;
  readonly unrelated: number;
  /** With infinitely many examples. */
  readonly unrelatedLimit: number;
  readonly targetLimit: number;
  /** M₀₀. */
  readonly score: number;
  /** |M_x0|, which zero-shot prompts see only together with M_0x. */
  readonly offset: number;
  /** What theory says of |M_x0| and of the two limits at this M₀₀ and these directions; undefined where it says nothing. */
  readonly predictedOffset?: number;
  readonly predictedLimit?: number;
  readonly predictedTargetLimit?: number;
  /** How many eigenvalues of sym(M_xx) are above half of what pretraining left. */
  readonly directionsKept: number;
  readonly settled: boolean;
  /** The optimum of the zero-shot risk that theory knows, NaN where it knows none; see `attained`. */
  readonly predicted: number;
  /** What the unrelated task cost on the way, when the zero-shot excess had come down to each of {@link MATCHED_EXCESSES}. */
  readonly matched: readonly MatchedMoment[];
}

/** A flow at the moment at which its zero-shot excess R(0, θ₀) − σ² passed a given value. */
export interface MatchedMoment {
  readonly excess: number;
  readonly time: number;
  /** On the orthogonal task at 20 shots. */
  readonly unrelated: number;
}

/** Ranks learn at different speeds; at equal zero-shot excess they can be compared. */
export const MATCHED_EXCESSES = [0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01] as const;

/** Moments at which a flow is looked at, from 0.1 to its end, evenly in the logarithm. */
const momentsUntil = (time: number): readonly number[] => {
  const first = Math.min(0.1, time / 10);
  return Array.from({ length: 200 }, (_, k) => first * (time / first) ** (k / 199));
};

const SHOTS = 20;
/** The released setting, which all flows of the study start from. */
export const LOW_RANK_SETTING = isotropicSetting({
  dimension: 5,
  noiseVariance: 0.1,
  pretrainingShots: SHOTS,
});
const { problem, pretraining } = LOW_RANK_SETTING;
const TARGET: Vector = [1, 0, 0, 0, 0];
const UNRELATED: Vector = [0, 1, 0, 0, 0];

/**
 * Fine-tunes by updates of low rank, and tests the end.
 * @throws InputError when the rank or the seed is no whole number, or the time not finite.
 */
export function runLowRank(input: LowRankInput): LowRankResult {
  const { set, rank, auxiliary, seed, time } = input;
  readWhole(rank, "rank", 0);
  readWhole(seed, "seed", 0);
  requireNumber(time, "time");
  const gamma = pretrainedBlock(FLOAT, problem, pretraining);
  const base = asPoint(pack(blockParameters(FLOAT, { block: gamma })));
  const ranks = { value: set === "key-query" ? 0 : rank, keyQuery: set === "value" ? 0 : rank };
  const update = new LowRankUpdate(base, problem.dimension + 2, ranks);
  const terms = [
    { task: TARGET, shots: 0, weight: 1 },
    ...(auxiliary ? [{ task: TARGET, shots: SHOTS, weight: 1 }] : []),
  ];
  const { observer, records } = recorder({ at: momentsUntil(time) }, (point) => {
    const on = unpack(update.updated(point));
    return {
      excess: exactRisk(FLOAT, problem, TARGET, 0, on) - problem.noiseVariance,
      unrelated: exactRisk(FLOAT, problem, UNRELATED, SHOTS, on),
    };
  });
  const end = followGradientFlow(
    update.lossOf(exactLoss(problem, terms)),
    update.start(new RandomSource(seed, rank)),
    { maxTime: time, gradientTolerance: 1e-6, stepTolerance: 1e-7 },
    observer,
  );
  const parameters = unpack(update.updated(end.point));
  const risk = (task: Vector, shots: ShotCount): number => exactRisk(FLOAT, problem, task, shots, parameters);
  return {
    zeroShot: risk(TARGET, 0),
    target: risk(TARGET, SHOTS),
    opposite: risk(
      TARGET.map((x) => -x),
      SHOTS,
    ),
    unrelated: risk(UNRELATED, SHOTS),
    unrelatedLimit: risk(UNRELATED, "infinity"),
    targetLimit: risk(TARGET, "infinity"),
    score: parameters.keyQuery[CONSTANT_SLOT]![CONSTANT_SLOT]!,
    offset: Math.hypot(...constantColumn(parameters)),
    ...predictedContext(input, parameters, gamma[0]![0]!),
    directionsKept: spectrumOfBlock(parameters).eigenvalues.filter((x) => x > gamma[0]![0]! / 2).length,
    settled: end.settled,
    predicted: predictedZeroShot(input),
    matched: MATCHED_EXCESSES.flatMap((excess) => momentAt(records, excess) ?? []),
  };
}

/** The first passage of an excess, interpolated between two moments on logarithmic scales. */
function momentAt(
  records: readonly Recorded<{ readonly excess: number; readonly unrelated: number }>[],
  excess: number,
): MatchedMoment | undefined {
  const k = records.findIndex(({ value }) => value.excess <= excess);
  if (k < 1) return undefined;
  const [before, after] = [records[k - 1]!, records[k]!];
  const share = Math.log(before.value.excess / excess) / Math.log(before.value.excess / after.value.excess);
  const between = (a: number, b: number): number => a * (b / a) ** share;
  return {
    excess,
    time: between(before.at, after.at),
    unrelated: between(before.value.unrelated, after.value.unrelated),
  };
}

/**
 * The zero-shot risk of the optimum: of V by its closed form; of M alone on zero-shot prompts nothing moves; of both the noise,
 * attained from rank d on and a mere infimum below.
 */
function predictedZeroShot({ set, auxiliary }: LowRankInput): number {
  const gamma = pretrainedBlock(FLOAT, problem, pretraining);
  const at = (blocks: { readonly valueVector: Vector; readonly labelWeight: number }): number =>
    exactRisk(FLOAT, problem, TARGET, 0, blockParameters(FLOAT, { block: gamma, ...blocks }));
  if (set === "value") {
    return at(
      auxiliary
        ? auxiliaryValueOptimum(FLOAT, problem, gamma, TARGET, { shots: SHOTS, weight: 1 })
        : { valueVector: valueOnlyOptimum(FLOAT, problem, gamma, TARGET), labelWeight: 1 },
    );
  }
  // With v = (0, 0, 1) the zero-shot prediction is zero whatever M is.
  if (set === "key-query") return at({ valueVector: TARGET.map(() => 0), labelWeight: 1 });
  return auxiliary ? Number.NaN : problem.noiseVariance;
}

/** Whether the optimum is a minimum. */
export const attained = ({ set, rank }: LowRankInput): boolean =>
  set !== "all" || rank >= erasureRank(problem.dimension);

/**
 * The limits on two tasks from M₀₀, v, the r directions erased and the direction of M_x0 alone, all sizes by theory; for
 * zero-shot prompts and r ≤ d.
 */
function predictedContext(
  { set, rank, auxiliary }: LowRankInput,
  parameters: AttentionParameters,
  blockScale: number,
): Pick<LowRankResult, "predictedOffset" | "predictedLimit" | "predictedTargetLimit"> {
  const { dimension } = problem;
  if (set !== "all" || auxiliary || rank > dimension) return {};
  const scoreScale = parameters.keyQuery[CONSTANT_SLOT]![CONSTANT_SLOT]!;
  const state = { dimension, blockScale, rank, scoreScale };
  const measured = constantColumn(parameters);
  const length = Math.hypot(...measured);
  const predicted = lowRankParameters(
    state,
    {
      erased: spectrumOfBlock(parameters).vectors.slice(0, rank),
      offset: measured.map((x) => x / length),
    },
    { valueVector: parameters.value.slice(1, -1), labelWeight: parameters.value[dimension + 1]! },
  );
  return {
    predictedOffset: forcedOffset(state),
    predictedLimit: exactRisk(FLOAT, problem, UNRELATED, "infinity", predicted),
    predictedTargetLimit: exactRisk(FLOAT, problem, TARGET, "infinity", predicted),
  };
}

/** Eigenvalues of sym(M_xx), the smallest first, and the unit eigenvectors that belong to them. */
function spectrumOfBlock(parameters: AttentionParameters): {
  readonly eigenvalues: readonly number[];
  readonly vectors: readonly Vector[];
} {
  const block = covariateBlock(parameters);
  const symmetric = block.map((row, i) => row.map((x, j) => (x + block[j]![i]!) / 2));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new DenseMatrix(symmetric), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, k) => k).sort((a, b) => realEigenvalues[a]! - realEigenvalues[b]!);
  return {
    eigenvalues: order.map((k) => realEigenvalues[k]!),
    vectors: order.map((k) => eigenvectorMatrix.getColumn(k)),
  };
}
