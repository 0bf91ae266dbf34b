import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";
import type { CovariateDistribution } from "../problem/covariateDistribution";
import type { RegressionProblem } from "../problem/regressionProblem";
import { type Attention, monteCarloRisk } from "../simulate/monteCarloRisk";
import type { Profile } from "./claim";
import { type ControlResult, type EvidenceResult, type EvidenceRow, judge } from "./result";
import { COMPARISONS, ERROR_RATE, THRESHOLD } from "./significance";
import { streamOf } from "./stream";

/** One risk that the theory predicts and prompts are sampled for. */
export interface SimulationCase {
  readonly label: string;
  readonly problem: RegressionProblem;
  readonly task: Vector;
  readonly shots: number;
  readonly parameters: AttentionParameters;
  /** R(n, θ) by the formula of the claim. */
  readonly predicted: number;
  /** What false formulas predict, by the control's description. */
  readonly controls: Readonly<Record<string, number>>;
  /** "main" rows are measured to 1e-3 of their value, "spread" rows, which cost more, to 5e-3. */
  readonly precision: "main" | "spread";
  /** Gaussian unless told. */
  readonly covariates?: CovariateDistribution;
  /** Linear unless told. */
  readonly attention?: Attention;
}

/** The risks of a claim that prompts are sampled for. */
export interface SimulationEvidence {
  /** What is sampled, in words. */
  readonly samples: string;
  /** The same list at every call. */
  readonly cases: () => readonly SimulationCase[];
}

/** Standard error over mean that a row has to reach. */
export const PRECISION: Readonly<Record<Profile, Readonly<Record<SimulationCase["precision"], number>>>> = {
  full: { main: 1e-3, spread: 5e-3 },
  quick: { main: 5e-3, spread: 2e-2 },
};

/** More for main rows, among which are the errors with the heaviest tails. */
const PILOT_PROMPTS: Readonly<Record<SimulationCase["precision"], number>> = { main: 20_000, spread: 5_000 };

/** What one case gave: a row, and how far each false prediction is from the same measurement. */
export interface SimulatedCase {
  readonly row: EvidenceRow;
  readonly controls: Readonly<Record<string, number>>;
}

/**
 * Samples one case. A pilot run on prompts of its own tells the spread of the squared error, from which follows how many
 * prompts the wanted standard error needs; the pilot's prompts are not used again.
 */
export function runSimulationCase(
  id: string,
  item: SimulationCase,
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
): SimulatedCase {
  const { problem, task, shots, parameters, predicted } = item;
  const wanted = PRECISION[profile][item.precision];
  const sample = (phase: string, prompts: number) =>
    monteCarloRisk(problem, task, shots, parameters, {
      prompts,
      seed,
      stream: streamOf(id, item.label, phase),
      ...(item.covariates === undefined ? {} : { covariates: item.covariates }),
      ...(item.attention === undefined ? {} : { attention: item.attention }),
    });
  const pilotPrompts = PILOT_PROMPTS[item.precision];
  const pilot = sample("pilot", pilotPrompts);
  const spread = pilot.standardError / (wanted * pilot.mean);
  // A tenth more, because the pilot knows the spread only roughly.
  const prompts = Math.max(pilotPrompts, Math.ceil(1.1 * pilotPrompts * spread ** 2));
  const { mean, standardError } = sample("measurement", prompts);
  const distance = (value: number): number => Math.abs(mean - value) / standardError;
  return {
    row: {
      label: item.label,
      predicted,
      measured: mean,
      standardError,
      deviation: distance(predicted),
      tolerance: THRESHOLD,
      reason: `standard errors: an error rate of ${100 * ERROR_RATE} % shared by ${COMPARISONS} comparisons; ${prompts} prompts`,
      conclusive: standardError <= 1.25 * wanted * mean,
    },
    controls: Object.fromEntries(
      Object.entries(item.controls).map(([description, value]) => [description, distance(value)]),
    ),
  };
}

/** Puts the cases of one claim together. A control is rejected when it lies too far from the measurement in any case. */
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
  const controls: ControlResult[] = [...worst].map(([description, deviation]) => ({
    description,
    rejected: deviation > THRESHOLD,
    deviation,
  }));
  return {
    kind: "simulation",
    verdict: judge(rows, controls),
    method: evidence.samples,
    seed,
    rows,
    controls,
  };
}
