import type { Profile } from "./kinds";
import { type ControlResult, disagrees, type EvidenceResult, type EvidenceRow, judge } from "./result";

/** One number that training ended at, beside what the theory says of it. */
export interface TrainingRow {
  readonly label: string;
  readonly predicted: number;
  readonly measured: number;
  readonly tolerance: number;
  readonly reason: string;
  /** Whether training came to rest. */
  readonly settled: boolean;
  /** False statements: another prediction for the same measurement, or a distance that is measured from the wrong point. */
  readonly controls: Readonly<Record<string, { readonly predicted: number; readonly measured: number }>>;
}

/** What a claim says of training, put to the test by training. */
export interface TrainingEvidence {
  /** What is trained and compared, in words. */
  readonly trains: string;
  readonly run: (profile: Profile, seed: number) => readonly TrainingRow[];
}

/** Trains, and compares. A control is rejected when it lies beyond the tolerance in any row. */
export function runTraining(
  evidence: TrainingEvidence,
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
): EvidenceResult {
  const trained = evidence.run(profile, seed);
  const rows: EvidenceRow[] = trained.map(({ label, predicted, measured, tolerance, reason, settled }) => ({
    label,
    predicted,
    measured,
    deviation: Math.abs(measured - predicted),
    tolerance,
    reason,
    detects: predicted === 0 ? tolerance : tolerance / Math.abs(predicted),
    conclusive: settled,
  }));
  const controls = new Map<string, ControlResult>();
  for (const row of trained) {
    for (const [description, { predicted, measured }] of Object.entries(row.controls)) {
      const deviation = Math.abs(measured - predicted);
      const before = controls.get(description);
      controls.set(description, {
        description,
        rejected: disagrees({ deviation, tolerance: row.tolerance }) || (before?.rejected ?? false),
        deviation: Math.max(deviation, before?.deviation ?? 0),
      });
    }
  }
  const results = [...controls.values()];
  return {
    kind: "training",
    verdict: judge(rows, results),
    method: evidence.trains,
    seed,
    rows,
    controls: results,
  };
}
