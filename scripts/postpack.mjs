// Removes what prepack.mjs copied: in a checkout the lessons and the documents stand at its top.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

rmSync(join(dirname(fileURLToPath(import.meta.url)), "..", "src", "finetune-icl", "course"), {
  recursive: true,
  force: true,
});
