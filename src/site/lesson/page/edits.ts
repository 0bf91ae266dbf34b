/** What became of a cell in another tab of the lesson. */
export interface Elsewhere {
  readonly cell: string;
  /** Undefined when the change was taken back. */
  readonly source: string | undefined;
  /** What stood here before. */
  readonly before: string | undefined;
  /** It was changed here at the same time: what stands here stays. */
  readonly isClash: boolean;
}

/** What a reader has changed in a lesson, kept in their browser where that allows it, and shared with other tabs of the lesson, cell by cell. */
export class Edits {
  readonly #key: string;
  #cells: ReadonlyMap<string, string>;
  #isRefused = false;
  /** Told what another tab changes. */
  onElsewhere: (change: Elsewhere) => void = () => {};

  constructor(
    lesson: string,
    private readonly onRefused: (words: string) => void,
  ) {
    this.#key = `finetune-icl lesson ${lesson}`;
    this.#cells = this.#read() ?? new Map();
    addEventListener("storage", ({ key }) => {
      if (key === null || key === this.#key) this.sync();
    });
    // A tab that slept may have heard of nothing.
    addEventListener("focus", () => this.sync());
  }

  get size(): number {
    return this.#cells.size;
  }

  of(cell: string): string | undefined {
    return this.#cells.get(cell);
  }

  /** Keeps a cell's changed code; nothing takes the change back. Other cells are as the tab left them that changed them last. */
  set(cell: string, source: string | undefined): void {
    this.sync(cell);
    if (source === this.#cells.get(cell)) return;
    const cells = new Map(this.#cells);
    if (source === undefined) cells.delete(cell);
    else cells.set(cell, source);
    this.#write(cells);
  }

  /** Takes back these changes and no others: cell → its code, as the reader was asked about it. */
  discard(named: ReadonlyMap<string, string>): void {
    this.sync();
    this.#write(new Map([...this.#cells].filter(([cell, source]) => named.get(cell) !== source)));
  }

  /** Takes over what other tabs have changed; `own` is the cell that is being changed here. */
  sync(own?: string): void {
    const stored = this.#isRefused ? undefined : this.#read();
    if (stored === undefined) return;
    const known = this.#cells;
    this.#cells = stored;
    for (const cell of new Set([...known.keys(), ...stored.keys()])) {
      const [source, before] = [stored.get(cell), known.get(cell)];
      if (source !== before) this.onElsewhere({ cell, source, before, isClash: cell === own });
    }
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
      this.#isRefused = false;
    } catch {
      // What is stored is not what stands here: it is not taken for another tab's.
      this.#isRefused = true;
      this.onRefused(
        "This browser keeps nothing for this page: your changes stay until you leave it. Download my copy keeps them.",
      );
    }
  }
}

/** The lesson's name, by which its page and its files are called. */
export const lessonName = (): string =>
  decodeURIComponent(location.pathname.split("/").at(-1) ?? "").replace(/\.html$/, "");
