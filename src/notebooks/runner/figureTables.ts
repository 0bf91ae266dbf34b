import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonValue } from "@finetune-icl/base";
import { type Content, FIGURE_FOLDER_VARIABLE, makeTemporaryFolder } from "@finetune-icl/files";
import { compareJson } from "./compareJson";

/** Where the tables of a notebook go until it is known what becomes of them, and how they differ from those stored with it. */
export interface TrialTables {
  /** To be added to the kernel's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** From the tables in the folder `stored`. */
  readonly differences: (stored: string) => readonly TableDifference[];
  /** The tables that are not what is in the folder `stored`, by their path in it. */
  readonly changed: (stored: string) => readonly (readonly [path: string, content: Content])[];
  readonly remove: () => void;
}

export interface TableDifference {
  /** Such as `data/figures/risk-curves.csv, line 3, cell 2`. */
  readonly where: string;
  readonly stored: string;
  readonly got: string;
}

/** A folder that lives as long as the run. */
export function makeTrialTables(): TrialTables {
  const { path: folder, remove } = makeTemporaryFolder("figures");
  const tables = (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".csv"))
      .sort();
  const changed = (stored: string) =>
    tables().flatMap((table) => {
      const [path, content] = [join(stored, table), readFileSync(join(folder, table), "utf8")];
      return existsSync(path) && readFileSync(path, "utf8") === content ? [] : [[path, content] as const];
    });
  const differences = (stored: string) =>
    tables().flatMap((table) => compareTable(stored, table, readFileSync(join(folder, table), "utf8")));
  return { env: { [FIGURE_FOLDER_VARIABLE]: folder }, differences, changed, remove };
}

function compareTable(folder: string, name: string, got: string): readonly TableDifference[] {
  const path = join(folder, name);
  const table = `data/figures/${name}`;
  if (!existsSync(path)) return [{ where: table, stored: "(no such table)", got: "a new table" }];
  const difference = compareJson(cells(readFileSync(path, "utf8")), cells(got));
  if (!difference) return [];
  const [line, cell] = [...difference.path.matchAll(/\[(\d+)\]/g)].map(([, index]) => Number(index) + 1);
  const place = [line && `, line ${line}`, cell && `, cell ${cell}`].filter(Boolean).join("");
  const where = `${table}${place}${difference.path.endsWith(".length") ? ", number of entries" : ""}`;
  return [{ where, stored: JSON.stringify(difference.stored), got: JSON.stringify(difference.got) }];
}

/** A table as rows of cells, numbers as numbers: two tables are compared as the data of two figures are. */
function cells(csv: string): readonly (readonly JsonValue[])[] {
  return csv
    .split("\n")
    .map((line) =>
      line.split(",").map((cell) => (cell === "" || !Number.isFinite(Number(cell)) ? cell : Number(cell))),
    );
}
