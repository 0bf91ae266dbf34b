import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserProgram, startBrowser } from "../figures/support/browser";
import { type LabServer, startClassic } from "./support/jupyterLab";
import { makeWorkplace, peers } from "./support/peers";

const classic = join(peers ?? "", "classic");
const isHere =
  peers !== undefined && existsSync(join(classic, "bin", "jupyter-notebook")) && browserProgram !== undefined;
const PATIENCE = 90_000;

const CELLS = [
  "const fromBefore = 41;\nfromBefore + 1",
  'import * as tslab from "tslab";\ntslab.display.svg(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="15"/></svg>`);',
  "throw new RangeError('on purpose');",
  "'never run'",
];

/** What classic Notebook gives to scripts on its page. */
interface ClassicNotebook {
  readonly notebook: {
    execute_all_cells(): void;
    select(index: number): void;
    edit_mode(): void;
    get_cell(index: number): {
      set_text(text: string): void;
      get_text(): string;
      execute(): void;
      readonly code_mirror: {
        setCursor(line: number, column: number): void;
        getOption(name: string): unknown;
      };
    };
    readonly kernel: { interrupt(): void; restart(done: () => void): void };
  };
}

describe.skipIf(!isHere)("classic Notebook 6 in a real browser", () => {
  const place = makeWorkplace();
  let browser: Browser;
  let server: LabServer;
  let page: Page;
  beforeAll(async () => {
    const path = basename(place.notebook("opened", CELLS));
    [browser, server] = await Promise.all([startBrowser(), startClassic(classic, place)]);
    page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${server.address}notebooks/${path}`);
    await page.locator(".code_cell").nth(3).waitFor();
    await page.locator("#kernel_indicator_icon.kernel_idle_icon").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(place.folder, { recursive: true, force: true });
    rmSync(place.home, { recursive: true, force: true });
  });

  const cell = (index: number): Locator => page.locator(".cell").nth(index);
  const shows = (index: number, text: string) =>
    cell(index).locator(".output_area", { hasText: text }).first().waitFor();
  const run = (index: number, code: string) =>
    page.evaluate(
      ([at, text]) => {
        const { notebook } = (globalThis as unknown as { readonly Jupyter: ClassicNotebook }).Jupyter;
        notebook.get_cell(at).set_text(text);
        notebook.select(at);
        notebook.get_cell(at).execute();
      },
      [index, code] as const,
    );

  it("starts the kernel without a question, colours TypeScript, and runs all cells up to the error", async () => {
    expect(await page.locator(".modal.in").count(), "no question about a kernel").toBe(0);
    expect(await cell(0).locator(".cm-keyword").allInnerTexts()).toEqual(["const"]);
    await page.evaluate(() =>
      (globalThis as unknown as { readonly Jupyter: ClassicNotebook }).Jupyter.notebook.execute_all_cells(),
    );
    await cell(2).locator(".output_error").waitFor();
    await shows(0, "42");
    expect(await cell(1).locator("svg circle").count()).toBe(1);
    expect(await cell(2).locator(".output_error").innerText()).toMatch(
      /RangeError: on purpose[\s\S]*at cell \d+:1:7/,
    );
    expect(await cell(3).locator(".input_prompt").innerText()).toMatch(/^In\s\[\s\]:$/);
  });

  it("completes a name of an earlier cell", async () => {
    await page.evaluate(() => {
      const { notebook } = (globalThis as unknown as { readonly Jupyter: ClassicNotebook }).Jupyter;
      notebook.select(3);
      notebook.get_cell(3).set_text("fromBef");
      notebook.edit_mode();
      notebook.get_cell(3).code_mirror.setCursor(0, 7);
    });
    await page.keyboard.press("Tab");
    await cell(3)
      .locator(".CodeMirror-line", { hasText: "fromBefore" })
      .or(page.locator(".completions", { hasText: "fromBefore" }))
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
  });

  it("interrupts a loop, and goes on with the names that there were", async () => {
    await run(3, "console.log('on'); while (true) {}");
    await shows(3, "on");
    await page.evaluate(() =>
      (globalThis as unknown as { readonly Jupyter: ClassicNotebook }).Jupyter.notebook.kernel.interrupt(),
    );
    await shows(3, "Interrupted");
    await run(3, "fromBefore * 2");
    await shows(3, "82");
  });

  it("restarts, during a cell that never ends, to a kernel without names", async () => {
    await run(3, "console.log('on'); while (true) {}");
    await shows(3, "on");
    await page.evaluate(
      () =>
        new Promise<void>((resolve) =>
          (globalThis as unknown as { readonly Jupyter: ClassicNotebook }).Jupyter.notebook.kernel.restart(
            resolve,
          ),
        ),
    );
    await page.locator("#kernel_indicator_icon.kernel_idle_icon").waitFor();
    await run(3, "fromBefore");
    await shows(3, "Cannot find name 'fromBefore'");
  });
});
