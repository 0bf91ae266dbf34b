import { dirname, join, sep } from "node:path";

/** Where the package's data is: the ledger, the released experiment, the reference run in PyTorch, real tables, studies. */
export const DATA_FOLDER = dirname(require.resolve("@finetune-icl/data/package.json"));

/**
 * Where a command saves what replaces stored results: among the data of a checkout; where the package is installed, in `data` of the current folder.
 * @example
 * console.log(resultsFolder("ledger").split(/[\\/]/).at(-1)); // ledger
 */
export function resultsFolder(name: string): string {
  const installed = DATA_FOLDER.split(sep).includes("node_modules");
  return join(installed ? join(process.cwd(), "data") : DATA_FOLDER, name);
}
