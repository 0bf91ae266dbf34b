import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserProgram, startBrowser } from "../figures/support/browser";
import { packageRoot } from "../support/root";
import { type LabServer, startLab } from "./support/jupyterLab";
import { makeWorkplace, peers } from "./support/peers";

/** Where a person can look at what the tests saw. */
const SCREENSHOTS = join(packageRoot, "tmp", "peers-screenshots");
const PATIENCE = 90_000;

const CELLS = [
  "const fromBefore = 41;\nfromBefore + 1",
  'import { parseProblem } from "finetune-icl"; import * as tslab from "tslab";\ntslab.display.svg(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="15"/></svg>`);',
  "throw new RangeError('on purpose');",
  "'never run'",
];

// What both show alike, since Notebook 7 is made of JupyterLab's parts.
const CELL = ".jp-CodeCell";
const PROMPT = ".jp-InputPrompt";

describe.skipIf(peers === undefined || browserProgram === undefined).each(["lab", "notebook"] as const)(
  "jupyter %s in a real browser",
  (which) => {
    const place = makeWorkplace();
    let browser: Browser;
    let server: LabServer;
    let page: Page;

    beforeAll(async () => {
      mkdirSync(SCREENSHOTS, { recursive: true });
      const path = basename(
        place.notebook(
          "opened",
          CELLS.map((cell) => cell.replace(/^import \{ parse.*?; /, "")),
        ),
      );
      [browser, server] = await Promise.all([startBrowser(), startLab(which, place)]);
      page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`${server.address}${which === "lab" ? "lab/tree" : "notebooks"}/${path}`);
      await page.locator(CELL).nth(3).waitFor();
    });
    afterAll(async () => {
      await page?.screenshot({ path: join(SCREENSHOTS, `${which}.png`) }).catch(() => {});
      await browser?.close();
      await server?.stop();
      rmSync(place.folder, { recursive: true, force: true });
      rmSync(place.home, { recursive: true, force: true });
    });

    const cell = (index: number): Locator => page.locator(CELL).nth(index);
    const outputOf = (index: number): Locator => cell(index).locator(".jp-OutputArea-output").first();

    async function menu(top: string, item: RegExp): Promise<void> {
      await page.getByRole("menuitem", { name: top, exact: true }).first().click();
      await page.locator(".lm-Menu-item:visible", { hasText: item }).first().click();
    }

    /** Puts code into a cell and runs it. */
    async function runCode(index: number, code: string): Promise<void> {
      await cell(index).locator(".cm-content").click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText(code);
      await page.keyboard.press("Control+Enter");
    }

    const promptIs = (index: number, text: RegExp) =>
      cell(index).locator(PROMPT, { hasText: text }).waitFor({ timeout: PATIENCE });

    it("starts the kernel without a question, and runs all cells up to the error, which it shows as one", async () => {
      await page
        .locator('[data-status="idle"], .jp-Notebook-ExecutionIndicator[data-status="idle"]')
        .first()
        .waitFor();
      expect(await page.locator(".jp-Dialog").count(), "no question about a kernel").toBe(0);
      await menu("Run", /^Run All Cells$/);
      await cell(2).locator(".jp-OutputArea-output", { hasText: "RangeError: on purpose" }).first().waitFor();
      expect(await outputOf(0).innerText()).toContain("42");
      expect(await cell(1).locator("svg circle, img").count()).toBeGreaterThan(0);
      const error = await outputOf(2).innerText();
      expect(error).toContain("RangeError: on purpose");
      expect(error).toMatch(/at cell \d+:1:7/);
      // What follows an error has not run, and says so by its empty prompt.
      await promptIs(3, /^\[ \]:/);
    });

    it("completes a name of an earlier cell", async () => {
      await cell(3).locator(".cm-content").click();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("fromBef");
      // A single match is put in at once; of several, one is chosen.
      const completed = cell(3)
        .locator(".cm-content", { hasText: "fromBefore" })
        .or(page.locator(".jp-Completer:visible", { hasText: "fromBefore" }))
        .first();
      for (let attempt = 1; !(await completed.isVisible()); attempt += 1) {
        if (attempt > 10) throw new Error("no completion after ten tries");
        await page.keyboard.press("Tab");
        await completed.waitFor({ timeout: 8000 }).catch(() => {});
      }
      await page.keyboard.press("Escape");
    });

    it("interrupts a loop, and goes on with the names that there were", async () => {
      await runCode(3, "console.log('on'); while (true) {}");
      await promptIs(3, /^\[\*\]:/);
      await cell(3).locator(".jp-OutputArea-output", { hasText: "on" }).first().waitFor();
      await menu("Kernel", /^Interrupt Kernel/);
      await cell(3).locator(".jp-OutputArea-output", { hasText: "Interrupted" }).first().waitFor();
      await runCode(3, "fromBefore * 2");
      await cell(3).locator(".jp-OutputArea-output", { hasText: "82" }).first().waitFor();
    });

    it("restarts, during a cell that never ends, to a kernel without names", async () => {
      await runCode(3, "console.log('on'); while (true) {}");
      await cell(3).locator(".jp-OutputArea-output", { hasText: "on" }).first().waitFor();
      await menu("Kernel", /^Restart Kernel…/);
      await page
        .locator(".jp-Dialog button.jp-mod-accept:visible, .jp-Dialog button:has-text('Restart')")
        .last()
        .click();
      await page.locator(".jp-Dialog").waitFor({ state: "detached" });
      await runCode(3, "fromBefore");
      await cell(3)
        .locator(".jp-OutputArea-output", { hasText: "Cannot find name 'fromBefore'" })
        .first()
        .waitFor();
    });
  },
);
