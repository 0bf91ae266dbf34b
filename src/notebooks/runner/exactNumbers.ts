import { writeNumber } from "./writeNumber";

/** A number that JavaScript would write in another way than the file does, such as `1.0` or more digits than a double has. */
export class WrittenNumber {
  constructor(
    /** As the file has it. */
    readonly text: string,
  ) {}

  valueOf(): number {
    return Number(this.text);
  }

  toJSON(): number {
    return this.valueOf();
  }
}

// No alternatives inside a repetition: these fill the stack on a picture of some megabytes.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// No text of a notebook starts so: JSON itself cannot hold this character unescaped.
const MARK = "\u0000number:";

/**
 * Parses JSON with every number that would not be written back as it stands kept as it was written. For metadata, which
 * belongs to others: who wrote `1.0` finds `1.0` again.
 */
export function parseExactly(text: string): unknown {
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || writeNumber(Number(token)) === token ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? new WrittenNumber(value.slice(MARK.length)) : value,
  );
}
