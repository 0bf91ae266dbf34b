import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Dialog, Page } from "playwright-core";
import type { Notebook } from "../../../src/notebooks/runner/nbformat";
import { watchRequests } from "../../figures/support/browser";

/** A book whose lessons run, as `sharedBook` gives it. */
export interface RunningBook {
  readonly folder: string;
}

/** Puts other code into some cells of a lesson, as a reader does who opens a copy of their own: cell's id → code; all others have the lesson's. */
export async function putCode(
  { page, says }: OpenLesson,
  { folder }: RunningBook,
  name: string,
  codes: Readonly<Record<string, string>>,
): Promise<void> {
  const text = readFileSync(join(folder, "files", "notebooks", `${name}.ipynb`), "utf8");
  const notebook = JSON.parse(text) as Notebook;
  const cells = notebook.cells.map((cell) => ({ ...cell, source: codes[cell.id] ?? cell.source }));
  // The copy takes the place of what the copy before it changed.
  const agree = (dialog: Dialog) => void dialog.accept();
  page.on("dialog", agree);
  await page.setInputFiles("input[type=file]", {
    name: "copy.ipynb",
    mimeType: "application/x-ipynb+json",
    buffer: Buffer.from(JSON.stringify({ ...notebook, cells })),
  });
  await says(/^copy\.ipynb is opened, with its own code in cells?/);
  page.off("dialog", agree);
}

/** Opens the editor of a cell and puts code into it. */
export async function writeCode(
  { page, press, says }: OpenLesson,
  cell: string,
  code: string,
): Promise<void> {
  await press("edit", cell);
  await says(/Shift\+Enter/);
  await page.waitForSelector(`#cell-${cell} .cm-content`);
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(code);
}

/** The code of a cell that its page shows. */
export const shownCode = ({ page }: OpenLesson, cell: string): Promise<string> =>
  page.$eval(`#cell-${cell} pre code`, (code) => String(code.textContent));

/** What stays in sight above a lesson, beside what it says last. */
export const noticesOf = ({ page }: OpenLesson): Promise<string> =>
  page.$eval(".lesson-notices", (place) => String(place.textContent));

export interface OpenLesson {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses the page asked for. */
  readonly asked: readonly string[];
  readonly complaints: string[];
  readonly press: (action: string, cell?: string) => Promise<void>;
  /** What the lesson says when it says something that fits. */
  readonly says: (pattern: RegExp, timeout?: number) => Promise<string>;
  /** Text of a cell's outputs. */
  readonly outputOf: (cell: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Opens a lesson's page from the file system, or from an address. */
export async function openLesson(
  browser: Browser,
  { folder }: RunningBook,
  name: string,
  {
    context: given,
    url = pathToFileURL(join(folder, `${name}.html`)).href,
  }: { readonly context?: BrowserContext; readonly url?: string } = {},
): Promise<OpenLesson> {
  const context = given ?? (await browser.newContext({ viewport: { width: 1280, height: 900 } }));
  const page = await context.newPage();
  // Limits against hanging: other tests and other people use the machine too.
  page.setDefaultTimeout(120_000);
  const asked = await watchRequests(page);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("requestfailed", (request) => {
    // What is on its way when a page is left is not loaded.
    if (request.failure()?.errorText !== "net::ERR_ABORTED")
      complaints.push(`not loaded: ${request.url()}: ${request.failure()?.errorText}`);
  });
  await page.goto(url, { waitUntil: "load" });
  const press = async (action: string, cell?: string) => {
    const selector = `button[data-action="${action}"]${cell === undefined ? "" : `[data-cell="${cell}"]`}`;
    // By script: a button in a folded cell is pressed too.
    await page.$eval(selector, (button) => (button as HTMLElement).click());
  };
  const says = async (pattern: RegExp, timeout = 180_000) => {
    const started = Date.now();
    let text = "";
    while (Date.now() - started < timeout) {
      // Cheaper than a selector of the driver's, which walks the whole page.
      text = (await page.evaluate("document.querySelector('.lesson-status').textContent")) as string;
      if (pattern.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} says «${text}» after ${timeout} ms, not ${pattern}`);
  };
  const outputOf = async (cell: string) =>
    (await page.$eval(`#cell-${cell}`, (section) => section.querySelector(".outputs")?.textContent ?? "")) ??
    "";
  return { page, context, asked, complaints, press, says, outputOf, close: () => context.close() };
}
