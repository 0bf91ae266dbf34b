import { liveFigures, plotly, scrollHints } from "@finetune-icl/book/browser";
import { cellOutput, PageMarkdown } from "@finetune-icl/book/output";
import type { CodeCell, Output } from "@finetune-icl/notebooks/compare";

/** Milliseconds that the page takes in one go for outputs. */
const AT_ONCE_MS = 50;

/** Puts the outputs of cells into the page, as the book has them. */
export class OutputPlace {
  readonly #section: HTMLElement;
  readonly #stored: readonly Node[] | undefined;
  #element: HTMLElement | undefined;
  #shown: { readonly output: Output; readonly node: HTMLElement }[] = [];

  constructor(
    section: HTMLElement,
    private readonly bar: Element,
  ) {
    this.#section = section;
    this.#element = section.querySelector<HTMLElement>(".outputs") ?? undefined;
    this.#stored = this.#element && [...this.#element.childNodes];
  }

  /**
   * Shows these outputs; those that have not changed stay as they are. Gives whether all are shown: of many the page makes some, and then answers
   * its reader before it is asked for the rest.
   */
  show(cell: CodeCell, outputs: readonly Output[]): boolean {
    if (outputs.length === 0) {
      this.clear();
      return true;
    }
    const started = performance.now();
    const element = this.#placeFor();
    if (outputs.some(isTrouble)) this.#unfold();
    const kept = this.#shown.filter(({ output }, i) => isSame(output, outputs[i]));
    const first =
      kept.length < this.#shown.length ? this.#shown.findIndex((each) => !kept.includes(each)) : kept.length;
    this.#shown = this.#shown.slice(0, first);
    // What stays is not put in anew: a browser would lay all of it out again.
    const staying = new Set<Node>(this.#shown.map(({ node }) => node));
    for (const node of [...element.childNodes]) if (!staying.has(node)) node.remove();
    for (const output of outputs.slice(first)) {
      const node = rendered(output, cell);
      this.#shown.push({ output, node });
      element.append(node);
      activate(node);
      if (performance.now() - started > AT_ONCE_MS) break;
    }
    return this.#shown.length === outputs.length;
  }

  /** Shows the stored outputs again. */
  restore(): void {
    this.#shown = [];
    if (this.#stored) this.#placeFor().replaceChildren(...this.#stored);
    else {
      this.#element?.remove();
      this.#element = undefined;
    }
  }

  /** Makes room for new outputs. */
  clear(): void {
    this.#shown = [];
    this.#element?.replaceChildren();
  }

  #placeFor(): HTMLElement {
    if (this.#element === undefined) {
      this.#element = document.createElement("div");
      this.#element.className = "outputs";
      this.bar.after(this.#element);
    }
    return this.#element;
  }

  /** What is wrong in a folded cell would not be seen. */
  #unfold(): void {
    const folded = this.#section.querySelector<HTMLDetailsElement>(":scope > details.setup");
    if (folded?.contains(this.#element ?? null)) folded.open = true;
  }
}

const isTrouble = (output: Output): boolean =>
  output.output_type === "error" || (output.output_type === "stream" && output.name === "stderr");

function isSame(shown: Output, now: Output | undefined): boolean {
  if (now === undefined || shown.output_type !== now.output_type) return false;
  if (shown.output_type === "stream" && now.output_type === "stream") return shown.text === now.text;
  if (shown.output_type === "error" && now.output_type === "error") return shown.traceback === now.traceback;
  return "data" in shown && "data" in now && shown.data === now.data;
}

/** Pictures that a page makes itself stand in their own addresses. */
const pictures = {
  files: new Map<string, string>(),
  add: (_name: string, svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`,
};

function rendered(output: Output, cell: CodeCell): HTMLElement {
  const node = document.createElement("div");
  node.className = "fresh";
  const markdown = new PageMarkdown({
    references: [],
    resolveLink: (href) => (/^#/.test(href) ? href : undefined),
  });
  try {
    const html = cellOutput(withoutRequests(output), {
      markdown,
      pictures: pictures as never,
      name: "fresh",
      cell,
      tableAddress: () => undefined,
    });
    node.append(quietly(html));
  } catch (error) {
    // Such as mathematics that cannot be read.
    const text = document.createElement("pre");
    text.className = "stream error";
    text.tabIndex = 0;
    text.textContent = error instanceof Error ? error.message : String(error);
    node.append(text);
  }
  return node;
}

/** An address that stands for itself: a browser asks nobody for what it holds. */
const isOwn = (address: string): boolean => /^(?:data|blob):/i.test(address.trim());

/**
 * HTML as nodes, without pictures that a browser would ask some host for, the page's own among them, as soon as they are made: in the place of each
 * stand its words.
 */
function quietly(html: string): DocumentFragment {
  // A document that is not shown loads nothing.
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const picture of body.querySelectorAll("img, image, use, feImage")) {
    const addresses = [...picture.attributes].filter(({ name }) => /(?:^|:)(?:src|srcset|href)$/.test(name));
    if (addresses.every(({ value }) => isOwn(value) || value.startsWith("#") || value === "")) continue;
    const words = document.createElement("span");
    words.textContent = `[picture not loaded: ${picture.getAttribute("alt") || addresses[0]!.value}]`;
    picture.replaceWith(words);
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...body.childNodes);
  return fragment;
}

/** A figure's data without pictures that would be asked for. */
function withoutRequests(output: Output): Output {
  if (!("data" in output)) return output;
  const figure = output.data["application/vnd.plotly.v1+json"];
  if (figure === undefined) return output;
  const kept: unknown = JSON.parse(
    JSON.stringify(figure, (key, value: unknown) =>
      key === "source" && typeof value === "string" && !isOwn(value) ? undefined : value,
    ),
  );
  return { ...output, data: { ...output.data, "application/vnd.plotly.v1+json": kept } } as Output;
}

/** Pictures are drawn one after the other: a page that draws a hundred at once answers nobody. */
let drawing: Promise<void> = Promise.resolve();

function activate(node: HTMLElement): void {
  const figures = [...node.querySelectorAll<HTMLElement>("figure.figure")];
  for (const figure of figures)
    drawing = drawing
      .then(() => (figure.isConnected ? drawPicture(figure) : undefined))
      .catch(() => {})
      .then(() => new Promise((resolve) => setTimeout(resolve)));
  liveFigures(figures);
  scrollHints(node.querySelectorAll<HTMLElement>(".canvas, .katex-display, .scroll, pre"));
}

/** The worker has nothing to draw on: the picture of a figure, for print and for download, is drawn here. */
async function drawPicture(figure: HTMLElement): Promise<void> {
  const text = figure.querySelector("script.figure-data")?.textContent;
  const image = figure.querySelector("img");
  if (text == null || image === null) return;
  const drawer = (await plotly()) as unknown as {
    toImage(figure: unknown, options: object): Promise<string>;
  };
  const source = await drawer.toImage(JSON.parse(text), {
    format: "svg",
    width: Number(figure.dataset.width),
    height: Number(figure.dataset.height),
  });
  image.src = source;
  figure.querySelector<HTMLAnchorElement>("figcaption a[download]")?.setAttribute("href", source);
}
