/** Which checks of a lesson were passed, kept in the reader's browser where that allows it. */
export class Progress {
  readonly #key: string;
  #passed: Set<string>;

  constructor(lesson: string) {
    this.#key = `finetune-icl progress ${lesson}`;
    this.#passed = new Set(this.#read());
  }

  has(check: string): boolean {
    return this.#passed.has(check);
  }

  set(check: string, isPassed: boolean): void {
    // Another tab may have passed another check meanwhile.
    this.#passed = new Set(this.#read(this.#passed));
    if (isPassed === this.#passed.has(check)) return;
    if (isPassed) this.#passed.add(check);
    else this.#passed.delete(check);
    try {
      localStorage.setItem(this.#key, JSON.stringify([...this.#passed]));
    } catch {
      // Where nothing is kept, the reader is told when code is changed.
    }
  }

  #read(otherwise: Iterable<string> = []): Iterable<string> {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
    } catch {
      return otherwise;
    }
  }
}
