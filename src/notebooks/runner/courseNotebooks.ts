import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { InputError } from "@finetune-icl/base";
import { projectRoot } from "@finetune-icl/files";

/** Paths of the notebooks of the project, in the order of their names. @throws InputError when there are none. */
export function courseNotebooks(): readonly string[] {
  const notebooksDirectory = join(projectRoot(), "notebooks");
  const names = existsSync(notebooksDirectory) ? readdirSync(notebooksDirectory) : [];
  const files = names.filter((name) => name.endsWith(".ipynb")).sort();
  if (files.length === 0)
    throw new InputError(
      "notebooks",
      relative(process.cwd(), notebooksDirectory),
      "at least one .ipynb file",
    );
  return files.map((name) => relative(process.cwd(), join(notebooksDirectory, name)));
}
