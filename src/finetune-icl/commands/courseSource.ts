import { dirname, join, sep } from "node:path";
import { projectRoot } from "@finetune-icl/files";
import { DATA_FOLDER } from "@finetune-icl/lab/units";

const PACKAGE = dirname(require.resolve("finetune-icl/package.json"));

/** Where the lessons, the documents they link to, and the data they read are: in a checkout at its top, else packed with the program. */
export function courseSource(): Readonly<Record<"notebooks" | "docs" | "data", string>> {
  const installed = PACKAGE.split(sep).includes("node_modules");
  const root = installed ? join(PACKAGE, "course") : projectRoot(PACKAGE);
  return { notebooks: join(root, "notebooks"), docs: join(root, "docs"), data: DATA_FOLDER };
}
