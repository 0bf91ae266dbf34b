import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { BookReport } from "../../../src/book/buildBook";
import type { Notebook } from "../../../src/notebooks/runner/nbformat";
import { sharedBook } from "../../book/support";
import { watchRequests } from "../../figures/support/browser";

export interface RunningBook {
  readonly folder: string;
  readonly report: BookReport;
}

/** The book of this project without its reference, which no lesson needs. */
export const runningBook = (): Promise<RunningBook> => sharedBook({ reference: false });

/** A page of the book with other code in some of its cells, under a name of its own: cell's id → code. */
export function withOtherCode(
  { folder }: RunningBook,
  lesson: string,
  name: string,
  codes: Readonly<Record<string, string>>,
): string {
  const script = readFileSync(join(folder, "assets", "lessons", `${lesson}.js`), "utf8");
  const notebook = JSON.parse(script.slice(script.indexOf("(") + 1, script.lastIndexOf(")"))) as Notebook;
  const cells = notebook.cells.map((cell) => {
    const source = codes[cell.id];
    return source === undefined ? cell : { ...cell, source, outputs: [] };
  });
  writeFileSync(
    join(folder, "assets", "lessons", `${name}.js`),
    `finetuneIclLesson(${JSON.stringify({ ...notebook, cells })});\n`,
  );
  writeFileSync(join(folder, `${name}.html`), readFileSync(join(folder, `${lesson}.html`)));
  return name;
}

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
  page.on("requestfailed", (request) => complaints.push(`not loaded: ${request.url()}`));
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
      text = (await page.textContent(".lesson-status")) ?? "";
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
