import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showFigure } from "../../src/figures/display";
import { staticPicture } from "../../src/figures/staticPicture";
import { makeWorkDirectory, removeDirectory } from "../notebooks/runner/support/notebooks";
import { packageRoot } from "../support/root";
import { browserProgram, isOnThisMachine, startBrowser, watchRequests } from "./support/browser";
import { hasJupyter, type JupyterServer, startJupyter } from "./support/jupyterServer";
import { type Bundle, displayedBy } from "./support/kernel";
import { FIGURES } from "./support/samples";

// On a build machine nothing is skipped.
const mustRun = process.env.CI !== undefined;
const shown = ["three panels, logarithmic", "matrices"].map((name) => FIGURES[name]!);

/** What showFigure sends to the notebook. */
async function bundles(): Promise<readonly Bundle[]> {
  return displayedBy(async () => {
    for (const figure of shown) await showFigure(figure);
  });
}

/** Whether each static picture of the page is drawn, at its own size or smaller. */
function drawnPictures(page: Page, selector = "img"): Promise<readonly boolean[]> {
  return page.$$eval(selector, (all) =>
    (all as unknown as { complete: boolean; naturalWidth: number; clientWidth: number }[]).map(
      ({ complete, naturalWidth, clientWidth }) => complete && naturalWidth > 0 && clientWidth > 100,
    ),
  );
}

describe.skipIf(browserProgram === undefined && !mustRun)("in a real browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  describe.each(Object.entries(FIGURES))("the picture of %s", (_name, figure) => {
    it("shows no text outside the picture, and no text on another", async () => {
      const page = await browser.newPage({ viewport: { width: figure.width, height: figure.height } });
      await page.setContent(`<body style="margin:0">${await staticPicture(figure)}</body>`);
      const boxes = await page.$$eval("text", (all) =>
        all.map((each) => {
          const { left, top, right, bottom } = (
            each as unknown as {
              getBoundingClientRect(): Record<"left" | "top" | "right" | "bottom", number>;
            }
          ).getBoundingClientRect();
          return { text: String(each.textContent), left, top, right, bottom };
        }),
      );
      await page.close();
      expect(boxes.length).toBeGreaterThan(3);
      const outside = boxes.filter(
        ({ left, top, right, bottom }) =>
          left < 0 || top < 0 || right > figure.width || bottom > figure.height,
      );
      expect(outside, `outside ${figure.width} × ${figure.height}`).toEqual([]);
      // A box is higher than its letters: two pixels of common height mean nothing.
      const overlapping = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter(
            (b) =>
              Math.min(a.right, b.right) > Math.max(a.left, b.left) &&
              Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top) + 2,
          )
          .map((b) => `${a.text} and ${b.text}`),
      );
      expect(overlapping).toEqual([]);
    });
  });

  describe("the HTML of figures outside Jupyter", () => {
    const folder = mkdtempSync(join(tmpdir(), "pages-"));
    const path = join(folder, "page.html");
    let html = "";
    beforeAll(async () => {
      const parts = (await bundles()).map((bundle) => bundle["text/html"]);
      html = `<!doctype html><meta charset="utf-8"><body>${parts.join("\n")}</body>`;
      writeFileSync(path, html);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
      ["with", true],
      ["without", false],
    ])(
      "keeps the pictures, drawn, in a file %s JavaScript, and asks for nothing",
      async (_what, javaScriptEnabled) => {
        const context = await browser.newContext({ javaScriptEnabled });
        const page = await context.newPage();
        const asked = await watchRequests(page);
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
        // Time in which a script could still do something.
        await page.waitForTimeout(300);
        expect(await drawnPictures(page)).toEqual(shown.map(() => true));
        expect(asked).toEqual([pathToFileURL(path).href]);
        expect(errors).toEqual([]);
        await context.close();
      },
    );

    it("keeps the pictures on a web server that is not Jupyter's, and asks it for nothing", async () => {
      const server = createServer((_request, response) => {
        response.setHeader("Content-Type", "text/html; charset=utf-8").end(html);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notebooks/page.html`;
      const page = await browser.newPage();
      const asked = await watchRequests(page);
      await page.goto(address, { waitUntil: "load" });
      await page.waitForTimeout(300);
      expect(await drawnPictures(page)).toEqual(shown.map(() => true));
      expect(asked.filter((url) => !url.endsWith("/favicon.ico"))).toEqual([address]);
      await page.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it.each([
      ["JupyterLab", "lab/tree/notebooks/page.ipynb"],
      ["JupyterLab with a workspace", "lab/workspaces/auto-a/tree/notebooks/page.ipynb"],
      ["JupyterLab that does not name the notebook", "lab"],
      ["Jupyter Notebook 7", "notebooks/notebooks/page.ipynb"],
    ])("becomes interactive on a page as %s makes it, behind a hub", async (_what, place) => {
      // These clients say where the server is in this element, and nothing on the body; they run scripts of trusted outputs.
      const config = `<script id="jupyter-config-data" type="application/json">{"baseUrl": "/user/ada/"}</script>`;
      const plotly = "/user/ada/files/node_modules/plotly.js-dist-min/plotly.min.js";
      const server = createServer((request, response) => {
        if (request.url === `/user/ada/${place}`)
          response.setHeader("Content-Type", "text/html; charset=utf-8").end(config + html);
        else if (request.url === plotly)
          response.end(readFileSync(join(packageRoot, "node_modules/plotly.js-dist-min/plotly.min.js")));
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/user/ada/${place}`);
      await page.waitForFunction(`document.querySelectorAll(".js-plotly-plot .main-svg").length > 0
        && document.querySelectorAll(".finetune-icl-figure img").length === 0`);
      expect(await page.$$eval(".js-plotly-plot", (all) => all.length)).toBe(shown.length);
      await page.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it("fits a narrow page", async () => {
      const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
      await page.goto(pathToFileURL(path).href);
      const widths = await page.$$eval("img", (all) =>
        (all as unknown as { clientWidth: number; clientHeight: number }[]).map((each) => [
          each.clientWidth,
          each.clientHeight,
        ]),
      );
      widths.forEach(([width, height], i) => {
        const { width: fullWidth, height: fullHeight } = shown[i]!;
        expect(width).toBeLessThanOrEqual(400);
        expect(Math.abs(height! / width! - fullHeight / fullWidth), "not distorted").toBeLessThan(0.02);
      });
      await page.close();
    });
  });

  describe.skipIf(!hasJupyter && !mustRun)("a notebook in stock Jupyter", () => {
    let directory = "";
    let server: JupyterServer | undefined;
    const address = (name: string) =>
      `${server!.address}notebooks/${relative(packageRoot, directory).replaceAll("\\", "/")}/${name}.ipynb`;

    beforeAll(async () => {
      directory = makeWorkDirectory();
      const cells = (await bundles()).map((data, i) => ({
        cell_type: "code",
        id: `c${i}`,
        metadata: {},
        source: "await showFigure(figure);",
        execution_count: i + 1,
        outputs: [{ output_type: "display_data", data, metadata: {} }],
      }));
      const kernelspec = { display_name: "TypeScript", language: "typescript", name: "tslab" };
      const notebook = JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
      writeFileSync(join(directory, "trusted.ipynb"), notebook);
      // Another text: Jupyter trusts texts, not files.
      writeFileSync(
        join(directory, "stranger.ipynb"),
        notebook.replaceAll("showFigure(figure)", "showFigure(other)"),
      );
      server = await startJupyter([join(directory, "trusted.ipynb")]);
    });
    afterAll(async () => {
      await server?.stop();
      removeDirectory(directory);
    });

    it("becomes interactive: plotly draws every trace where the pictures were", async () => {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1200 } });
      const asked = await watchRequests(page);
      await page.goto(address("trusted"));
      await page.waitForFunction(`document.querySelectorAll(".js-plotly-plot").length === ${shown.length}
        && document.querySelectorAll(".finetune-icl-figure img").length === 0`);
      const drawn = await page.$$eval(".js-plotly-plot", (all) =>
        all.map((each) => ({
          traces: each.querySelectorAll(".scatterlayer .trace").length,
          lines: each.querySelectorAll(".scatterlayer path.js-line").length,
          points: each.querySelectorAll(".scatterlayer path.point").length,
          width: (each as unknown as { clientWidth: number }).clientWidth,
          height: (each as unknown as { clientHeight: number }).clientHeight,
        })),
      );
      expect(drawn).toEqual(
        shown.map(({ data, width, height }) => {
          const withMode = (mode: string) => data.filter((trace) => String(trace.mode).includes(mode));
          const points = withMode("markers").reduce((sum, { x }) => sum + (x as unknown[]).length, 0);
          return {
            traces: data.length,
            lines: withMode("lines").length,
            points,
            width: expect.any(Number),
            height,
            ...(width > 1000 ? {} : { width }),
          };
        }),
      );
      expect(asked.filter((url) => !isOnThisMachine(url))).toEqual([]);
      const copies = asked.filter((url) => url.includes("plotly"));
      expect(
        copies.filter((url) => url.startsWith(`${server!.address}files/node_modules/`)).length,
        copies.join("\n"),
      ).toBe(1);
      await page.close();
    });

    it("that is not trusted keeps the pictures and runs nothing", async () => {
      const page = await browser.newPage();
      const asked = await watchRequests(page);
      await page.goto(address("stranger"));
      await page.waitForSelector(".finetune-icl-figure img");
      await page.waitForTimeout(300);
      expect(await page.$$(".finetune-icl-figure script, .js-plotly-plot")).toEqual([]);
      const pictures = await drawnPictures(page, ".finetune-icl-figure img");
      expect(pictures).toEqual(shown.map(() => true));
      expect(asked.filter((url) => url.includes("plotly") || !isOnThisMachine(url))).toEqual([]);
      await page.close();
    });

    it("leaves no file behind beside the notebooks", () => {
      const names = readdirSync(directory).filter((name) => name !== ".ipynb_checkpoints");
      expect(names.sort()).toEqual(["stranger.ipynb", "trusted.ipynb"]);
    });
  });
});
