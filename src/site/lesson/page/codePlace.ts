/** The code of a cell in its page, and what says that it is the reader's own. */

/** Where the code of a cell stands. */
export function codeOf(section: HTMLElement): HTMLElement | null {
  return section.querySelector<HTMLElement>(
    ":scope > details > :is(.copyable, pre) code, :scope > details > pre > code",
  );
}

/** The code with what belongs to it: a button that copies it, once the page has made one. */
export function codeFrameOf(section: HTMLElement): HTMLElement {
  const code = codeOf(section)!;
  return code.closest<HTMLElement>(".copyable") ?? code.closest("pre")!;
}

/** Puts code in the place of a cell's own; `html` is the same with its colours. */
export function showSource(section: HTMLElement, source: string, isEdited: boolean, html?: string): void {
  const code = codeOf(section);
  if (code !== null && html !== undefined) code.innerHTML = html;
  else if (code !== null) code.textContent = source;
  if (isEdited) section.dataset.edited = "";
  else delete section.dataset.edited;
}

/** The button that takes changes back is there when there are any. */
export function showEdited(article: HTMLElement, count: number): void {
  const discard = article.querySelector<HTMLElement>('button[data-action="discard"]')!;
  discard.hidden = count === 0;
}
