import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../support/root";

/** A code cell: its source and its tags. */
export type CellText = string | readonly [source: string, ...tags: string[]];

/** A folder inside the repository, where notebooks can import the package by name; git ignores it. */
export function makeWorkDirectory(): string {
  mkdirSync(join(packageRoot, "tmp"), { recursive: true });
  return mkdtempSync(join(packageRoot, "tmp", "notebooks-"));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Writes a notebook of code cells with ids c1, c2, …, never executed, and returns its path and its text. */
export function writeNotebook(directory: string, name: string, cells: readonly CellText[]) {
  const path = join(directory, `${name}.ipynb`);
  const text = JSON.stringify({
    cells: cells.map((cell, index) => {
      const [source, ...tags] = typeof cell === "string" ? [cell] : cell;
      return {
        cell_type: "code",
        id: `c${index + 1}`,
        metadata: tags.length > 0 ? { tags } : {},
        source,
        outputs: [],
        execution_count: null,
      };
    }),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
  writeFileSync(path, text);
  return { path, text };
}
