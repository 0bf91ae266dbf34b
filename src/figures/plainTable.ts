import { InputError } from "../inputError";

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
