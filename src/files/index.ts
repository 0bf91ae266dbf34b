export { type Checkpoint, openCheckpoint } from "./checkpoint";
export { onEnd } from "./cleanup";
export { FIGURE_FOLDER_VARIABLE, projectFigureFolder } from "./figureFolder";
export { replaceFolder, requireReplaceable } from "./outputFolder";
export { createProgress } from "./progress";
export { projectRoot } from "./projectRoot";
export { loadTable, saveFigureTable, saveTable } from "./table";
