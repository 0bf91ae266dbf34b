import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requireReplaceable } from "@finetune-icl/files";

/** Every page of the book says so. */
const MARK = '<meta name="generator" content="finetune-icl book">';

/** Refuses a folder whose content would be lost. @throws InputError when it holds something else than an earlier book. */
export function requireBookFolder(out: string): void {
  const index = join(out, "index.html");
  requireReplaceable(out, {
    field: "--out",
    what: "an earlier book",
    isOurs: () => existsSync(index) && readFileSync(index, "utf8").includes(MARK),
  });
}
