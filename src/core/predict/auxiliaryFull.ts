import type { Vector } from "../algebra/matrix";
import { asParameters, asPoint, exactLoss } from "../exact/exactLoss";
import { pack, unpack } from "../exact/packedParameters";
import { relaxedBound } from "../exact/relaxedBound";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { tokenLength } from "../model/tokens";
import { requireNumber, requireVector } from "../problem/readInput";
import type { AuxiliaryWeight } from "../problem/regime";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import type { RiskTerm } from "../problem/riskTerm";
import { readShots, type ShotCount } from "../problem/shots";
import { type Descent, dampedNewton, UnsettledError } from "./dampedNewton";
import { uncertaintyAt } from "./uncertainty";

/** Where full fine-tuning with an auxiliary few-shot loss ends, and how far that is from what any predictor could reach. */
export interface AuxiliaryFullOptimum {
  readonly parameters: AttentionParameters;
  readonly optimisation: {
    /** λ; for an annealed weight the last one followed, so that the parameters are off by its order. */
    readonly weight: number;
    /** R(0, θ₀) + λ R(n, θ₀) at the parameters. */
    readonly loss: number;
    /** Below this no predictor linear in the prompt's features can go, of any number of heads. */
    readonly lowerBound: number;
    /** The same among predictors with v₀ = 0, which descent from the pretrained point never leaves. */
    readonly lowerBoundWithoutConstant: number;
    readonly gradientNorm: number;
  };
  /** How far R(n, θ) at the parameters may be from that at the minimum itself, to first order. */
  readonly uncertainty: (task: Vector, shots: ShotCount) => number;
}

/** The end of a descent, or nothing when it did not settle. */
function settledOrNot<End>(descend: () => End): End | undefined {
  try {
    return descend();
  } catch (error) {
    if (error instanceof UnsettledError) return undefined;
    throw error;
  }
}

/**
 * A decade at a time from 1 down. Along the valley of zero-shot optima the loss curves as λ, so that a gradient of the tolerance leaves
 * a place on it uncertain by the tolerance over λ, at the last of these by 1e-3: risks on other tasks have five digits there.
 */
const ANNEALING: readonly number[] = Array.from({ length: 9 }, (_, decade) => 10 ** -decade);

/**
 * Descends on R(0, θ₀) + λ R(n, θ₀) over all of v and M from `start`, by exact gradients and exact Hessians. There is no
 * closed form, and the loss is not convex in (v, M): the result is the local minimum below `start`. "annealed" follows the
 * minimum while λ falls from 1 towards 0; so does a small weight whose minimum lies too far along a flat valley to be reached
 * at once.
 * @throws InputError when a length does not fit, a number is not finite, or `shots` is no shot count.
 * @throws UnsettledError when the descent does not settle.
 */
export function auxiliaryFullOptimum(
  problem: RegressionProblem,
  start: AttentionParameters,
  targetTask: Vector,
  auxiliary: {
    readonly shots: ShotCount;
    readonly weight: AuxiliaryWeight;
    /** Length of the gradient at which the descent has settled; 1e-11 unless told. */
    readonly tolerance?: number;
  },
): AuxiliaryFullOptimum {
  requireProblem(problem);
  requireParameters(start, problem.dimension);
  requireVector(targetTask, "targetTask", problem.dimension);
  readShots(auxiliary.shots, "shots", { infinite: true });
  if (auxiliary.weight !== "annealed") requireNumber(auxiliary.weight, "weight");
  if (auxiliary.tolerance !== undefined) requireNumber(auxiliary.tolerance, "tolerance");
  const square = targetTask.reduce((sum, x) => sum + x * x, 0);
  const isLoud = square > 0 && problem.noiseVariance > LOUD * square;
  const descend = (from: AttentionParameters) => descendFrom(from, problem, targetTask, auxiliary);
  if (!isLoud) return descend(start);
  // Beside much noise descent from the start is caught by a saddle; the minimum beside less noise is not far from that beside more.
  const direct = settledOrNot(() => descend(start));
  const calmer = { ...problem, noiseVariance: problem.noiseVariance / 10 };
  const followed = settledOrNot(() =>
    descend(auxiliaryFullOptimum(calmer, start, targetTask, auxiliary).parameters),
  );
  if (direct && followed) return direct.optimisation.loss <= followed.optimisation.loss ? direct : followed;
  return followed ?? direct ?? descend(start);
}

/** In units of the target's square. */
const LOUD = 1e4;

function descendFrom(
  start: AttentionParameters,
  problem: RegressionProblem,
  targetTask: Vector,
  auxiliary: Parameters<typeof auxiliaryFullOptimum>[3],
): AuxiliaryFullOptimum {
  const settled = { ...SETTLED, tolerance: auxiliary.tolerance ?? SETTLED.tolerance };
  const unit = lossUnit(auxiliary.weight);
  const termsAt = (weight: number): readonly RiskTerm[] => [
    { task: targetTask, shots: 0, weight: 1 / unit },
    { task: targetTask, shots: auxiliary.shots, weight: weight / unit },
  ];
  const follow = (weights: readonly number[]): Descent => {
    let point = asPoint(pack(start));
    const ends = weights.map((weight) => {
      const end = dampedNewton(exactLoss(problem, termsAt(weight)), point, settled);
      point = Float64Array.from(end.point);
      return end;
    });
    return ends[ends.length - 1]!;
  };
  const weight = auxiliary.weight === "annealed" ? ANNEALING[ANNEALING.length - 1]! : auxiliary.weight;
  const fromOne = [...ANNEALING.filter((w) => w > weight), weight];
  const { point, ...end } =
    auxiliary.weight === "annealed" || weight >= 1
      ? follow(fromOne)
      : (settledOrNot(() => follow([weight])) ?? follow(fromOne));
  let spread: ReturnType<typeof uncertaintyAt> | undefined;
  requireOptimal({ ...end, value: end.value - (problem.noiseVariance * (1 + weight)) / unit }, point);
  return {
    parameters: unpack(asParameters(point, tokenLength(problem.dimension))),
    optimisation: {
      weight,
      loss: unit * end.value,
      lowerBound: unit * relaxedBound(problem, termsAt(weight)),
      lowerBoundWithoutConstant: unit * relaxedBound(problem, termsAt(weight), "without constant content"),
      gradientNorm: unit * end.gradientNorm,
    },
    uncertainty: (task, shots) => {
      spread ??= uncertaintyAt(exactLoss(problem, termsAt(weight)), point, SETTLED.difference);
      const slope = new Float64Array(point.length);
      exactLoss(problem, [{ task, shots, weight: 1 }])(point, slope);
      // Twice, for what is not of first order.
      return 2 * spread(slope);
    },
  };
}

/**
 * The unit of the loss in a descent: beside a very large λ the loss would be so large that its tolerance is below rounding, and squares of
 * it overflow. A power of two, so that nothing is rounded.
 */
const lossUnit = (weight: AuxiliaryWeight): number =>
  weight === "annealed" || weight <= LARGE ? 1 : 2 ** Math.floor(Math.log2(weight));

const LARGE = 1e6;

/**
 * An optimum is reported only when it is one: at a minimum the gradient is as small as rounding leaves it, relative to how
 * large the loss, less the noise that no parameters change, and the parameters are.
 */
function requireOptimal({ value, gradientNorm }: Omit<Descent, "point">, point: Float64Array): void {
  const scale = Math.max(1, Math.abs(value)) * Math.max(1, Math.hypot(...point));
  if (gradientNorm <= OPTIMAL * scale) return;
  throw new UnsettledError(
    `no minimum was found: where the descent ends the gradient is ${gradientNorm.toPrecision(3)}, and ${(OPTIMAL * scale).toPrecision(3)} would be rounding`,
  );
}

/** Far above the rounding of a settled descent (1e-11), far below any gradient that still leads somewhere. */
const OPTIMAL = 1e-8;

// The risk is quadratic in every single entry, so a difference step of 1 is as exact as any and loses the least to rounding.
const SETTLED = { tolerance: 1e-11, maxSteps: 2000, difference: 1 };
