/** Collects the static pictures of the book; each becomes a file beside the pages. */
export class Pictures {
  private readonly texts = new Map<string, string>();

  /** Files below the book's folder and what they hold. */
  get files(): ReadonlyMap<string, string> {
    return this.texts;
  }

  /** Takes a picture in and returns its address. */
  add(name: string, svg: string): string {
    const file = `pictures/${name}.svg`;
    this.texts.set(file, svg);
    return file;
  }
}
