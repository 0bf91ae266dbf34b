import { dirname } from "node:path";

/** The folders of the program that results are computed by: a checkpoint of another version is never taken over. */
export const PROGRAM_FOLDERS: readonly string[] = [
  // Named one by one: what bundles these modules reads the names.
  require.resolve("@finetune-icl/core/package.json"),
  require.resolve("@finetune-icl/lab/package.json"),
].map((file) => dirname(file));
