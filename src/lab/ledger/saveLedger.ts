import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, toCsv } from "@finetune-icl/base";
import type { Profile } from "@finetune-icl/core/evidence";
import { requireOwnResults, writeAllWhole } from "@finetune-icl/files";
import { DATA_FOLDER } from "../units/dataFolder";
import type { Ledger } from "./ledger";
import { ledgerMarkdown } from "./ledgerMarkdown";
import { ledgerTable } from "./ledgerTable";

/** Where the package keeps its ledger. */
export const LEDGER_FOLDER = join(DATA_FOLDER, "ledger");

/** What stands for the question that a ledger answers. */
export interface LedgerQuestion {
  readonly profile: Profile;
  readonly seed: number;
  readonly claims: readonly string[];
}

/** Refuses a folder whose files would be lost to a ledger of this question. @throws InputError */
export function requireLedgerFolder(folder: string, { profile, seed, claims }: LedgerQuestion): void {
  requireOwnResults(folder, {
    names: ["ledger.json", "ledger.csv", "README.md"],
    areThere: () => {
      try {
        const there = loadLedger(folder);
        const ids = there.claims.map(({ id }) => id);
        return there.profile === profile && there.seed === seed && ids.join() === claims.join();
      } catch {
        return false;
      }
    },
    words: "with a ledger of the same claims, profile and seed",
  });
}

/** Writes ledger.json, ledger.csv and README.md into `folder`, all of them or none. @throws WriteError */
export function saveLedger(folder: string, ledger: Ledger): void {
  writeAllWhole([
    [join(folder, "ledger.json"), `${JSON.stringify(ledger, null, 1)}\n`],
    [join(folder, "ledger.csv"), toCsv(ledgerTable(ledger))],
    [join(folder, "README.md"), ledgerMarkdown(ledger)],
  ]);
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
