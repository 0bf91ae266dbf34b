// What goes into the packed command line beside its code: the lessons and the documents, from which `finetune-icl new` makes courses.
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const course = join(root, "src", "finetune-icl", "course");
rmSync(course, { recursive: true, force: true });
for (const folder of ["notebooks", "docs"])
  cpSync(join(root, folder), join(course, folder), {
    recursive: true,
    filter: (path) => !/\.ipynb_checkpoints|\.tmp$/.test(path),
  });
