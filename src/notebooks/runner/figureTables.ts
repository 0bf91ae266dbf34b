import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "@finetune-icl/base";
import { FIGURE_FOLDER_VARIABLE, onEnd, projectFigureFolder } from "@finetune-icl/files";
import { compareJson } from "./compareJson";

/** Where the tables of a notebook that is only checked go, and how they differ from those stored in the package. */
export interface TrialTables {
  /** To be added to the kernel's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly differences: () => readonly TableDifference[];
  readonly remove: () => void;
}

export interface TableDifference {
  /** Such as `data/figures/risk-curves.csv, line 3, cell 2`. */
  readonly where: string;
  readonly stored: string;
  readonly got: string;
}

/** A folder that lives as long as the check. */
export function makeTrialTables(): TrialTables {
  const folder = mkdtempSync(join(tmpdir(), "finetune-icl-figures-"));
  const remove = onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const differences = () =>
    readdirSync(folder)
      .sort()
      .flatMap((table) => compareTable(table, readFileSync(join(folder, table), "utf8")));
  return { env: { [FIGURE_FOLDER_VARIABLE]: folder }, differences, remove };
}

function compareTable(name: string, got: string): readonly TableDifference[] {
  const path = join(projectFigureFolder(), name);
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
