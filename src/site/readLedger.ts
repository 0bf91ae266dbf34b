import { existsSync, readFileSync } from "node:fs";
import { InputError, type RawRecord, readChoice } from "@finetune-icl/base";
import {
  type ControlResult,
  EVIDENCE_KINDS,
  type EvidenceKind,
  type EvidenceRow,
  type Verdict,
} from "@finetune-icl/core/evidence";

export type { EvidenceKind, Verdict };
export { EVIDENCE_KINDS };
export type Control = ControlResult;

export const VERDICTS = ["verified", "refuted", "inconclusive"] as const satisfies readonly Verdict[];

/** One prediction beside one measurement. */
export type Comparison = Omit<EvidenceRow, "conclusive">;

/** One kind of check of a claim, or the reason why there is none of its kind. */
export type Evidence =
  | { readonly applies: false; readonly kind: EvidenceKind; readonly reason: string }
  | {
      readonly applies: true;
      readonly kind: EvidenceKind;
      readonly verdict: Verdict;
      readonly method: string;
      readonly seed: number;
      readonly rows: readonly Comparison[];
      readonly controls: readonly Control[];
    };

/** One claim of the ledger, as the page shows it. */
export interface Claim {
  readonly id: string;
  readonly title: string;
  /** Markdown with TeX. */
  readonly statement: string;
  /** Markdown with TeX; empty when there are none. */
  readonly assumptions: string;
  /** `NAME.ipynb` or `NAME.ipynb#ANCHOR`. */
  readonly notebook?: string;
  readonly verdict: Verdict;
  readonly evidence: readonly Evidence[];
  /** What reruns the row. */
  readonly command: string;
}

/** The claims of a ledger file in its order; none when there is no such file. @throws InputError when it is no ledger. */
export function readLedger(path: string): readonly Claim[] {
  if (!existsSync(path)) return [];
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new InputError("ledger", path, "a file that holds JSON");
  }
  const claims = Array.isArray(raw) ? raw : record(raw, "ledger").claims;
  return list(claims, "claims").map((claim, i) => readClaim(record(claim, `claims[${i}]`), `claims[${i}]`));
}

function readClaim(claim: RawRecord, at: string): Claim {
  return {
    id: text(claim.id, `${at}.id`),
    title: text(claim.title, `${at}.title`),
    statement: text(claim.statement, `${at}.statement`),
    assumptions: text(claim.assumptions, `${at}.assumptions`),
    ...(claim.notebook === undefined ? {} : { notebook: text(claim.notebook, `${at}.notebook`) }),
    verdict: readChoice(claim.verdict, `${at}.verdict`, VERDICTS),
    evidence: list(claim.evidence, `${at}.evidence`).map((each, i) =>
      readEvidence(record(each, `${at}.evidence[${i}]`), `${at}.evidence[${i}]`),
    ),
    command: text(claim.command, `${at}.command`),
  };
}

function readEvidence(evidence: RawRecord, at: string): Evidence {
  const kind = readChoice(evidence.kind, `${at}.kind`, EVIDENCE_KINDS);
  if (evidence.notApplicable !== undefined) {
    return { applies: false, kind, reason: text(evidence.notApplicable, `${at}.notApplicable`) };
  }
  return {
    applies: true,
    kind,
    verdict: readChoice(evidence.verdict, `${at}.verdict`, VERDICTS),
    method: text(evidence.method, `${at}.method`),
    seed: number(evidence.seed, `${at}.seed`),
    rows: list(evidence.rows, `${at}.rows`).map((each, i) =>
      readComparison(record(each, `${at}.rows[${i}]`), `${at}.rows[${i}]`),
    ),
    controls: list(evidence.controls, `${at}.controls`).map((each, i) => {
      const control = record(each, `${at}.controls[${i}]`);
      return {
        description: text(control.description, `${at}.controls[${i}].description`),
        rejected: control.rejected === true,
        deviation: number(control.deviation, `${at}.controls[${i}].deviation`),
      };
    }),
  };
}

function readComparison(row: RawRecord, at: string): Comparison {
  return {
    label: text(row.label, `${at}.label`),
    predicted: number(row.predicted, `${at}.predicted`),
    measured: number(row.measured, `${at}.measured`),
    ...(row.standardError === undefined
      ? {}
      : { standardError: number(row.standardError, `${at}.standardError`) }),
    deviation: number(row.deviation, `${at}.deviation`),
    tolerance: number(row.tolerance, `${at}.tolerance`),
    reason: text(row.reason, `${at}.reason`),
  };
}

/** A number; null is what JSON makes of one that is not finite. */
function number(raw: unknown, at: string): number {
  if (raw === null) return Number.NaN;
  if (typeof raw !== "number") throw new InputError(at, raw, "a number");
  return raw;
}

function record(raw: unknown, at: string): RawRecord {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new InputError(at, raw, "an object");
  return raw as RawRecord;
}

function list(raw: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw new InputError(at, raw, "an array");
  return raw;
}

function text(raw: unknown, at: string): string {
  if (typeof raw !== "string") throw new InputError(at, raw, "a text");
  return raw;
}
