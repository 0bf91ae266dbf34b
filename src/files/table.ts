import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, readCsv, type Table, toCsv } from "@finetune-icl/base";
import { figureFolder } from "./figureFolder";
import { writeWhole } from "./wholeFile";

/**
 * Saves a table as CSV, whole or not at all.
 * @example
 * const { path: folder, remove } = makeTemporaryFolder("example");
 * saveTable(`${folder}/rain.csv`, tableFrom([{ hours: 20, rain: 0.25 }]));
 * console.log(loadTable(`${folder}/rain.csv`).rows); // [ [ 20, 0.25 ] ]
 * remove();
 */
export function saveTable(path: string, table: Table): void {
  writeWhole(path, toCsv(table));
}

/**
 * Saves the table behind a figure as `data/figures/NAME.csv` of the folder that the notebook belongs to (the nearest one above
 * with a package.json), and returns the table. A run of the notebooks that is only compared, or whose results go elsewhere,
 * sends the table elsewhere too (`NOTEBOOK_FIGURES`).
 * @throws InputError when the name is not made of lower-case letters, digits and hyphens.
 */
export function saveFigureTable(name: string, table: Table): Table {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    throw new InputError("name", name, "lower-case letters, digits and hyphens");
  }
  saveTable(join(figureFolder(), `${name}.csv`), table);
  return table;
}

/** Reads a table saved by {@link saveTable}. @throws InputError when the file cannot be read or is no table. */
export function loadTable(path: string): Table {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError("table", path, "a CSV file that can be read");
  }
  return readCsv(text, path);
}
