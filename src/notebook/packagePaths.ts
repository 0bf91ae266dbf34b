import { join } from "node:path";

// This file is two levels below the package in src and in dist alike.
const root = join(__dirname, "..", "..");

/** The folder of the package. */
export const packageRoot = root;

/** The folder of the course's notebooks. */
export const notebooksDirectory = join(root, "notebooks");

/** The kernel's program: Node runs it, so always the built file. */
export const kernelProgram = join(root, "dist", "kernel", "main.js");
