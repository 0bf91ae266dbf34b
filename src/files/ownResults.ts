import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";

/** What is about to be written into a folder that a user named. */
export interface OwnResults {
  /** Names that the files will have. */
  readonly names: readonly string[];
  /** Whether the files of these names that are there came from the same question, and will come out the same again. */
  readonly areThere: () => boolean;
  /** What such files are called. */
  readonly words: string;
}

/**
 * Refuses a folder that holds a file of one of these names which is not of the same question: somebody's own, or results that would be lost.
 * @throws InputError naming the file
 */
export function requireOwnResults(folder: string, { names, areThere, words }: OwnResults): void {
  const found = names.find((name) => existsSync(join(folder, name)));
  if (found !== undefined && !areThere())
    throw new InputError("--out", join(folder, found), `a folder without a file of this name, or ${words}`);
}
