import { InputError } from "./inputError";

/** One cell of a table. */
export type Cell = number | string;

/** A plain table: what every figure is drawn from, and what is saved beside it. */
export interface Table {
  readonly columns: readonly string[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
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

/** The rows of a table by the names of its columns: what {@link tableFrom} collects. */
export function recordsOf({ columns, rows }: Table): readonly TableRecord[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k]!])));
}
