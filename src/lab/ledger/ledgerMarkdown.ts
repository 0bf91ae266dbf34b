import type { EvidenceResult } from "@finetune-icl/core/evidence";
import { type Ledger, type LedgerEntry, summarise } from "./ledger";

/** The ledger for people, as Markdown: a summary, a table of all claims, and the numbers of each. */
export function ledgerMarkdown(ledger: Ledger): string {
  const { verdicts, controls, claims, survivingControls } = summarise(ledger);
  const lines = [
    "# The ledger of claims",
    "",
    "Written by `npx finetune-icl verify`; do not edit. The same numbers are in [ledger.json](ledger.json) and, one line for",
    "each comparison and control, in [ledger.csv](ledger.csv). How the three kinds of evidence work and when each can fail:",
    "[docs/evidence.md](../../docs/evidence.md).",
    "",
    `**${claims} claims: ${verdicts.verified} verified, ${verdicts.refuted} refuted, ${verdicts.inconclusive} inconclusive.** ` +
      `${controls - survivingControls.length} of ${controls} negative controls rejected. Seed ${ledger.seed}, ${ledger.profile} profile. ` +
      `Sampled means may lie up to ${ledger.threshold.toFixed(2)} standard errors from their predictions: an error rate of ` +
      `${100 * ledger.errorRate} % shared by ${ledger.comparisons} comparisons.`,
    "",
    "| claim | statement | identity | simulation | training | controls rejected | verdict |",
    "|---|---|---|---|---|---|---|",
    ...ledger.claims.map(tableRow),
    "",
    ...ledger.claims.flatMap(section),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function tableRow(entry: LedgerEntry): string {
  const evidence = entry.evidence.map((part) => ("notApplicable" in part ? "—" : worst(part)));
  const controls = entry.evidence.flatMap((part) => ("controls" in part ? part.controls : []));
  const rejected = `${controls.filter((control) => control.rejected).length} of ${controls.length}`;
  const cells = [`[${entry.title}](#${entry.id})`, entry.statement, ...evidence, rejected, entry.verdict];
  return `| ${cells.join(" | ")} |`;
}

/** The largest deviation of one kind of evidence, said in its own unit. */
function worst({ kind, rows, scope }: EvidenceResult): string {
  const largest = rows.reduce((a, b) =>
    b.deviation / (b.tolerance || 1) > a.deviation / (a.tolerance || 1) ? b : a,
  );
  if (kind === "identity")
    return largest.deviation === 0
      ? `exact, ${scope?.split(/[:;]/)[0] ?? "d as tried"}`
      : `off by ${short(largest.deviation)}`;
  if (kind === "simulation")
    return `${rows.length} means, largest deviation ${largest.deviation.toFixed(1)} standard errors`;
  return `off by ${short(largest.deviation)} where ${short(largest.tolerance)} is allowed`;
}

function section({
  id,
  title,
  statement,
  assumptions,
  shares,
  notebook,
  verdict,
  evidence,
  command,
}: LedgerEntry): readonly string[] {
  return [
    `<a id="${id}"></a>`,
    "",
    `## ${title}`,
    "",
    statement,
    "",
    `${assumptions} Verdict: **${verdict}**. Told in [${notebook.split("#")[0]}](../../notebooks/${notebook}); run again with \`${command}\`.`,
    "",
    ...(shares === undefined ? [] : [`What the two sides share: ${shares}`, ""]),
    ...evidence.flatMap((part) =>
      "notApplicable" in part
        ? [`*${part.kind}*: does not apply. ${part.notApplicable}`, ""]
        : evidenceSection(part),
    ),
  ];
}

function evidenceSection({
  kind,
  verdict,
  method,
  scope,
  rows,
  controls,
}: EvidenceResult): readonly string[] {
  return [
    `*${kind}* (${verdict}): ${method}${scope === undefined ? "" : `. Proved for ${scope}.`}`,
    "",
    "| case | predicted | measured | standard error | deviation | allowed | finds errors from | why |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map(({ label, predicted, measured, standardError, deviation, tolerance, detects, reason }) => {
      const error = standardError === undefined ? "" : short(standardError);
      const found =
        detects === undefined ? "" : predicted === 0 ? short(detects) : `${short(100 * detects)} %`;
      return `| ${label} | ${full(predicted)} | ${full(measured)} | ${error} | ${short(deviation)} | ${short(tolerance)} | ${found} | ${reason} |`;
    }),
    "",
    "| control | deviation | |",
    "|---|---|---|",
    ...controls.map(
      ({ description, deviation, rejected, where }) =>
        `| ${description} | ${short(deviation)} | ${rejected ? `rejected${where === undefined ? "" : `, ${where}`}` : "**survives**"} |`,
    ),
    "",
  ];
}

const short = (value: number): string => Number(value.toPrecision(3)).toString();
const full = (value: number): string => Number(value.toPrecision(7)).toString();
