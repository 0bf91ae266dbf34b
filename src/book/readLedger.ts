import { existsSync, readFileSync } from "node:fs";
import { InputError } from "../inputError";
import { type RawRecord, readChoice } from "../problem/readInput";

export const VERDICTS = ["verified", "refuted", "inconclusive"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const EVIDENCE_KINDS = ["identity", "simulation", "training"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** A wrong formula that was put in the place of the claim, to see that the check notices. */
export interface Control {
  readonly description: string;
  readonly rejected: boolean;
  readonly deviation: string;
}

/** One check of a claim, or the reason why there is none of its kind. Numbers are kept as the text that is shown. */
export type Evidence =
  | { readonly applies: false; readonly kind: EvidenceKind; readonly reason: string }
  | {
      readonly applies: true;
      readonly kind: EvidenceKind;
      readonly verdict: Verdict;
      readonly predicted: string;
      readonly measured: string;
      readonly standardError: string;
      readonly deviation: string;
      readonly tolerance: string;
      readonly reason: string;
      readonly seed: string;
      readonly controls: readonly Control[];
    };

/** One claim of the ledger, as the page shows it. */
export interface Claim {
  readonly id: string;
  readonly title: string;
  /** Markdown with TeX. */
  readonly statement: string;
  /** Markdown with TeX. */
  readonly assumptions: readonly string[];
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
  const { assumptions = [] } = claim;
  return {
    id: text(claim.id, `${at}.id`),
    title: text(claim.title, `${at}.title`),
    statement: text(claim.statement, `${at}.statement`),
    assumptions: (Array.isArray(assumptions) ? assumptions : [assumptions]).map((each, i) =>
      text(each, `${at}.assumptions[${i}]`),
    ),
    ...(claim.notebook == null ? {} : { notebook: text(claim.notebook, `${at}.notebook`) }),
    verdict: readChoice(claim.verdict, `${at}.verdict`, VERDICTS),
    evidence: list(claim.evidence, `${at}.evidence`).map((each, i) =>
      readEvidence(record(each, `${at}.evidence[${i}]`), `${at}.evidence[${i}]`),
    ),
    command: text(claim.command, `${at}.command`),
  };
}

function readEvidence(evidence: RawRecord, at: string): Evidence {
  const kind = readChoice(evidence.kind, `${at}.kind`, EVIDENCE_KINDS);
  const reason = text(evidence.reason, `${at}.reason`);
  if (evidence.verdict == null) return { applies: false, kind, reason };
  return {
    applies: true,
    kind,
    verdict: readChoice(evidence.verdict, `${at}.verdict`, VERDICTS),
    predicted: shown(evidence.predicted),
    measured: shown(evidence.measured),
    standardError: shown(evidence.standardError),
    deviation: shown(evidence.deviation),
    tolerance: shown(evidence.tolerance),
    reason,
    seed: shown(evidence.seed),
    controls: list(evidence.controls ?? [], `${at}.controls`).map((each, i) => {
      const control = record(each, `${at}.controls[${i}]`);
      return {
        description: text(control.description, `${at}.controls[${i}].description`),
        rejected: control.rejected === true,
        deviation: shown(control.deviation),
      };
    }),
  };
}

/** Five significant digits of a number; a dash for nothing. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "number") return String(Number(value.toPrecision(5)));
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
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
