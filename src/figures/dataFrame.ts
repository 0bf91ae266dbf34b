import { requireTable, type Table } from "@finetune-icl/base";
import type { DataFrame } from "danfojs-node";

/** The table as a danfojs DataFrame, for readers who want to group, filter or join. danfojs is loaded at the first call. @throws InputError when a row has not a cell for each column. */
export function dataFrame(table: Table): DataFrame {
  requireTable(table);
  // A second to load: only when a table is really worked with.
  const danfo = require("danfojs-node") as { DataFrame: new (data: unknown, options: object) => DataFrame };
  return new danfo.DataFrame(
    table.rows.map((row) => [...row]),
    { columns: [...table.columns] },
  );
}
