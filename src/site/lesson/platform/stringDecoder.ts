/** `node:string_decoder` for UTF-8. */
export class StringDecoder {
  readonly #decoder = new TextDecoder();

  write(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  end(): string {
    return this.#decoder.decode();
  }
}
