import { barHeight } from "./barHeight";
import { copyButtons, foldButton, unfoldForPrint } from "./code";
import { liveFigures } from "./figures";
import { contentsMenu } from "./menu";
import { scrollHints } from "./scrollHints";
import { searchBox } from "./search";
import { isShownAsSlides, slidesMode } from "./slidesMode";
import { themeButton } from "./themeChoice";

slidesMode(document.querySelector("article")!, document.querySelector("button.slides"));
barHeight(document.querySelector("header.bar")!);
themeButton(document.querySelector("button.theme")!);
contentsMenu(document.querySelector("button.menu")!, document.getElementById("contents")!);
searchBox(
  document.querySelector<HTMLInputElement>("#search")!,
  document.getElementById("search-results")!,
  document.getElementById("found")!,
);
copyButtons(document.querySelectorAll<HTMLPreElement>("article pre:not(.stream)"));
foldButton(
  document.querySelector("button.fold"),
  document.querySelectorAll("details:is(.code, .setup):not(.answer, .check)"),
);
unfoldForPrint();
// Slides are dealt out first: a figure is drawn in the place where it stands.
if (!isShownAsSlides()) liveFigures(document.querySelectorAll<HTMLElement>("figure.figure"));
scrollHints(document.querySelectorAll<HTMLElement>(".canvas, .katex-display, .scroll, article pre"));
