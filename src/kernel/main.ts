import "./holdInterrupts";
import { readConnectionFile } from "./connectionFile";
import { Kernel } from "./kernel";

// The program that a kernelspec names: node main.js CONNECTION_FILE, in the folder of the notebook.
const path = process.argv[2];
if (path === undefined) {
  process.stderr.write("usage: node main.js CONNECTION_FILE (a Jupyter client starts this)\n");
  process.exit(2);
}
new Kernel(readConnectionFile(path), process.cwd());
