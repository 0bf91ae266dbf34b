import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, isJsonObject, parseStrictJson } from "@finetune-icl/base";
import { readInputText } from "@finetune-icl/files";
import { readNotebook } from "@finetune-icl/notebooks/runner";
import type { DocSource } from "./docPage";
import type { NotebookSource } from "./notebookPage";
import { isFileInside } from "./siteLinks";

/** What the book is made from. */
export interface Sources {
  readonly root: string;
  /** As package.json names them, where it does. */
  readonly version: string | undefined;
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
  const { version, license } = readManifest(join(root, "package.json"));
  return {
    root,
    version,
    licence: license,
    notebooks: readLessons(root),
    docs: ordered.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  };
}

interface ProjectManifest {
  readonly version?: string;
  readonly license?: string;
}

/** What the book says of its project: a private one needs neither version nor licence. @throws InputError naming the field that is no text */
function readManifest(path: string): ProjectManifest {
  let value: unknown;
  try {
    value = parseStrictJson(
      readInputText(path, { field: "package.json", allowed: "a file that can be read" }),
    );
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError("package.json", path, `JSON (${(error as Error).message})`);
  }
  if (!isJsonObject(value)) throw new InputError("package.json", path, "an object");
  for (const field of ["version", "license"])
    if (value[field] !== undefined && typeof value[field] !== "string")
      throw new InputError(`package.json: ${field}`, value[field], "a text, or nothing");
  return value as ProjectManifest;
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
