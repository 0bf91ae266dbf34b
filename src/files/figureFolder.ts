import { join } from "node:path";

/** Names another folder than the package's own for the tables behind figures: a run that must leave those alone sets it. */
export const FIGURE_FOLDER_VARIABLE = "FINETUNE_ICL_FIGURES";

/** Where the tables behind figures are saved: `data/figures` of this package, unless the environment names a folder. */
export function figureFolder(): string {
  return process.env[FIGURE_FOLDER_VARIABLE] ?? packageFigureFolder;
}

// From dist or src, the package's root is one folder up.
export const packageFigureFolder = join(__dirname, "..", "data", "figures");
