export { DATA_FOLDER, resultsFolder } from "./dataFolder";
export {
  isPart,
  mergeParts,
  openPart,
  type Part,
  type PartHeader,
  readKeptJson,
  readPart,
} from "./part";
export { PROGRAM_FOLDERS } from "./programFolders";
export { type NamedUnit, runUnits, type UnitRun } from "./runUnits";
