import { type Cell, escapeXml, type Table } from "@finetune-icl/base";

/** The table as HTML, numbers right-aligned and with at most `digits` significant digits. */
export function tableHtml({ columns, rows }: Table, digits: number): string {
  const cells = (row: readonly Cell[]) =>
    row
      .map((cell) => {
        const align = typeof cell === "number" ? "right" : "left";
        return `<td style="text-align:${align}">${escapeXml(cellText(cell, digits))}</td>`;
      })
      .join("");
  const head = columns.map((column) => `<th scope="col">${escapeXml(column)}</th>`).join("");
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n");
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The table as text, columns aligned. */
export function tableText({ columns, rows }: Table, digits: number): string {
  const lines = [columns, ...rows.map((row) => row.map((cell) => cellText(cell, digits)))];
  const widths = columns.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  const isNumber = columns.map((_, j) => rows.every((row) => typeof row[j] === "number"));
  return lines
    .map((line) =>
      line
        .map((cell, j) => (isNumber[j] ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Significant digits without trailing zeros, so that 20 stays 20 and 0.1 stays 0.1. */
function cellText(cell: Cell, digits: number): string {
  return typeof cell === "number" ? String(Number(cell.toPrecision(digits))) : String(cell);
}
