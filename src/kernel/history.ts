import type { JsonObject } from "./wire";

interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}

// One session: the kernel forgets when it ends.
const SESSION = 1;

/** What was run in this kernel, for `history_request`. */
export class History {
  readonly #entries: Entry[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
  }

  /** The text of the result of the latest entry. */
  setOutput(text: string): void {
    const last = this.#entries.at(-1);
    if (last) last.output = text;
  }

  /** Answers a `history_request`: tuples of session, line and input, or input and output. */
  find(content: JsonObject): readonly unknown[] {
    const entries = this.#select(content);
    return entries.map(({ line, input, output }) => [
      SESSION,
      line,
      content.output === true ? [input, output] : input,
    ]);
  }

  #select(content: JsonObject): readonly Entry[] {
    switch (content.hist_access_type) {
      case "tail":
        return last(this.#entries, content.n);
      case "range": {
        // Session 0 is this one; negative sessions are earlier ones, of which there are none.
        const { session = 0, start = 0, stop } = content;
        if (session !== 0 && session !== SESSION) return [];
        const from = Number(start);
        const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
        return this.#entries.filter(({ line }) => line >= from && line < to);
      }
      case "search": {
        const pattern = globPattern(String(content.pattern ?? "*"));
        const found = this.#entries.filter(({ input }) => pattern.test(input));
        const distinct =
          content.unique === true
            ? found.filter(
                ({ input }, index) => !found.slice(index + 1).some((later) => later.input === input),
              )
            : found;
        return last(distinct, content.n);
      }
      default:
        return [];
    }
  }
}

function last(entries: readonly Entry[], count: unknown): readonly Entry[] {
  return typeof count === "number" ? entries.slice(Math.max(0, entries.length - count)) : entries;
}

/** Shell patterns, as the protocol has them: `*` for any text, `?` for any character. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${source}$`);
}
