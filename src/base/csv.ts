import { InputError } from "./inputError";
import { type Cell, requireTable, type Table } from "./plainTable";

/**
 * The table as CSV (RFC 4180), one line a row; numbers with full precision, also NaN, Infinity, -Infinity and -0.
 * @throws InputError when a row has not a cell for each column.
 * @example
 * const table = tableFrom([{ hours: 0, rain: 1.1 }, { hours: 20, rain: 0.25 }]);
 * console.log(JSON.stringify(toCsv(table))); // "hours,rain\n0,1.1\n20,0.25\n"
 */
export function toCsv({ columns, rows }: Table): string {
  requireTable({ columns, rows });
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

function csvCell(cell: Cell): string {
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : String(cell);
  // A text that looks like a number is quoted, so that it comes back as a text.
  const quoted = /[",\r\n]/.test(cell) || cell === "" || typeof readPlain(cell) === "number";
  return quoted ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * Reads what {@link toCsv} writes: quoted cells are text, the others numbers where they can be.
 * @throws InputError when the text is no CSV, or a row is shorter or longer than the first.
 * @example
 * console.log(recordsOf(parseCsv("hours,rain\n0,1.1\n"))); // [ { hours: 0, rain: 1.1 } ]
 */
export function parseCsv(text: string): Table {
  return readCsv(text, "CSV");
}

/** {@link parseCsv} for a text that came from `field`, which a refusal names. */
export function readCsv(text: string, field: string): Table {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let end: string | undefined;
  // After a comma at the very end stands one more cell, an empty one.
  while (cell.lastIndex < text.length || end === ",") {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new InputError(field, text.slice(at, at + 20), "cells separated by commas");
    const [, quoted, plain = ""] = match;
    end = match[3];
    line.push(quoted === undefined ? readPlain(plain) : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      lines.push(line);
      line = [];
    }
  }
  // A table without columns is an empty line: an empty name would stand between quotes.
  const [columns = [], ...rows] = text.startsWith("\n") ? [] : lines;
  const wrong = rows.find((row) => row.length !== columns.length);
  if (wrong !== undefined) {
    throw new InputError(`${field}, row ${rows.indexOf(wrong) + 1}`, wrong, `${columns.length} cells`);
  }
  return { columns: columns.map(String), rows };
}

function readPlain(text: string): Cell {
  const number = Number(text);
  return text === "" || (Number.isNaN(number) && text !== "NaN") ? text : number;
}
