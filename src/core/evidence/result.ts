import type { EvidenceKind } from "./kinds";

/** "inconclusive": the check could not tell, because its precision was not reached or a control passed it. */
export type Verdict = "verified" | "refuted" | "inconclusive";

/** One prediction beside one measurement. */
export interface EvidenceRow {
  readonly label: string;
  readonly predicted: number;
  readonly measured: number;
  /** Of `measured`, where it was sampled. */
  readonly standardError?: number;
  /** Distance between the two: in standard errors where there is one, plain otherwise. */
  readonly deviation: number;
  /** What `deviation` may be, in its own unit. */
  readonly tolerance: number;
  readonly reason: string;
  /**
   * The smallest error of the prediction that the row finds, with a probability of 95 % where it samples: relative, or as it is
   * where the prediction is zero. An identity finds all.
   */
  readonly detects?: number;
  /** Whether the check reached the precision it needs to mean anything. */
  readonly conclusive: boolean;
}

/** A false statement put through the same check: it must fail there. */
export interface ControlResult {
  readonly description: string;
  readonly rejected: boolean;
  /** Its largest deviation, in the unit of the rows; of an identity, that of the first row that rejects it. */
  readonly deviation: number;
  /** The label of the row that rejects it, where not all were tried. */
  readonly where?: string;
}

/** What one kind of evidence found. */
export interface EvidenceResult {
  readonly kind: EvidenceKind;
  readonly verdict: Verdict;
  /** What was compared with what, and how. */
  readonly method: string;
  /** For which dimensions an identity is proved. */
  readonly scope?: string;
  readonly seed: number;
  readonly rows: readonly EvidenceRow[];
  readonly controls: readonly ControlResult[];
}

/** Whether prediction and measurement disagree: a row that does refutes a claim, and rejects a control. NaN disagrees. */
export const disagrees = ({ deviation, tolerance }: Pick<EvidenceRow, "deviation" | "tolerance">): boolean =>
  !(deviation <= tolerance);

/** The verdict of a check: what its rows say, unless a control shows that it cannot tell. */
export function judge(rows: readonly EvidenceRow[], controls: readonly ControlResult[]): Verdict {
  if (rows.some(disagrees)) return "refuted";
  const conclusive = rows.length > 0 && rows.every((row) => row.conclusive);
  return conclusive && controls.length > 0 && controls.every(({ rejected }) => rejected)
    ? "verified"
    : "inconclusive";
}

/** One refuted part refutes the whole; else one part that cannot tell leaves it open. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("refuted")) return "refuted";
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === "verified")
    ? "verified"
    : "inconclusive";
}
