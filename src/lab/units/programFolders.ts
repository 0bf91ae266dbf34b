import { dirname } from "node:path";

/** The folders of the program that results are computed by: a checkpoint of another version is never taken over. */
export const PROGRAM_FOLDERS: readonly string[] = ["@finetune-icl/core", "@finetune-icl/lab"].map((name) =>
  dirname(require.resolve(`${name}/package.json`)),
);
