import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "./projectRoot";

/** Names another folder for the tables behind figures: a run that must leave the stored ones alone sets it. */
export const FIGURE_FOLDER_VARIABLE = "NOTEBOOK_FIGURES";

/** Where the tables behind figures are saved: with the notebook that is running, unless the environment names a folder. */
export function figureFolder(): string {
  return process.env[FIGURE_FOLDER_VARIABLE] ?? figureFolderOf(process.cwd());
}

/**
 * Where the tables of the notebooks in this (absolute) folder are stored: `data/figures` of the nearest folder above with a
 * package.json, which is the repository for its own lessons and the course's folder for a course elsewhere; where there is
 * none, of the project that this program belongs to.
 */
export function figureFolderOf(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return join(directory, "data", "figures");
  const parent = dirname(directory);
  return parent === directory ? join(projectRoot(), "data", "figures") : figureFolderOf(parent);
}
