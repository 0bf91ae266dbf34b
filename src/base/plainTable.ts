import { InputError } from "./inputError";

/** One cell of a table. */
export type Cell = number | string;

/** A plain table: what every figure is drawn from, and what is saved beside it. */
export interface Table {
  readonly columns: readonly string[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
}

/** That every row has a cell for each column. @throws InputError naming the row. */
export function requireTable({ columns, rows }: Table, path = "table"): void {
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong >= 0) throw new InputError(`${path}.rows[${wrong}]`, rows[wrong], `${columns.length} cells`);
}

/** Collects records into a table; the columns are those of the first record. @throws InputError when a record differs. */
export function tableFrom(records: readonly Readonly<Record<string, Cell>>[]): Table {
  const columns = Object.keys(records[0] ?? {});
  const rows = records.map((record, i) => {
    const keys = Object.keys(record);
    if (keys.length !== columns.length || !columns.every((column) => Object.hasOwn(record, column))) {
      throw new InputError(`records[${i}]`, keys, `the columns ${columns.join(", ")}`);
    }
    return columns.map((column) => record[column]!);
  });
  return { columns, rows };
}

/** A row by the names of its columns. */
export type TableRecord = Readonly<Record<string, Cell>>;

/** The rows of a table by the names of its columns: what {@link tableFrom} collects. @throws InputError when a row has not a cell for each. */
export function recordsOf({ columns, rows }: Table): readonly TableRecord[] {
  requireTable({ columns, rows });
  return rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k]!])));
}
