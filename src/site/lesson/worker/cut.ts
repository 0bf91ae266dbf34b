/** Characters of text that a cell may print before the page stops to show it. */
export const MOST_TEXT = 100_000;
/** Characters of one output of another kind. */
export const MOST_DISPLAYED = 2_000_000;

const COLLECTED = 16_000;
/** So long printed text may wait to be shown; what comes first does not wait, since a loop may follow that never lets go. */
const WAIT_MS = 200;

/**
 * Text on its way to the page: collected, since a message a line would keep the page busy, and cut where it becomes more than anybody
 * reads. What was cut is said at the end.
 */
export class TextOutput {
  #pending: { name: "stdout" | "stderr"; text: string } | undefined;
  #sent = 0;
  #cutLines = 0;
  #cutCharacters = 0;
  #flushed = Number.NEGATIVE_INFINITY;

  constructor(private readonly send: (name: "stdout" | "stderr", text: string) => void) {}

  write(name: "stdout" | "stderr", text: string): void {
    const room = MOST_TEXT - this.#sent;
    const kept = text.length <= room ? text : text.slice(0, room);
    if (kept.length < text.length) {
      const cut = text.slice(kept.length);
      this.#cutCharacters += cut.length;
      this.#cutLines += cut.split("\n").length - 1;
    }
    if (kept === "") return;
    this.#sent += kept.length;
    if (this.#pending && this.#pending.name !== name) this.flush();
    this.#pending ??= { name, text: "" };
    this.#pending.text += kept;
    if (this.#pending.text.length > COLLECTED || Date.now() - this.#flushed > WAIT_MS) this.flush();
  }

  flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    this.#flushed = Date.now();
    this.send(pending.name, pending.text);
  }

  end(): void {
    this.flush();
    if (this.#cutCharacters > 0)
      this.send(
        "stdout",
        `\n… cut here: ${this.#cutLines} more lines (${this.#cutCharacters} characters) were printed.\n`,
      );
  }
}

/** The same for what is displayed: of a bundle that is too large the plain text stays, as far as it is read. */
export function cutBundle<T extends Readonly<Record<string, unknown>>>(
  data: T,
): T | { "text/plain": string } {
  const sizes = Object.values(data).map((value) =>
    typeof value === "string" ? value.length : JSON.stringify(value ?? null).length,
  );
  const size = Math.max(0, ...sizes);
  if (size <= MOST_DISPLAYED) return data;
  const text = typeof data["text/plain"] === "string" ? data["text/plain"] : "";
  const words = `… cut here: this output has ${size} characters, more than a page can show.`;
  return { "text/plain": text === "" ? words : `${text.slice(0, MOST_TEXT)}\n${words}` };
}
