import { join } from "node:path";
import type { Cell } from "../../../../src/notebooks/runner/nbformat";
import { readNotebook } from "../../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../../support/root";

/** A cell of a lesson as it is stored. @throws Error when it has none of that id. */
export function cellOf(file: string, id: string): Cell {
  const cell = readNotebook(join(packageRoot, "notebooks", file)).cells.find((each) => each.id === id);
  if (cell === undefined) throw new Error(`${file} has no cell ${id}`);
  return cell;
}

/** What a cell of code says in its stored outputs: the text of all that it displays. */
export function said(file: string, id: string): string {
  const cell = cellOf(file, id);
  if (cell.cell_type !== "code") throw new Error(`${id} of ${file} is no cell of code`);
  return cell.outputs
    .map((output) =>
      output.output_type === "display_data"
        ? String(output.data["text/markdown"] ?? output.data["text/plain"])
        : "",
    )
    .join("\n");
}
