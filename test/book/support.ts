import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { BookReport } from "../../src/book/buildBook";
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

/** The book of this package, built once for all tests of a run, which change none of its files. */
export async function sharedBook(): Promise<BuiltBook> {
  const { value: report, folder: place } = await oncePerRun("book", async (own) => {
    // Of all test files only the one that builds the book loads what builds it.
    const { buildProjectBook } = await import("../../src/site/projectBook");
    return buildProjectBook(packageRoot, join(own, NAME), { ledgerFile: LEDGER });
  });
  const folder = join(place, NAME);
  const pages = new Map(report.pages.map(({ file }) => [file, readFileSync(join(folder, file), "utf8")]));
  return { folder, report, pages };
}

/**
 * Makes a project of a few pages in `root`, which is a new folder: this one's data, these of its documents, and notebooks under names of their
 * own, each copied from a file of this project.
 */
export function makeSmallProject(
  root: string,
  docs: readonly string[],
  notebooks: Readonly<Record<string, string>>,
): void {
  for (const name of ["README.md", "CONTRIBUTING.md", "package.json", "data"])
    cpSync(join(packageRoot, name), join(root, name), { recursive: true });
  symlinkSync(join(packageRoot, "node_modules"), join(root, "node_modules"));
  const copyInto = (folder: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(root, folder));
    for (const [name, from] of Object.entries(files))
      cpSync(join(packageRoot, from), join(root, folder, name));
  };
  copyInto("docs", Object.fromEntries(docs.map((name) => [name, join("docs", name)])));
  copyInto("notebooks", notebooks);
}

/** Names of the lessons' pages, without their endings, in the order of the course. */
export const lessonsOf = ({ pages }: BuiltBook): readonly string[] =>
  [...pages.keys()].filter((file) => /^\d/.test(file)).map((file) => file.replace(".html", ""));
