export { explorableElement, explorablePage } from "./explorablePage";
export { EXPLORABLES } from "./explore/explorables";
export { LEDGER_FILE, ledgerPage } from "./ledgerPage";
export { readLedger } from "./readLedger";
export { readReference } from "./reference";
export { readRooms, referencePages } from "./referencePages";
