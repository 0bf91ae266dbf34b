export { type Ledger, type LedgerEntry, type LedgerSummary, summarise, verifyClaim } from "./ledger";
export { type FinishedUnit, type LedgerRun, plan, runLedger } from "./runLedger";
export { LEDGER_FOLDER, loadLedger, saveLedger } from "./saveLedger";
export type { UnitResult } from "./unit";
