export { type Checkpoint, openCheckpoint, runKey } from "./checkpoint";
export { onEnd } from "./cleanup";
export { FIGURE_FOLDER_VARIABLE, figureFolderOf } from "./figureFolder";
export {
  type InputFileOptions,
  MOST_INPUT_BYTES,
  MOST_KEPT_BYTES,
  readInputFile,
  readInputText,
} from "./inputFile";
export { withFolderLock, withLock } from "./lock";
export { type Manifest, manifestOf, replaceFolder, requireReplaceable, strangersIn } from "./outputFolder";
export { type OwnResults, requireOwnResults } from "./ownResults";
export { createProgress, type Progress } from "./progress";
export { findProjectRoot, projectRoot } from "./projectRoot";
export { isSealed, type SealedEntry, sealedLine, sealOf, sealOfNumbers } from "./sealed";
export { loadTable, saveFigureTable, saveTable } from "./table";
export { makeTemporaryFolder } from "./temporaryFolder";
export {
  type Content,
  realTarget,
  reasonOf,
  writeAllWhole,
  writeFully,
  writeWhole,
  writeWholeUnless,
} from "./wholeFile";
