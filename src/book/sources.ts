import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readNotebook } from "@finetune-icl/notebooks/runner";
import type { DocSource } from "./docPage";
import type { NotebookSource } from "./notebookPage";
import { isFileInside } from "./siteLinks";

/** What the book is made from. */
export interface Sources {
  readonly root: string;
  readonly version: string;
  /** As package.json names it, where it does. */
  readonly licence: string | undefined;
  /** In the order of their names. */
  readonly notebooks: readonly NotebookSource[];
  readonly docs: readonly DocSource[];
}

/** The theory comes first among the guides, then the course; the rest follows by name. */
const FIRST_DOCS = ["docs/theory.md", "docs/course.md", "docs/your-own-lesson.md"];

/** Reads what there is in the package's folder. @throws InputError when a notebook is none. */
export function readSources(root: string): Sources {
  const list = (folder: string, ending: string) => filesIn(root, folder, ending);
  const docs = [
    ...list("docs", ".md"),
    ...(existsSync(join(root, "CONTRIBUTING.md")) ? ["CONTRIBUTING.md"] : []),
  ];
  const ordered = [
    ...FIRST_DOCS.filter((path) => docs.includes(path)),
    ...docs.filter((path) => !FIRST_DOCS.includes(path)),
  ];
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly license?: string;
  };
  return {
    root,
    version,
    licence: license,
    notebooks: readLessons(root),
    docs: ordered.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  };
}

/** The notebooks of the project, in the order of their names. @throws InputError when one is none. */
export function readLessons(root: string): readonly NotebookSource[] {
  return filesIn(root, "notebooks", ".ipynb").map((path) => ({
    path,
    notebook: readNotebook(join(root, path)),
  }));
}

function filesIn(root: string, folder: string, ending: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending) && isFileInside(root, `${folder}/${name}`))
    .sort()
    .map((name) => `${folder}/${name}`);
}
