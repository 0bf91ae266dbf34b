import MiniSearch from "minisearch";
import type { Page } from "./page";
import { SEARCH_OPTIONS } from "./searchOptions";

/**
 * The index for the search, as a script that the page loads at the first search: a page that is opened as a file may load
 * scripts, but may not read files.
 */
export function searchScript(
  pages: readonly Page[],
  alsoCalled: (text: string) => string = () => "",
): string {
  const index = new MiniSearch(SEARCH_OPTIONS);
  const seen = new Set<string>();
  for (const page of pages) {
    for (const { id, title, text } of page.sections) {
      const address = id === "" ? page.file : `${page.file}#${id}`;
      if (seen.has(address)) continue;
      seen.add(address);
      const shown = title === "" ? page.title : title;
      const also = alsoCalled(`${shown} ${text}`);
      index.add({ id: address, page: page.title, title: shown, text, also, topic: alsoCalled(shown) });
    }
  }
  return `window.bookSearchIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}
