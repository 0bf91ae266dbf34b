import MiniSearch, { type SearchResult } from "minisearch";
import { SEARCH_OPTIONS } from "../searchOptions";
import { loadScript } from "./loadScript";

const MOST = 12;
let loaded: Promise<MiniSearch> | undefined;

/** The index is loaded at the first search, as a script: a page opened as a file may not read files. */
function searchIndex(): Promise<MiniSearch> {
  loaded ??= loadScript("assets/search-index.js").then(() =>
    MiniSearch.loadJSON((window as unknown as { bookSearchIndex: string }).bookSearchIndex, SEARCH_OPTIONS),
  );
  return loaded;
}

/** Shows the sections that fit while the reader types. "/" goes to the field, the arrow keys through what was found. */
export function searchBox(input: HTMLInputElement, results: HTMLElement, status: HTMLElement): void {
  const box = input.parentElement!;
  box.hidden = false;
  const close = () => {
    results.hidden = true;
  };
  const update = async () => {
    const query = input.value.trim();
    if (query === "") {
      close();
      status.textContent = "";
      return;
    }
    const found = (await searchIndex()).search(query);
    // The reader may have typed on meanwhile.
    if (query !== input.value.trim()) return;
    results.replaceChildren(...found.slice(0, MOST).map(resultItem));
    results.hidden = found.length === 0;
    status.textContent = found.length === 1 ? "1 section found" : `${found.length} sections found`;
    status.classList.toggle("visually-hidden", found.length > 0);
  };
  input.addEventListener("input", () => void update());
  input.addEventListener("focus", () => void update());
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key === "/" && !inField) {
      event.preventDefault();
      input.focus();
    }
  });
  box.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "Escape") {
      close();
      input.focus();
    } else if (event.key === "ArrowDown" && links.length > 0) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)]!.focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] ?? input).focus();
    } else if (event.key === "Enter" && event.target === input) {
      links[0]?.click();
    }
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && (!box.contains(target) || target instanceof HTMLAnchorElement)) close();
  });
}

function resultItem({ id, title, page }: SearchResult): HTMLLIElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = String(id);
  const where = document.createElement("span");
  where.textContent = String(page);
  link.append(String(title), where);
  item.append(link);
  return item;
}
