import { loadScript } from "./loadScript";

/** What follows # when a page is shown as slides: `#/`, and the number of the slide. */
const SLIDES = /^#\//;

export const isShownAsSlides = (): boolean => document.documentElement.dataset.view === "slides";

/**
 * A lesson as slides, when its address says so; otherwise a button that leads there. The slides are made of the elements of the page, so that its
 * figures stay live by the same code. This runs before anything else takes hold of the page, because sections inside slides would be slides
 * themselves: they become plain elements first.
 */
export function slidesMode(article: HTMLElement, button: HTMLButtonElement | null): void {
  if (button === null) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    location.hash = "#/";
    location.reload();
  });
  if (!SLIDES.test(location.hash)) return;
  document.documentElement.dataset.view = "slides";
  for (const section of [...article.querySelectorAll("section")]) {
    const plain = document.createElement("div");
    for (const { name, value } of section.attributes) plain.setAttribute(name, value);
    plain.append(...section.childNodes);
    section.replaceWith(plain);
  }
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "assets/slides.css";
  // What is put on a slide is measured, for which its style must be there.
  style.addEventListener("load", () => void loadScript("assets/slides.js"));
  document.head.append(style);
}
