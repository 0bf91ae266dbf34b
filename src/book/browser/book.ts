import { copyButtons, foldButton, unfoldForPrint } from "./code";
import { liveFigures } from "./figures";
import { contentsMenu } from "./menu";
import { searchBox } from "./search";
import { themeButton } from "./themeChoice";

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
  document.querySelectorAll("details.code:not(.answer, .check)"),
);
unfoldForPrint();
liveFigures(document.querySelectorAll<HTMLElement>("figure.figure"));
