import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BookReport } from "../../src/book/buildBook";
import { buildProjectBook } from "../../src/site/projectBook";
import { packageRoot } from "../support/root";

/** A ledger with a claim of every verdict, whether or not the package has one of its own. */
const LEDGER = join(__dirname, "fixtures", "ledger.json");

export interface BuiltBook {
  readonly folder: string;
  readonly report: BookReport;
  /** Page → its HTML. */
  readonly pages: ReadonlyMap<string, string>;
  readonly remove: () => void;
}

/** Builds the book of this package into a folder of its own; without its reference where a test does not read it. */
export async function builtBook({ reference = true } = {}): Promise<BuiltBook> {
  const parent = mkdtempSync(join(tmpdir(), "book-"));
  const folder = join(parent, "site with a space");
  const report = await buildProjectBook(packageRoot, folder, { ledgerFile: LEDGER, reference });
  const files = readdirSync(folder).filter((name) => name.endsWith(".html"));
  return {
    folder,
    report,
    pages: new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")])),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
