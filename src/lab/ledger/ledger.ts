import { readWhole } from "@finetune-icl/base";
import {
  type Claim,
  COMPARISONS,
  combine,
  ERROR_RATE,
  EVIDENCE_KINDS,
  type EvidenceKind,
  type EvidenceResult,
  isApplicable,
  type NotApplicable,
  THRESHOLD,
  type Verdict,
} from "@finetune-icl/core/evidence";
import { gatherUnits, type RunOptions, runUnit, type UnitResult, unitName, unitsOf } from "./unit";

/** What the ledger holds of one claim. */
export interface LedgerEntry {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly assumptions: string;
  readonly shares?: string;
  readonly notebook: string;
  readonly verdict: Verdict;
  readonly evidence: readonly (EvidenceResult | ({ readonly kind: EvidenceKind } & NotApplicable))[];
  /** Runs this row again. */
  readonly command: string;
}

/** All claims with what was found. It holds no times, so that the same seed gives the same bytes. */
export interface Ledger extends RunOptions {
  readonly errorRate: number;
  readonly comparisons: number;
  readonly threshold: number;
  readonly claims: readonly LedgerEntry[];
}

/** Assembles a ledger from the results of all units, looked up by {@link unitName}. */
export function assembleLedger(
  claims: readonly Claim[],
  options: RunOptions,
  results: ReadonlyMap<string, UnitResult>,
): Ledger {
  return {
    ...options,
    errorRate: ERROR_RATE,
    comparisons: COMPARISONS,
    threshold: THRESHOLD,
    claims: claims.map((claim) => assembleEntry(claim, options.seed, results)),
  };
}

function assembleEntry(claim: Claim, seed: number, results: ReadonlyMap<string, UnitResult>): LedgerEntry {
  const units = unitsOf(claim);
  const evidence = EVIDENCE_KINDS.map((kind) => {
    const part = claim[kind];
    if (!isApplicable(part)) return { kind, ...part };
    const own = units.filter((unit) => unit.kind === kind).map((unit) => results.get(unitName(unit))!);
    return gatherUnits(claim, kind, own, seed);
  });
  const { id, title, statement, assumptions, shares, notebook } = claim;
  return {
    id,
    title,
    statement,
    assumptions,
    ...(shares === undefined ? {} : { shares }),
    notebook,
    verdict: combine(evidence.flatMap((part) => ("verdict" in part ? [part.verdict] : []))),
    evidence,
    command: `npx finetune-icl verify ${id}`,
  };
}

/**
 * Runs one claim here and now, without workers: for a notebook, a test, or a claim of one's own.
 * @throws InputError naming `seed`.
 * @example
 * const claim = CLAIMS.find(({ id }) => id === "best-label-weight")!;
 * console.log(verifyClaim({ ...claim, simulation: { notApplicable: "-" }, training: { notApplicable: "-" } }).verdict); // verified
 */
export function verifyClaim(claim: Claim, options: RunOptions = { profile: "quick", seed: 1 }): LedgerEntry {
  readWhole(options.seed, "seed", 0);
  const results = new Map(
    unitsOf(claim).map((unit) => [unitName(unit), runUnit(claim, unit, options)] as const),
  );
  return assembleEntry(claim, options.seed, results);
}

/** A ledger in a few numbers. */
export interface LedgerSummary {
  readonly claims: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly controls: number;
  readonly survivingControls: readonly string[];
  /** Everything verified, and every control rejected. */
  readonly sound: boolean;
}

/**
 * Counts the verdicts and the controls.
 * @example
 * const { claims, sound } = summarise(loadLedger());
 * console.log(claims === CLAIMS.length, sound); // true true
 */
export function summarise({ claims }: Ledger): LedgerSummary {
  const verdicts = { verified: 0, refuted: 0, inconclusive: 0 };
  for (const { verdict } of claims) verdicts[verdict] += 1;
  const controls = claims.flatMap(({ id, evidence }) =>
    evidence.flatMap((part) =>
      "controls" in part ? part.controls.map((control) => ({ id, kind: part.kind, ...control })) : [],
    ),
  );
  const survivingControls = controls
    .filter(({ rejected }) => !rejected)
    .map(({ id, kind, description }) => `${id} (${kind}): ${description}`);
  return {
    claims: claims.length,
    verdicts,
    controls: controls.length,
    survivingControls,
    sound: verdicts.verified === claims.length && survivingControls.length === 0,
  };
}
