import { join } from "node:path";
import { projectRoot } from "./projectRoot";

/** Names another folder than the project's own for the tables behind figures: a run that must leave those alone sets it. */
export const FIGURE_FOLDER_VARIABLE = "FINETUNE_ICL_FIGURES";

/** Where the tables behind figures are saved: `data/figures` of the project, unless the environment names a folder. */
export function figureFolder(): string {
  return process.env[FIGURE_FOLDER_VARIABLE] ?? projectFigureFolder();
}

export function projectFigureFolder(): string {
  return join(projectRoot(), "data", "figures");
}
