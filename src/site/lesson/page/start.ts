/** What a lesson's page has from the start: buttons. All else is loaded when a reader presses one. */
import { loadScript } from "@finetune-icl/book/browser";
import { type Action, cannotRun, type Lessons, type Notice, type OpenLesson } from "./buttons";
import { codeOf, showEdited, showSource } from "./codePlace";
import { Edits, lessonName } from "./edits";
import { placesToWrite, showWritten } from "./written";

/** Actions on the whole lesson, and what their buttons say. */
const WHOLE: readonly (readonly [Action, string])[] = [
  ["run-all", "Run all"],
  ["check", "Does it still hold?"],
  ["stop", "Stop"],
  ["reset", "Reset"],
  ["download", "Download my copy"],
  ["open-copy", "Open my copy"],
  ["discard", "Discard my changes"],
];
const CELL: readonly (readonly [Action, string])[] = [
  ["run", "Run"],
  ["run-to", "Run to here"],
  ["edit", "Edit"],
];
/** Actions that are possible while cells run. */
const ALWAYS: readonly string[] = ["reset", "edit", "download"];

function button(action: Action, words: string, cell?: string): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.dataset.action = action;
  element.textContent = words;
  if (cell !== undefined) element.dataset.cell = cell;
  return element;
}

const article = document.querySelector("article")!;
const style = document.createElement("link");
style.rel = "stylesheet";
style.href = "assets/lesson.css";
document.head.append(style);

const bar = document.createElement("div");
bar.className = "lesson-bar";
bar.setAttribute("role", "group");
bar.setAttribute("aria-label", "Run this lesson here");
bar.append(...WHOLE.map(([action, words]) => button(action, words)));
const status = document.createElement("p");
status.className = "lesson-status";
status.setAttribute("role", "status");
const notices = document.createElement("div");
notices.className = "lesson-notices";
notices.setAttribute("role", "status");
bar.append(status, notices);
const tools = article.querySelector(".tools");
if (tools === null) article.prepend(bar);
else tools.after(bar);

const cells = [...article.querySelectorAll<HTMLElement>("section.cell.code")];
for (const [index, section] of cells.entries()) {
  const id = section.id.replace(/^cell-/, "");
  const row = document.createElement("div");
  row.className = "cell-bar";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", `Cell ${index + 1}`);
  row.append(...CELL.map(([action, words]) => button(action, words, id)));
  // The cell whose constants may be changed is known by what the book calls it.
  if (section.querySelector("details.setup > summary")?.textContent === "Constants that you may change")
    row.append(button("parameters", "Change", id));
  const mark = document.createElement("span");
  mark.className = "cell-mark";
  row.append(mark);
  const setup = section.querySelector(":scope > details.setup");
  const outputs = section.querySelector(".outputs");
  if (outputs !== null) outputs.before(row);
  else (setup ?? section).append(row);
}

/** The buttons that make sense now: others stay where the keyboard finds them, and do nothing. */
function enable(isRunning: boolean): void {
  for (const each of article.querySelectorAll<HTMLButtonElement>("button[data-action]")) {
    const { action } = each.dataset;
    const isOff = action === "stop" ? !isRunning : isRunning && !ALWAYS.includes(action!);
    each.setAttribute("aria-disabled", String(isOff));
  }
}
enable(false);

const noticed = new Map<string, HTMLElement>();
const notice: Notice = (about, words) => {
  const place = noticed.get(about) ?? document.createElement("p");
  noticed.set(about, place);
  place.textContent = words;
  notices.append(place);
};

const edits = new Edits(lessonName(), (words) => notice("storage", words));
/** Cells with the HTML of their own code. */
const own = new Map(
  cells.map((section) => [section.id.replace(/^cell-/, ""), [section, codeOf(section)?.innerHTML] as const]),
);
function showCell(cell: string): void {
  const [section, html] = own.get(cell) ?? [];
  if (section === undefined) return;
  const source = edits.of(cell);
  showSource(section, source ?? "", source !== undefined, source === undefined ? html : undefined);
}
for (const cell of own.keys()) if (edits.of(cell) !== undefined) showCell(cell);
edits.onElsewhere = ({ cell, source }) => {
  if (!showWritten(article, cell, source ?? "")) showCell(cell);
  showEdited(article, edits.size);
};
placesToWrite(article, edits, () => showEdited(article, edits.size));
showEdited(article, edits.size);
/** Constants of the lesson: others that an address names are none of its business. */
const constants = cells
  .filter((section) => section.querySelector('button[data-action="parameters"]') !== null)
  .flatMap((section) => [...(codeOf(section)?.textContent ?? "").matchAll(/\b(?:const|let|var)\s+([\w$]+)/g)])
  .map(([, name]) => name);
// Of a constant that is named twice the last value stands.
const asked = Object.entries(Object.fromEntries(new URLSearchParams(location.search))).filter(([name]) =>
  constants.includes(name),
);
const MOST_OF_A_VALUE = 60;
const short = (value: string): string =>
  value.length > MOST_OF_A_VALUE ? `${value.slice(0, MOST_OF_A_VALUE)}…` : value;
if (asked.length > 0)
  status.textContent = `This link asks for ${asked.map(([name, value]) => `${name} = ${short(value)}`).join(", ")}: Run all computes the lesson so.`;

let opened: Promise<Lessons> | undefined;

async function open(): Promise<Lessons> {
  status.textContent = "Loading what a lesson runs on: a few megabytes, once a page, from this folder.";
  await loadScript("assets/lesson.js");
  return (globalThis as unknown as { finetuneIclOpenLesson: OpenLesson }).finetuneIclOpenLesson({
    article,
    status,
    enable,
    edits,
    notice,
  });
}

async function opening(): Promise<Lessons> {
  opened ??= open();
  return opened.catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
}

async function attempt(work: (lesson: Lessons) => Promise<void>): Promise<void> {
  try {
    await work(await opening());
  } catch (error) {
    status.textContent = cannotRun(error);
  }
}

// A browser lets a page ask for a file only at the press itself, not after something has been loaded.
const chooser = document.createElement("input");
chooser.type = "file";
chooser.accept = ".ipynb,application/json";
chooser.hidden = true;
chooser.setAttribute("aria-label", "A copy of this lesson");
bar.append(chooser);
chooser.addEventListener("change", async () => {
  const [file] = chooser.files ?? [];
  if (file !== undefined) await attempt((lesson) => lesson.openCopy(file));
  chooser.value = "";
});

article.addEventListener("click", async (event) => {
  const pressed = (event.target as Element).closest<HTMLButtonElement>("button[data-action]");
  if (pressed === null || pressed.getAttribute("aria-disabled") === "true") return;
  const { action, cell } = pressed.dataset;
  if (action === "open-copy") chooser.click();
  else await attempt((lesson) => lesson.press(action as Action, cell));
});
