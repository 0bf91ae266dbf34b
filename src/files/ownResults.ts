import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { MOST_KEPT_BYTES } from "./inputFile";

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
  // What is no file, or longer than any of ours, is nobody's results and is not read either: it may have no end.
  const isStrange = names.some((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats !== undefined && !(stats.isFile() && stats.size <= MOST_KEPT_BYTES);
  });
  if (found !== undefined && (isStrange || !areThere()))
    throw new InputError("--out", join(folder, found), `a folder without a file of this name, or ${words}`);
}
