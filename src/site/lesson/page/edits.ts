/** What a reader has changed in a lesson, kept in their browser where that allows it. */
export class Edits {
  readonly #key: string;
  #cells: ReadonlyMap<string, string>;

  constructor(
    lesson: string,
    private readonly onRefused: (words: string) => void = () => {},
  ) {
    this.#key = `finetune-icl lesson ${lesson}`;
    this.#cells = this.#read() ?? new Map();
  }

  get size(): number {
    return this.#cells.size;
  }

  get ids(): readonly string[] {
    return [...this.#cells.keys()];
  }

  of(cell: string): string | undefined {
    return this.#cells.get(cell);
  }

  /** Keeps a cell's changed code; nothing takes the change back. */
  set(cell: string, source: string | undefined): void {
    // Another tab may have changed another cell meanwhile.
    const cells = new Map(this.#read() ?? this.#cells);
    if (source === undefined) cells.delete(cell);
    else cells.set(cell, source);
    this.#write(cells);
  }

  discard(): void {
    this.#write(new Map());
  }

  #read(): ReadonlyMap<string, string> | undefined {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "{}");
      const entries = Object.entries(stored as Record<string, unknown>);
      return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
    } catch {
      // Refused, or written by something else.
      return undefined;
    }
  }

  #write(cells: ReadonlyMap<string, string>): void {
    this.#cells = cells;
    try {
      if (cells.size === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(cells)));
    } catch {
      this.onRefused(
        "This browser keeps nothing for this page: your changes stay until you leave it. Download my copy keeps them.",
      );
    }
  }
}

/** The lesson's name, by which its page and its files are called. */
export const lessonName = (): string =>
  decodeURIComponent(location.pathname.split("/").at(-1) ?? "").replace(/\.html$/, "");
