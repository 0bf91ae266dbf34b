import type { Vector } from "../algebra/matrix";
import type { CovariateDistribution } from "../problem/covariateDistribution";
import type { RegressionProblem } from "../problem/regressionProblem";
import { type ErrorCoefficients, monteCarloCoefficients } from "../simulate/errorCoefficients";
import {
  type Attention,
  monteCarloChange,
  monteCarloRisk,
  type SimulatedModel,
} from "../simulate/monteCarloRisk";
import type { Profile } from "./kinds";
import { type ControlResult, disagrees, type EvidenceResult, type EvidenceRow, judge } from "./result";
import { COMPARISONS, ERROR_RATE, THRESHOLD, twoSidedQuantile } from "./significance";
import { streamOf } from "./stream";

/** One number, a risk unless told, that the theory predicts and prompts are sampled for. */
export interface SimulationCase {
  readonly label: string;
  readonly problem: RegressionProblem;
  readonly task: Vector;
  readonly shots: number;
  readonly parameters: SimulatedModel;
  /** Where it is given, the risk of `parameters` less that of this model is measured, on the same prompts. */
  readonly original?: SimulatedModel;
  /** Where it is given, a coefficient of the error is measured in place of the risk. */
  readonly coefficient?: { readonly of: keyof ErrorCoefficients; readonly targetTask: Vector };
  /** R(n, θ), or its change, or the coefficient, by the formula of the claim. */
  readonly predicted: number;
  /** What false formulas predict, by the control's description. */
  readonly controls: Readonly<Record<string, number>>;
  /** "main" rows are measured to 1e-3 of their value, "spread" rows, which cost more, to 5e-3, changes of a risk to 2e-2; coefficients to these numbers themselves. */
  readonly precision: "main" | "spread" | "change";
  /** Gaussian unless told. */
  readonly covariates?: CovariateDistribution;
  /** Linear unless told. */
  readonly attention?: Attention;
}

/** The numbers of a claim that prompts are sampled for. */
export interface SimulationEvidence {
  /** What is sampled, in words. */
  readonly samples: string;
  /** The same list at every call. */
  readonly cases: () => readonly SimulationCase[];
}

/** Standard error over mean that a row has to reach. */
export const PRECISION: Readonly<Record<Profile, Readonly<Record<SimulationCase["precision"], number>>>> = {
  full: { main: 1e-3, spread: 5e-3, change: 2e-2 },
  quick: { main: 5e-3, spread: 2e-2, change: 5e-2 },
};

/** More for main rows, among which are the errors with the heaviest tails. */
const PILOT_PROMPTS: Readonly<Record<Profile, Readonly<Record<SimulationCase["precision"], number>>>> = {
  full: { main: 20_000, spread: 5_000, change: 20_000 },
  quick: { main: 5_000, spread: 1_000, change: 20_000 },
};

/** So many standard errors above the threshold an error is found with a probability of 95 %. */
const POWER_MARGIN = twoSidedQuantile(0.1);

/** Every row must reject its prediction made larger by so many of the standard errors that it was to reach. */
const SCALED_BY = 10;

const SCALED_CONTROL = `the prediction larger by ${SCALED_BY} of the standard errors aimed at, in the row that rejects it least`;

/** What one case gave: a row, the same row for each false prediction, and for the prediction made larger. */
export interface SimulatedCase {
  readonly row: EvidenceRow;
  /** Deviations by the control's description. */
  readonly controls: Readonly<Record<string, number>>;
  readonly scaled: number;
}

interface Sample {
  readonly mean: number;
  readonly standardError: number;
  readonly prompts: number;
}

/** Two samples of different prompts as one. */
function pooled(a: Sample, b: Sample): Sample {
  const prompts = a.prompts + b.prompts;
  const mean = (a.mean * a.prompts + b.mean * b.prompts) / prompts;
  // Sums of squared deviations add up, with what the means differ by.
  const squares = [a, b].reduce(
    (sum, { mean: own, standardError, prompts: n }) =>
      sum + standardError ** 2 * n * (n - 1) + n * (own - mean) ** 2,
    0,
  );
  return { mean, standardError: Math.sqrt(squares / (prompts - 1) / prompts), prompts };
}

/** A standard error that is larger than wanted by this factor still counts as reached. */
const ALMOST = 1.05;

/** After so many rounds a row whose precision is not reached is inconclusive. */
const MOST_ROUNDS = 8;

/**
 * Samples one case. A pilot run on prompts of its own tells the spread of the squared error, from which follows how many
 * prompts the wanted standard error needs; the pilot's prompts are not used again. Where the errors have heavy tails a pilot
 * sees too little of them, so more prompts are drawn until the standard error is reached.
 */
export function runSimulationCase(
  id: string,
  item: SimulationCase,
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
): SimulatedCase {
  const wanted = PRECISION[profile][item.precision];
  const sample = (phase: string, prompts: number): Sample =>
    draw(item, prompts, seed, streamOf(id, item.label, phase));
  const pilot = sample("pilot", PILOT_PROMPTS[profile][item.precision]);
  // Of coefficients the right answer is 1, and the one that is measured may be near zero.
  const scaleOf = (value: number): number => (item.coefficient === undefined ? value : 1);
  const needed = ({ mean, standardError, prompts }: Sample): number =>
    Math.ceil(1.1 * prompts * (standardError / (wanted * scaleOf(mean))) ** 2);
  let measured = sample("measurement", Math.max(pilot.prompts, needed(pilot)));
  const reached = (): boolean => measured.standardError <= ALMOST * wanted * Math.abs(scaleOf(measured.mean));
  for (let round = 1; round < MOST_ROUNDS && !reached(); round += 1) {
    const more = Math.max(pilot.prompts, needed(measured) - measured.prompts);
    measured = pooled(measured, sample(`measurement ${round}`, more));
  }
  const rowFor = (predicted: number): EvidenceRow => ({
    label: item.label,
    predicted,
    measured: measured.mean,
    standardError: measured.standardError,
    deviation: Math.abs(measured.mean - predicted) / measured.standardError,
    tolerance: THRESHOLD,
    detects: ((THRESHOLD + POWER_MARGIN) * measured.standardError) / (Math.abs(predicted) || 1),
    reason: `standard errors: an error rate of ${100 * ERROR_RATE} % shared by ${COMPARISONS} comparisons; ${measured.prompts} prompts`,
    conclusive: reached(),
  });
  const scaled = rowFor(item.predicted + SCALED_BY * wanted * scaleOf(item.predicted));
  return {
    row: rowFor(item.predicted),
    controls: Object.fromEntries(
      Object.entries(item.controls).map(([description, value]) => [description, rowFor(value).deviation]),
    ),
    scaled: scaled.deviation,
  };
}

function draw(item: SimulationCase, prompts: number, seed: number, stream: number): Sample {
  const { problem, task, shots, parameters, original, coefficient, covariates, attention } = item;
  const sampling = {
    prompts,
    seed,
    stream,
    ...(covariates === undefined ? {} : { covariates }),
    ...(attention === undefined ? {} : { attention }),
  };
  if (coefficient !== undefined) {
    const tasks = { targetTask: coefficient.targetTask, task };
    return {
      ...monteCarloCoefficients(problem, tasks, shots, parameters, sampling)[coefficient.of],
      prompts,
    };
  }
  return original === undefined
    ? monteCarloRisk(problem, task, shots, parameters, sampling)
    : monteCarloChange(problem, task, shots, { original, changed: parameters }, sampling);
}

/**
 * Puts the cases of one claim together. A control is rejected when it lies too far from the measurement in any case; the prediction
 * made larger must be in every case.
 */
export function gatherSimulation(
  evidence: SimulationEvidence,
  cases: readonly SimulatedCase[],
  seed: number,
): EvidenceResult {
  const rows = cases.map(({ row }) => row);
  const worst = new Map<string, number>();
  for (const { controls } of cases) {
    for (const [description, deviation] of Object.entries(controls)) {
      worst.set(description, Math.max(deviation, worst.get(description) ?? 0));
    }
  }
  const leastScaled = Math.min(...cases.map(({ scaled }) => scaled));
  const control = (description: string, deviation: number): ControlResult => ({
    description,
    rejected: disagrees({ deviation, tolerance: THRESHOLD }),
    deviation,
  });
  const controls = [
    ...[...worst].map(([description, deviation]) => control(description, deviation)),
    control(SCALED_CONTROL, leastScaled),
  ];
  return {
    kind: "simulation",
    verdict: judge(rows, controls),
    method: evidence.samples,
    seed,
    rows,
    controls,
  };
}
