export { type Ledger, type LedgerEntry, type LedgerSummary, summarise, verifyClaim } from "./ledger";
export { type FinishedUnit, type LedgerRun, ledgerOf, plan, runLedger, runLedgerUnits } from "./runLedger";
export {
  LEDGER_FOLDER,
  type LedgerQuestion,
  loadLedger,
  requireLedgerFolder,
  saveLedger,
} from "./saveLedger";
export { type RunOptions, type UnitResult, unitName } from "./unit";
