import { createRequire } from "node:module";
import { join } from "node:path";

// This file is two levels below the package in src and in dist alike.
const root = join(__dirname, "..", "..");

/** The folder of the package. */
export const packageRoot = root;

/** The folder of the course's notebooks. */
export const notebooksDirectory = join(root, "notebooks");

/** Plain JavaScript that a kernel loads first, so always the built file. */
export const kernelPreload = join(root, "dist", "notebook", "kernelPreload.js");

/** The program of the tslab that this package depends on. */
export function tslabProgram(): string {
  return createRequire(join(root, "package.json")).resolve("tslab/bin/tslab");
}
