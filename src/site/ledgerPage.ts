import { escapeXml, isRounding, readablePowers, shownNumber } from "@finetune-icl/base";
import { type MarkdownOptions, notebookPageFile, type Page, PageMarkdown } from "@finetune-icl/book";
import {
  type Claim,
  type Comparison,
  type Control,
  EVIDENCE_KINDS,
  type Evidence,
  type EvidenceKind,
  VERDICTS,
  type Verdict,
} from "./readLedger";

export const LEDGER_FILE = "ledger.html";

/** Every claim with statement, verdict, evidence, controls and command; a table of all at the top, which sorts and filters. */
export function ledgerPage(claims: readonly Claim[], options: MarkdownOptions): Page {
  const markdown = new PageMarkdown(options);
  const html = [
    markdown.render("# The ledger of claims"),
    summary(claims),
    overview(claims),
    ...claims.map((claim) => claimSection(claim, markdown)),
  ].join("\n");
  return {
    file: LEDGER_FILE,
    title: "The ledger of claims",
    summary: `${claims.length} claims, each with its prediction, its measurement and the controls that had to fail.`,
    part: "evidence",
    html,
    headings: markdown.headings,
    sections: markdown.sections,
    scripts: ["assets/ledger.js"],
  };
}

const controlsOf = ({ evidence }: Claim): readonly Control[] =>
  evidence.flatMap((each) => (each.applies ? each.controls : []));

const count = (claims: readonly Claim[], verdict: Verdict) =>
  claims.filter((claim) => claim.verdict === verdict).length;

function summary(claims: readonly Claim[]): string {
  const tiles = VERDICTS.map(
    (verdict) => `<li class="${verdict}"><strong>${count(claims, verdict)}</strong> ${verdict}</li>`,
  );
  const controls = claims.flatMap(controlsOf);
  const rejected = controls.filter((control) => control.rejected).length;
  return `<ul class="tiles" aria-label="Summary">
<li><strong>${claims.length}</strong> ${claims.length === 1 ? "claim" : "claims"}</li>
${tiles.join("\n")}
<li class="${rejected === controls.length ? "verified" : "refuted"}"><strong>${rejected} of ${controls.length}</strong> wrong formulas rejected</li>
</ul>
<p>A claim is <em>verified</em> when every check that applies to it agrees with the prediction within its tolerance, which states its reason. Each check is
also made with wrong formulas in the place of the claim, the controls: it counts only if it rejects them.</p>`;
}

function overview(claims: readonly Claim[]): string {
  const options = VERDICTS.map(
    (verdict) => `<option value="${verdict}">${verdict} (${count(claims, verdict)})</option>`,
  );
  const rows = claims.map((claim) => {
    const controls = controlsOf(claim);
    const rejected = controls.filter((control) => control.rejected).length;
    const cells = EVIDENCE_KINDS.map((kind) => evidenceCell(claim.evidence, kind));
    return `<tr data-verdict="${claim.verdict}"><th scope="row"><a href="#${escapeXml(claim.id)}">${escapeXml(claim.title)}</a></th><td>${verdictMark(claim.verdict)}</td>${cells.join("")}<td data-value="${rejected}">${rejected} of ${controls.length}</td></tr>`;
  });
  const heads = ["claim", "verdict", ...EVIDENCE_KINDS, "controls"].map(
    (name) => `<th scope="col">${name}</th>`,
  );
  return `<form class="filter" hidden><label>Verdict <select name="verdict"><option value="">all (${claims.length})</option>${options.join("")}</select></label> <label>Containing <input type="search" name="words" autocomplete="off"></label> <output aria-live="polite"></output></form>
<div class="scroll" tabindex="0" role="group" aria-label="All claims"><table class="ledger">
<thead><tr>${heads.join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function evidenceCell(evidence: readonly Evidence[], kind: EvidenceKind): string {
  const own = evidence.filter((each) => each.kind === kind);
  const checked = own.flatMap((each) => (each.applies ? [each.verdict] : []));
  if (checked.length === 0) {
    const reason = own.flatMap((each) => (each.applies ? [] : [each.reason])).join(" ");
    return `<td><span class="none"${reason === "" ? "" : ` title="${escapeXml(reason)}"`}>does not apply</span></td>`;
  }
  // The worst verdict of its kind: refuted before inconclusive before verified.
  const worst = (["refuted", "inconclusive", "verified"] as const).find((verdict) =>
    checked.includes(verdict),
  )!;
  return `<td>${verdictMark(worst)}</td>`;
}

const SIGN: Readonly<Record<Verdict, string>> = { verified: "✓", refuted: "✗", inconclusive: "?" };

function verdictMark(verdict: Verdict): string {
  return `<span class="verdict ${verdict}"><span aria-hidden="true">${SIGN[verdict]}</span> ${verdict}</span>`;
}

function claimSection(claim: Claim, markdown: PageMarkdown): string {
  const { id, title, statement, assumptions, notebook, verdict, evidence, command } = claim;
  const links =
    notebook === undefined
      ? ""
      : `<p>Told in <a href="${escapeXml(notebookAddress(notebook))}">the notebook</a>.</p>`;
  const given =
    assumptions.length === 0 ? "" : `<p class="part">Assumptions</p>\n${markdown.render(assumptions)}`;
  return `<section class="claim" id="${escapeXml(id)}" data-verdict="${verdict}">
${markdown.render(`## ${title}`)}
<p>${verdictMark(verdict)} <code>${escapeXml(id)}</code></p>
${markdown.render(statement)}
${given}
${evidence.map((each) => evidencePart(each, markdown)).join("\n")}
<pre tabindex="0" aria-label="Command that reruns this claim">${escapeXml(command)}</pre>
${links}</section>`;
}

/** Comparisons shown at most: of more, those that come nearest to their tolerance. */
const MOST_ROWS = 24;

function evidencePart(evidence: Evidence, markdown: PageMarkdown): string {
  const { kind } = evidence;
  if (!evidence.applies) {
    return `<p class="evidence"><strong>${kind}</strong> <span class="none">does not apply: ${sentence(evidence.reason, markdown)}</span></p>`;
  }
  const { verdict, method, seed, rows, controls } = evidence;
  // A deviation that is not a number is the worst of all.
  const share = ({ deviation, tolerance }: Comparison) => {
    const value = tolerance === 0 ? (deviation === 0 ? 0 : Number.POSITIVE_INFINITY) : deviation / tolerance;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const worst = [...rows].sort((a, b) => share(b) - share(a));
  const shown = rows.length <= MOST_ROWS ? rows : worst.slice(0, MOST_ROWS);
  const heads = ["compared", "predicted", "measured", "standard error", "deviation", "tolerance"];
  const grouped = acrossDimensions(shown);
  // One reason for many rows is said once.
  const reasonOf = (row: Comparison, i: number) =>
    row.reason === grouped[i - 1]?.reason ? "As above." : sentence(row.reason, markdown);
  const body = grouped.map(
    (row, i) =>
      `<tr><th scope="row">${escapeXml(readablePowers(row.label))}</th>${[row.predicted, row.measured, row.standardError].map(cell).join("")}<td>${deviationText(row.deviation)}</td><td>${digits(row.tolerance)}<span class="reason">${reasonOf(row, i)}</span></td></tr>`,
  );
  const left = rows.length - shown.length;
  return `<p class="evidence"><strong>${kind}</strong> ${verdictMark(verdict)} ${sentence(capital(method), markdown)} ${deviationWords(worst[0])} Seed ${seed}.</p>
<details class="rows"><summary>${rows.length === 1 ? "1 comparison" : `${rows.length} comparisons`}</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Comparisons: ${kind}"><table>
<thead><tr>${heads.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>${left > 0 ? `<p>${left} more are nearer to the prediction than these.</p>` : ""}</details>
${controlList(controls, markdown, kind === "identity")}`;
}

/** Rows of dimensions one after the other that differ in nothing but their reason are one: with that of the last dimension. */
function acrossDimensions(rows: readonly Comparison[]): readonly Comparison[] {
  const dimensionOf = ({ label }: Comparison) => /^d = (\d+)(?: to (\d+))?(.*)$/.exec(label);
  const numbers = ({ predicted, measured, standardError, deviation, tolerance }: Comparison) =>
    [predicted, measured, standardError, deviation, tolerance].join();
  const grouped: Comparison[] = [];
  for (const row of rows) {
    const before = grouped.at(-1);
    const [, first, last = first, rest] = (before === undefined ? null : dimensionOf(before)) ?? [];
    const [, next, , more] = dimensionOf(row) ?? [];
    const goesOn = next !== undefined && Number(next) === Number(last) + 1 && rest === more;
    if (before === undefined || !goesOn || numbers(before) !== numbers(row)) grouped.push(row);
    else
      grouped[grouped.length - 1] = {
        ...row,
        label: `d = ${first} to ${next}${more}`,
        reason:
          row.reason === before.reason
            ? row.reason
            : `in d = ${next}: ${row.reason.replace(/^in d = \d+: /, "")}`,
      };
  }
  return grouped;
}

function deviationWords(worst: Comparison | undefined): string {
  if (worst === undefined) return "";
  const unit = worst.standardError === undefined ? "" : " standard errors";
  return `Largest deviation ${deviationText(worst.deviation)}${unit}, allowed ${digits(worst.tolerance)}.`;
}

/** The first letter of a sentence; a formula or a symbol stays. */
function capital(text: string): string {
  return text.replace(/^\p{Ll}(?=\p{Ll}|\s)/u, (letter) => letter.toUpperCase());
}

const cell = (value: number | undefined) => `<td>${digits(value)}</td>`;

/** Five significant digits; a dash for nothing. */
function digits(value: number | undefined): string {
  return shownNumber(value ?? Number.NaN, 5);
}

/** How far a number lies from where it should: what rounding made is called so. */
function deviationText(value: number): string {
  return value !== 0 && isRounding(value) ? "rounding" : digits(value);
}

/** A sentence of the ledger as it stands on a page: mathematics set, powers of ten raised, a full stop at its end. */
function sentence(text: string, markdown: PageMarkdown): string {
  const html = markdown.renderInline(readablePowers(text.trim()));
  return /[.?!]$/.test(text.trim()) ? html : `${html}.`;
}

/**
 * The false statements of a check; each with its own mark only where they fared differently. In exact arithmetic any deviation
 * refutes, and its size says nothing.
 */
function controlList(controls: readonly Control[], markdown: PageMarkdown, isExact: boolean): string {
  if (controls.length === 0) return "";
  const all = controls.every(({ rejected }) => rejected);
  const mark = ({ rejected }: Control) =>
    all
      ? ""
      : `<span class="verdict ${rejected ? "verified" : "refuted"}">${rejected ? "rejected" : "not rejected"}</span> `;
  const items = controls.map(
    (control) =>
      `<li>${mark(control)}${markdown.renderInline(readablePowers(control.description))}${isExact ? "" : ` (deviation ${deviationText(control.deviation)})`}</li>`,
  );
  const count = controls.length === 1 ? "1 control" : `${controls.length} controls`;
  const how = controls.length === 1 ? "rejected" : "all rejected";
  return `<details class="controls-list"><summary>${count}${all ? `, ${how}` : ""}</summary><ul>${items.join("")}</ul></details>`;
}

/** `NAME.ipynb#ANCHOR` → `NAME.html#ANCHOR`. */
function notebookAddress(notebook: string): string {
  const [file = "", anchor] = notebook.split("#", 2);
  return `${notebookPageFile(file)}${anchor === undefined ? "" : `#${anchor}`}`;
}
