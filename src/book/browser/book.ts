import { barHeight } from "./barHeight";
import { copyButtons, foldButton, unfoldForPrint } from "./code";
import { liveFigures } from "./figures";
import { contentsMenu } from "./menu";
import { scrollHints } from "./scrollHints";
import { searchBox } from "./search";
import { themeButton } from "./themeChoice";

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
liveFigures(document.querySelectorAll<HTMLElement>("figure.figure"));
scrollHints(document.querySelectorAll<HTMLElement>(".canvas, .katex-display, .scroll, article pre"));
