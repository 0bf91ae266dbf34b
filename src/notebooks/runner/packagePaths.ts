import { dirname, join } from "node:path";

/** The kernel's program: Node runs it, so always the built file. */
export const kernelProgram = join(
  dirname(require.resolve("@finetune-icl/kernel/package.json")),
  "dist",
  "main.js",
);
