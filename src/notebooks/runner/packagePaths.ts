import { dirname, join } from "node:path";

/** Plain JavaScript that a kernel loads first, so always the built file. */
export const kernelPreload = join(
  dirname(require.resolve("@finetune-icl/notebooks/package.json")),
  "dist/runner/kernelPreload.js",
);

/** The program of the tslab that this package depends on. */
export function tslabProgram(): string {
  return require.resolve("tslab/bin/tslab");
}
