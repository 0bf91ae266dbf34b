import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FIGURE_FOLDER_VARIABLE, packageFigureFolder } from "../figureFolder";
import { makeTemporaryFolder } from "../temporaryFolder";
import type { Content } from "../wholeFile";
import { compareJson } from "./compareJson";
import type { JsonValue } from "./json";

/** Where the tables of a notebook go until it is known what becomes of them, and how they differ from those stored. */
export interface TrialTables {
  /** To be added to the kernel's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly differences: () => readonly TableDifference[];
  /** The tables that are not what is stored, by their path in the package. */
  readonly changed: () => readonly (readonly [path: string, content: Content])[];
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
  const changed = () =>
    tables().flatMap((table) => {
      const [path, content] = [join(packageFigureFolder, table), readFileSync(join(folder, table), "utf8")];
      return existsSync(path) && readFileSync(path, "utf8") === content ? [] : [[path, content] as const];
    });
  const differences = () =>
    tables().flatMap((table) => compareTable(table, readFileSync(join(folder, table), "utf8")));
  return { env: { [FIGURE_FOLDER_VARIABLE]: folder }, differences, changed, remove };
}

function compareTable(name: string, got: string): readonly TableDifference[] {
  const path = join(packageFigureFolder, name);
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
