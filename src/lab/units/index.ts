export { DATA_FOLDER, resultsFolder } from "./dataFolder";
export { PROGRAM_FOLDERS } from "./programFolders";
export { type NamedUnit, runUnits, type UnitRun } from "./runUnits";
