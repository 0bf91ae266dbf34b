import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Table, toCsv } from "@finetune-icl/base";
import { loadTable, requireOwnResults, writeAllWhole } from "@finetune-icl/files";
import { DATA_FOLDER } from "../units/dataFolder";
import type { StudyTables } from "./runStudy";
import type { AnyStudy, StudyOptions } from "./study";

/** Where the package keeps the results of its studies; from dist/study or src/lab/study the root is two folders up. */
export const STUDIES_FOLDER = join(DATA_FOLDER, "studies");

/** Writes every table of a study and a README.md that says what they hold and what makes them, below `folder`. */
export function saveStudy(folder: string, study: AnyStudy, options: StudyOptions, tables: StudyTables): void {
  const own = join(folder, study.name);
  writeAllWhole([
    ...Object.entries(tables).map(([name, { table }]) => [join(own, `${name}.csv`), toCsv(table)] as const),
    [join(own, "README.md"), studyMarkdown(study, options, tables)],
  ]);
}

/**
 * Reads a stored table of a study.
 * @throws InputError when there is none.
 * @example
 * console.log(loadStudyTable("frontier", "frontier").columns.length > 0); // true
 */
export function loadStudyTable(study: string, table: string): Table {
  return loadTable(join(STUDIES_FOLDER, study, `${table}.csv`));
}

/** Refuses a folder whose files would be lost to this study with these options. @throws InputError */
export function requireStudyFolder(folder: string, study: AnyStudy, options: StudyOptions): void {
  const own = join(folder, study.name);
  const page = join(own, "README.md");
  requireOwnResults(own, {
    names: existsSync(own) ? readdirSync(own).filter((name) => /^README\.md$|\.csv$/.test(name)) : [],
    areThere: () => existsSync(page) && readFileSync(page, "utf8").includes(madeBy(study, options)),
    words: "with the tables of the same study and options",
  });
}

function madeBy(study: AnyStudy, { profile, seed }: StudyOptions): string {
  const options = `${profile === "quick" ? " --quick" : ""}${seed === DEFAULT_SEED ? "" : ` --seed ${seed}`}`;
  return `Made by \`npx finetune-icl study ${study.name}${options}\` (profile ${profile}, seed ${seed}).`;
}

function studyMarkdown(study: AnyStudy, options: StudyOptions, tables: StudyTables): string {
  const rows = Object.entries(tables).map(
    ([name, { table, description }]) =>
      `| [\`${name}.csv\`](${name}.csv) | ${table.rows.length} | ${description} |`,
  );
  return `# ${study.title}

${study.question}

${madeBy(study, options)}

| table | rows | one row |
|---|---|---|
${rows.join("\n")}
`;
}

/** The seed of the stored results. */
export const DEFAULT_SEED = 1;
