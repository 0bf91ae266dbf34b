import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "@finetune-icl/base";

/**
 * The folder of the project that a program works for: the nearest one upwards from `from`, and else from this program
 * itself, that holds a package.json and a folder `notebooks`.
 * @throws InputError when there is none.
 */
export function projectRoot(from: string = process.cwd()): string {
  const root = findProjectRoot(from);
  if (root === undefined)
    throw new InputError(
      "folder",
      from,
      "one inside a project, which has a package.json and a folder notebooks",
    );
  return root;
}

/** The same where there is one. */
export function findProjectRoot(from: string = process.cwd()): string | undefined {
  return nearest(from) ?? nearest(__dirname);
}

function nearest(folder: string): string | undefined {
  if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "notebooks"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearest(parent);
}
