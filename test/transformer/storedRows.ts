import { join } from "node:path";
import { recordsOf, type TableRecord } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { packageRoot } from "../support/root";

/** A stored table of a study of the small GPT, row by row. */
export const storedTable = (name: string, study = "transformer"): readonly TableRecord[] =>
  recordsOf(loadTable(join(packageRoot, "data", "studies", study, `${name}.csv`)));

/** Two decimals, as documents show them; – where there is no number. */
export const shown = (value: unknown): string =>
  Number.isNaN(Number(value))
    ? "–"
    : Number(value)
        .toFixed(2)
        .replace("-", "−")
        .replace(/^−0\.00$/, "0.00");

/** Mean and interval: 0.85 [0.78, 0.93]. */
export const ranged = (row: TableRecord, mean: string, ends: string): string =>
  `${shown(row[mean])} [${shown(row[`${ends}Low`])}, ${shown(row[`${ends}High`])}]`;

/** The columns that documents show of a row of matched.csv, from `reached` on. */
export const cellsOf = (row: TableRecord): readonly string[] => [
  `${row.reached} of ${row.runs}`,
  ranged(row, "benefitKept", "benefit"),
  row.trainable === "all" ? "" : ranged(row, "lessAll", "lessAll"),
  shown(row.intrusion),
  shown(row.gain),
];
