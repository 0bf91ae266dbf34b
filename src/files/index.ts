export { type Checkpoint, openCheckpoint } from "./checkpoint";
export { onEnd } from "./cleanup";
export { FIGURE_FOLDER_VARIABLE, packageFigureFolder } from "./figureFolder";
export { replaceFolder, requireReplaceable } from "./outputFolder";
export { createProgress } from "./progress";
export { loadTable, parseCsv, saveFigureTable, saveTable, toCsv } from "./table";
