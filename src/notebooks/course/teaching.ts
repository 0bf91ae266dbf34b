import { InputError, isJsonObject } from "@finetune-icl/base";
import type { Cell } from "../runner/nbformat";

/** What a teacher is told about one section of a lesson. */
export interface TeachingNote {
  readonly cell: Cell;
  /** The section's heading, or its first bold words. */
  readonly title: string;
  /** Time to plan for. */
  readonly minutes: number;
  readonly note: string | undefined;
}

/** The notes in the cells' metadata `teaching`, in their order. @throws InputError when one is not what it should be. */
export function readTeachingNotes(cells: readonly Cell[], where: string): readonly TeachingNote[] {
  return cells.flatMap((cell) => {
    const { teaching } = cell.metadata;
    if (teaching === undefined) return [];
    const at = `${where}: cell ${cell.id}: metadata.teaching`;
    if (!isJsonObject(teaching))
      throw new InputError(at, teaching, "an object with minutes and perhaps a note");
    const { minutes, note, ...rest } = teaching;
    if (typeof minutes !== "number" || !(minutes > 0 && minutes <= 240))
      throw new InputError(`${at}.minutes`, minutes, "a number above 0, at most 240");
    if (note !== undefined && (typeof note !== "string" || note.trim() === ""))
      throw new InputError(`${at}.note`, note, "a text");
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new InputError(`${at}.${unknown}`, rest[unknown], "no such field");
    if (cell.cell_type !== "markdown") throw new InputError(at, cell.cell_type, "a Markdown cell");
    return [{ cell, title: titleOf(cell), minutes, note }];
  });
}

function titleOf({ source, id }: Cell): string {
  const heading = /^#{1,6} +(.+)$/m.exec(source)?.[1];
  return (heading ?? /\*\*(.+?)\*\*/.exec(source)?.[1] ?? id.replaceAll("-", " ")).trim();
}
