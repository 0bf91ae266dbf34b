/** Pixels that a slide keeps free above and below what it says. */
const EDGE = 76;

/** How much smaller a slide may be for what belongs together to stay together. */
const SMALLER = 0.84;

/** A part of a lesson that stands on one slide whole. */
interface Piece {
  readonly element: HTMLElement;
  /** Whether an idea begins here, and with it a slide, unless there are only titles on the last one. */
  readonly begins: "unless-empty" | "when-full";
  readonly teaching: Teaching | undefined;
}

interface Teaching {
  readonly minutes: string;
  readonly note: string;
}

/**
 * Deals the lesson out to slides, one idea each: a heading, a paragraph that begins with words in bold, and a cell begin one; what belongs to it and
 * does not fit goes on the next. Code stays on the page: slides have what it shows.
 */
export function slidesOf(article: HTMLElement, slides: HTMLElement, height: number): void {
  let slide: HTMLElement | undefined;
  let section: HTMLElement | undefined;
  let teaching: Teaching | undefined;
  const begin = () => {
    slide = slides.appendChild(document.createElement("section"));
    const content = slide.appendChild(document.createElement("div"));
    content.className = "content";
    return content;
  };
  for (const piece of pieces(article)) {
    const { element, begins } = piece;
    const level = /^H([123])$/.exec(element.tagName)?.[1];
    let content = slide?.querySelector<HTMLElement>(".content") ?? undefined;
    const isEmpty = content === undefined || [...content.children].every(isTitle);
    if (content === undefined || (begins === "unless-empty" && !isEmpty)) content = begin();
    if (level !== undefined) section = element;
    else if (content.children.length === 0 && section !== undefined) content.append(running(section));
    content.append(element);
    if (!isEmpty && begins === "when-full" && isFull(content, height, SMALLER)) {
      content = begin();
      content.append(...(section === undefined ? [] : [running(section)]), element);
    }
    for (let part: HTMLElement | undefined = element; part !== undefined; ) {
      const here: HTMLElement = content;
      part = splitOff(part, () => isFull(here, height, SMALLER));
      if (part === undefined) break;
      content = begin();
      content.append(...(section === undefined ? [] : [running(section)]), part);
      if (teaching !== undefined) writeNotes(slide!, teaching, false);
    }
    const isNew = piece.teaching !== undefined && piece.teaching !== teaching;
    teaching = piece.teaching ?? teaching;
    if (teaching !== undefined && (isNew || slide!.querySelector(".notes") === null))
      writeNotes(slide!, teaching, isNew);
  }
}

/** Takes the last rows of a table or points of a list off what is full; gives what goes on with them, or undefined. */
function splitOff(element: HTMLElement, isTooHigh: () => boolean): HTMLElement | undefined {
  const rowsOf = (each: HTMLElement) =>
    each.matches("ul, ol") ? each : each.querySelector<HTMLElement>(":scope > table > tbody");
  const rows = rowsOf(element);
  const moved: Element[] = [];
  while (rows !== null && rows.children.length > 2 && isTooHigh()) {
    moved.unshift(rows.lastElementChild!);
    rows.lastElementChild!.remove();
  }
  if (rows === null || moved.length === 0) return undefined;
  const rest = element.cloneNode(true) as HTMLElement;
  if (rest instanceof HTMLOListElement) rest.start += rows.children.length;
  rowsOf(rest)!.replaceChildren(...moved);
  return rest;
}

/** Makes what is too wide or too high for the slide smaller, down to where it can still be read; the rest scrolls. */
export function fit(slide: HTMLElement, height: number): void {
  const content = slide.querySelector<HTMLElement>(".content")!;
  for (const display of content.querySelectorAll<HTMLElement>(".katex-display")) {
    const share = display.clientWidth / display.scrollWidth;
    if (share < 1) display.style.fontSize = `${Math.max(0.5, share * 0.98)}em`;
  }
  for (const place of content.querySelectorAll<HTMLElement>(".scroll")) {
    const table = place.querySelector("table");
    const share = place.clientWidth / place.scrollWidth;
    if (table !== null && share < 1) table.style.fontSize = `${Math.max(0.45, share * 0.9)}em`;
  }
  // A figure may become taller when it becomes live: then this goes on from where it was.
  for (let share = Number(content.dataset.share ?? 1); share > 0.5 && isFull(content, height, share); ) {
    share -= 0.05;
    content.dataset.share = String(share);
    // As a transformation, with which figures know where the hand is.
    content.style.transform = `scale(${share})`;
    content.style.width = `${100 / share}%`;
    // The place that it took before is not needed.
    content.style.marginBottom = `${(share - 1) * content.offsetHeight}px`;
  }
}

const isFull = (content: HTMLElement, height: number, share = 1) =>
  content.offsetHeight * share > height - EDGE;

const isTitle = (element: Element) =>
  /^H[123]$/.test(element.tagName) || element.classList.contains("running");

function* pieces(article: HTMLElement): Generator<Piece> {
  for (const cell of [...article.querySelectorAll<HTMLElement>(".cell")]) {
    if (cell.classList.contains("code")) {
      // What is folded on the page, and what checks answers, is nothing to look at together.
      const shown = ":scope > .outputs > :not(.markdown), :scope > .outputs > .markdown > *";
      const outputs = cell.matches(".check, .exercise") ? [] : cell.querySelectorAll(shown);
      for (const element of outputs)
        yield { element: element as HTMLElement, begins: "when-full", teaching: undefined };
      continue;
    }
    const template = cell.querySelector<HTMLTemplateElement>(":scope > template.teaching");
    const teaching =
      template === null
        ? undefined
        : { minutes: template.dataset.minutes ?? "", note: template.content.textContent ?? "" };
    const isSolution = cell.classList.contains("solution");
    let isFirst = !isSolution;
    for (const element of [...cell.children] as HTMLElement[]) {
      if (element === template) continue;
      const begins = isFirst || beginsIdea(element) ? "unless-empty" : "when-full";
      isFirst = false;
      yield { element, begins, teaching };
    }
  }
}

/** A heading, or a paragraph that begins with its name. */
function beginsIdea(element: HTMLElement): boolean {
  if (/^H[123]$/.test(element.tagName)) return true;
  const [first] = element.childNodes;
  return element.tagName === "P" && first instanceof HTMLElement && first.tagName === "STRONG";
}

/** The section's heading once more, small, above what goes on with it. */
function running(heading: HTMLElement): HTMLElement {
  const title = document.createElement("p");
  title.className = "running";
  const words = heading.cloneNode(true) as HTMLElement;
  words.querySelector(".anchor")?.remove();
  title.append(...words.childNodes);
  return title;
}

function writeNotes(slide: HTMLElement, { minutes, note }: Teaching, isNew: boolean): void {
  slide.querySelector(".notes")?.remove();
  const notes = document.createElement("aside");
  notes.className = "notes";
  const time = document.createElement("p");
  time.textContent = isNew ? `${minutes} minutes.` : "The same section.";
  const words = document.createElement("p");
  words.textContent = note;
  notes.append(time, words);
  slide.append(notes);
}
