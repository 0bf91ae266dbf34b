import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BookReport } from "../../src/book/buildBook";
import { buildProjectBook } from "../../src/site/projectBook";
import { oncePerRun } from "../support/oncePerRun";
import { packageRoot } from "../support/root";

/** A ledger with a claim of every verdict, whether or not the package has one of its own. */
const LEDGER = join(__dirname, "fixtures", "ledger.json");

const NAME = "site with a space";

export interface BuiltBook {
  readonly folder: string;
  readonly report: BookReport;
  /** Page → its HTML. */
  readonly pages: ReadonlyMap<string, string>;
}

/** The book of this package, built once for all tests of a run, which only read it; without its reference where a test does not. */
export async function sharedBook({ reference = true } = {}): Promise<BuiltBook> {
  const { value, folder } = await oncePerRun(reference ? "book" : "book-without-reference", (place) =>
    buildProjectBook(packageRoot, join(place, NAME), { ledgerFile: LEDGER, reference }),
  );
  return readBook(join(folder, NAME), value);
}

/** The pages of the same book, built anew. */
export async function rebuiltPages(): Promise<BuiltBook["pages"]> {
  const parent = mkdtempSync(join(tmpdir(), "book-"));
  try {
    const folder = join(parent, NAME);
    return readBook(folder, await buildProjectBook(packageRoot, folder, { ledgerFile: LEDGER })).pages;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function readBook(folder: string, report: BookReport): BuiltBook {
  const files = readdirSync(folder).filter((name) => name.endsWith(".html"));
  return {
    folder,
    report,
    pages: new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")])),
  };
}
