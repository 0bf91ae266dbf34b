import {
  type Cell,
  escapeXml,
  requireDigits,
  requireTable,
  shownNumber,
  type Table,
} from "@finetune-icl/base";

/** The table as HTML, numbers right-aligned and with at most `digits` significant digits; see {@link shownNumber}. @throws InputError naming a row without a cell for each column, or `digits`. */
export function tableHtml(table: Table, digits: number): string {
  const { columns, rows } = table;
  const texts = cellTexts(table, digits);
  const cells = (row: readonly Cell[], i: number) =>
    row
      .map((cell, j) => {
        const align = typeof cell === "number" ? "right" : "left";
        return `<td style="text-align:${align}">${escapeXml(texts[i]![j]!)}</td>`;
      })
      .join("");
  const head = columns.map((column) => `<th scope="col">${escapeXml(column)}</th>`).join("");
  const body = rows.map((row, i) => `<tr>${cells(row, i)}</tr>`).join("\n");
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/**
 * The table as text, columns aligned.
 * @throws InputError as {@link tableHtml}.
 * @example
 * console.log(tableText(tableFrom([{ hours: 20, rain: 0.123456 }]), 3).split("\n")); // [ 'hours   rain', '   20  0.123' ]
 */
export function tableText(table: Table, digits: number): string {
  const { columns } = table;
  const lines = [columns, ...cellTexts(table, digits)];
  const widths = columns.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, j) => (isNumeric(table, j) ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function isNumeric({ rows }: Table, column: number): boolean {
  return rows.every((row) => typeof row[column] === "number");
}

/** Beside larger numbers a small one is no rounding error: a column may span thirty powers of ten. */
const LARGEST_SCALE = 1e6;

/** What is rounding beside the largest number of its column, and beside 1, reads as 0. */
function cellTexts({ columns, rows }: Table, digits: number): readonly (readonly string[])[] {
  requireTable({ columns, rows });
  requireDigits(digits);
  const scales = columns.map((_, j) =>
    rows.reduce((largest, row) => {
      const size = Math.abs(Number(row[j]));
      return typeof row[j] === "number" && Number.isFinite(size) ? Math.max(largest, size) : largest;
    }, 1),
  );
  return rows.map((row) =>
    row.map((cell, j) =>
      typeof cell === "number" ? shownNumber(cell, digits, Math.min(scales[j]!, LARGEST_SCALE)) : cell,
    ),
  );
}
