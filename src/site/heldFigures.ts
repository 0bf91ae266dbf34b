import type { InText, Page, Pictures } from "@finetune-icl/book";
import { explorableElement, explorablePageFile } from "./explorablePage";
import { EXPLORABLES } from "./explore/explorables";
import type { LiveLink } from "./liveLink";

interface Held extends LiveLink {
  readonly heading: string;
}

/**
 * Live figures that stand in the text: a paragraph that is nothing but a link to one becomes the figure itself, in the state that the link
 * names. Pages are rendered at once, pictures are drawn in their own time: a page holds places until they are filled.
 */
export class HeldFigures implements InText {
  private readonly held: Held[] = [];

  /** The place for what a paragraph links to; undefined when that is no live figure. `href` is an address in the book. */
  placeholder(href: string, heading: string): string | undefined {
    const [file, state = ""] = href.split("#", 2);
    const explorable = EXPLORABLES.find((each) => explorablePageFile(each) === file);
    if (explorable === undefined) return undefined;
    this.held.push({ explorable, state, heading });
    return place(this.held.length - 1);
  }

  /** The page with its live figures in their places. */
  async fill(page: Page, pictures: Pictures): Promise<Page> {
    let { html } = page;
    const stem = page.file.replace(/\.html$/, "");
    for (const [i, { explorable, ...where }] of this.held.entries()) {
      if (!html.includes(place(i))) continue;
      const name = `${stem}-live-${i}`;
      // Not as a pattern: what a figure says may hold dollar signs.
      html = html.split(place(i)).join(await explorableElement(explorable, pictures, { ...where, name }));
    }
    return html === page.html
      ? page
      : { ...page, html, scripts: [...(page.scripts ?? []), "assets/explorable-start.js"] };
  }
}

const place = (index: number) => `<div data-held="${index}"></div>\n`;
