/** As many as Jupyter's own sessions remember. */
const MOST = 2 ** 16;

/**
 * The signatures of messages that have come: a message is signed with its id and its time, so a signature that comes twice is a
 * message that somebody repeats, and not the client. The oldest are forgotten first.
 */
export class SignatureMemory {
  readonly #seen = new Set<string>();
  readonly #most: number;

  constructor(most: number = MOST) {
    this.#most = most;
  }

  /** Whether the signature is new; it is not from then on. Connections without a key sign nothing: all are new. */
  takes(signature: string): boolean {
    if (signature === "") return true;
    if (this.#seen.has(signature)) return false;
    this.#seen.add(signature);
    if (this.#seen.size > this.#most) for (const oldest of this.#seen) return this.#seen.delete(oldest);
    return true;
  }
}
