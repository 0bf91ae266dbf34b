import { InputError } from "@finetune-icl/base";
import { missingAnswerLine } from "./missingAnswer";

const BEGIN = /^\s*\/\/ BEGIN SOLUTION\s*$/;
const END = /^\s*\/\/ END SOLUTION\s*$/;
const MENTION = /(BEGIN|END) SOLUTION/;

/** How many regions between `// BEGIN SOLUTION` and `// END SOLUTION` the code holds. @throws InputError as {@link withoutSolutions}. */
export function countSolutions(source: string, where: string): number {
  return split(source, where).filter((part) => part.isSolution).length;
}

/**
 * The code with every region, its marker lines included, replaced by the line that throws.
 * @throws InputError when a marker has no partner or does not stand alone in its line.
 */
export function withoutSolutions(source: string, exercise: string, where: string): string {
  return split(source, where)
    .flatMap(({ isSolution, lines }) =>
      isSolution ? [`${/^\s*/.exec(lines[0]!)![0]}${missingAnswerLine(exercise)}`] : lines,
    )
    .join("\n");
}

function split(source: string, where: string): readonly { isSolution: boolean; lines: readonly string[] }[] {
  const parts: { isSolution: boolean; lines: string[] }[] = [{ isSolution: false, lines: [] }];
  for (const [index, line] of source.split("\n").entries()) {
    const part = parts.at(-1)!;
    const at = `${where}, line ${index + 1}`;
    if (BEGIN.test(line)) {
      if (part.isSolution) throw new InputError(at, line.trim(), "// END SOLUTION first");
      parts.push({ isSolution: true, lines: [line] });
    } else if (END.test(line)) {
      if (!part.isSolution) throw new InputError(at, line.trim(), "// BEGIN SOLUTION first");
      parts.push({ isSolution: false, lines: [] });
    } else {
      if (MENTION.test(line))
        throw new InputError(
          at,
          line.trim(),
          "a marker alone in its line: // BEGIN SOLUTION, // END SOLUTION",
        );
      part.lines.push(line);
    }
  }
  if (parts.at(-1)!.isSolution)
    throw new InputError(where, "// BEGIN SOLUTION", "an // END SOLUTION after it");
  return parts;
}
