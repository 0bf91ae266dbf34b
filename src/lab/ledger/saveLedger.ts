import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { saveTable } from "@finetune-icl/files";
import { sync as writeFileAtomic } from "write-file-atomic";
import { DATA_FOLDER } from "../units/dataFolder";
import type { Ledger } from "./ledger";
import { ledgerMarkdown } from "./ledgerMarkdown";
import { ledgerTable } from "./ledgerTable";

/** Where the package keeps its ledger; from dist/ledger or src/ledger the root is two folders up. */
export const LEDGER_FOLDER = join(DATA_FOLDER, "ledger");

/** Writes ledger.json, ledger.csv and README.md into `folder`, each whole or not at all. */
export function saveLedger(folder: string, ledger: Ledger): void {
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(join(folder, "ledger.json"), `${JSON.stringify(ledger, null, 1)}\n`);
  saveTable(join(folder, "ledger.csv"), ledgerTable(ledger));
  writeFileAtomic(join(folder, "README.md"), ledgerMarkdown(ledger));
}

/** Reads a saved ledger. @throws InputError when there is none. */
export function loadLedger(folder: string = LEDGER_FOLDER): Ledger {
  const path = join(folder, "ledger.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Ledger;
  } catch {
    throw new InputError("ledger", path, "a ledger written by finetune-icl verify");
  }
}
