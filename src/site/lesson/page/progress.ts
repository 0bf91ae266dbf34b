/** Which checks of a lesson were passed, kept in the reader's browser where that allows it. */
export class Progress {
  readonly #key: string;
  readonly #passed: Set<string>;

  constructor(lesson: string) {
    this.#key = `finetune-icl progress ${lesson}`;
    this.#passed = new Set(this.#read());
  }

  has(check: string): boolean {
    return this.#passed.has(check);
  }

  set(check: string, isPassed: boolean): void {
    if (isPassed === this.#passed.has(check)) return;
    if (isPassed) this.#passed.add(check);
    else this.#passed.delete(check);
    try {
      localStorage.setItem(this.#key, JSON.stringify([...this.#passed]));
    } catch {
      // Where nothing is kept, the reader is told when code is changed.
    }
  }

  #read(): readonly string[] {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
    } catch {
      return [];
    }
  }
}
