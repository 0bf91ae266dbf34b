import { join } from "node:path";

/** The folder of the whole project. */
export const packageRoot = join(__dirname, "..", "..");

/** The folder of the course's notebooks. */
export const notebooksDirectory = join(packageRoot, "notebooks");

/** The command line, as a child process runs it. */
export const PROGRAM = join(packageRoot, "src", "finetune-icl", "bin", "finetune-icl.js");
