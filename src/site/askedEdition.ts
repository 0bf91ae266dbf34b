import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import type { NotebookSource } from "@finetune-icl/book";
import { type Cell, hasTag, type Notebook, readNotebookFile } from "@finetune-icl/notebooks/runner";

/**
 * The lessons as pages that ask their exercises: cells and sealed checks from the copies for students in `folder`, which
 * `finetune-icl course --student` wrote, and the outputs of all other cells from the lessons themselves. By the lessons' paths.
 * @throws InputError when a lesson has no copy, or one of another version.
 */
export function askedEdition(
  lessons: readonly NotebookSource[],
  folder: string,
): ReadonlyMap<string, NotebookSource & { readonly text: string }> {
  return new Map(
    lessons.map(({ path, notebook }) => {
      const copy = join(folder, path);
      if (!existsSync(copy))
        throw new InputError("--exercises", folder, `a folder that course --student wrote, with ${path}`);
      const { notebook: asked, text } = readNotebookFile(copy);
      return [path, { path, text, notebook: withOutputs(asked, notebook, copy) }] as const;
    }),
  );
}

const isOfExercise = (cell: Cell): boolean => hasTag(cell, "exercise", "check");

function withOutputs(asked: Notebook, lesson: Notebook, where: string): Notebook {
  const own = new Map(lesson.cells.map((cell) => [cell.id, cell]));
  const cells = asked.cells.map((cell) => {
    if (isOfExercise(cell)) return cell;
    const original = own.get(cell.id);
    if (original?.source !== cell.source)
      throw new InputError(
        "--exercises",
        `${where}: cell ${cell.id}`,
        "copies of the lessons as they are: run course --student again",
      );
    return cell.cell_type === "code" && original.cell_type === "code"
      ? { ...cell, outputs: original.outputs }
      : cell;
  });
  return { ...asked, cells };
}
