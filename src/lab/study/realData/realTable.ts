import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { DATA_FOLDER } from "../../units/dataFolder";

/** A table of real measurements: one row an individual, every column a number. */
export interface RealTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** Where a table comes from, as data/real/sources.json says. */
export interface RealTableSource {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly file: string;
    readonly licence: string;
  };
  readonly source: string;
  readonly columns: readonly { readonly name: string; readonly meaning: string; readonly unit: string }[];
  readonly dropped: string;
}

// From dist/study/realData or src/lab/study/realData the package's root is three folders up.
const FOLDER = join(DATA_FOLDER, "real");

/** The sources of all tables, in the order of data/real/README.md. */
export function realTableSources(): readonly RealTableSource[] {
  return JSON.parse(readFileSync(join(FOLDER, "sources.json"), "utf8")) as readonly RealTableSource[];
}

/**
 * Reads a table and holds it against what its source says.
 * @throws InputError when there is no such table, a cell is no finite number, a column is constant, or rows or columns are not
 * those of the source.
 */
export function loadRealTable(name: string): RealTable {
  const sources = realTableSources();
  const source = sources.find((each) => each.name === name);
  if (source === undefined) {
    throw new InputError("table", name, `one of ${sources.map((each) => each.name).join(", ")}`);
  }
  const { columns, rows } = loadTable(join(FOLDER, `${name}.csv`));
  const named = source.columns.map((column) => column.name);
  if (columns.join() !== named.join()) throw new InputError(`${name}: columns`, columns, named.join(", "));
  if (rows.length !== source.rows) throw new InputError(`${name}: rows`, rows.length, `${source.rows} rows`);
  const numbers = rows.map((row, r) =>
    row.map((cell, c) => {
      if (typeof cell === "number" && Number.isFinite(cell)) return cell;
      throw new InputError(`${name}: row ${r + 1}, ${columns[c]!}`, cell, "a finite number");
    }),
  );
  columns.forEach((column, c) => {
    if (numbers.every((row) => row[c] === numbers[0]![c])) {
      throw new InputError(`${name}: ${column}`, numbers[0]![c], "a column that varies");
    }
  });
  return { name, columns, rows: numbers };
}
