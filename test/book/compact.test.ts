import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compacted } from "../../src/book/compact";
import { PageMarkdown } from "../../src/book/markdown";
import { browserProgram, startBrowser } from "../figures/support/browser";
import { packageRoot } from "../support/root";

const mustRun = process.env.CI !== undefined;
const KATEX = readFileSync(require.resolve("katex/dist/katex.min.css"), "utf8");

const theory = () =>
  new PageMarkdown({ references: [], resolveLink: () => undefined }).render(
    readFileSync(join(packageRoot, "docs", "theory.md"), "utf8"),
  );

describe("formulas with short names", () => {
  const plain = theory();
  const { pages, style } = compacted(new Map([["theory.html", plain]]), KATEX);
  const short = pages.get("theory.html")!;

  it("take two fifths less", () => {
    expect(short.length / plain.length).toBeLessThan(0.6);
    expect(style.length).toBeLessThan(60_000);
  });

  it("are the same each time, and leave what is no formula as it is", () => {
    expect(compacted(new Map([["theory.html", plain]]), KATEX).pages.get("theory.html")).toBe(short);
    const other = '<p class="mord" style="top:1em;">x</p><table><tr><td>a</td> <td>b</td></tr></table>';
    expect(compacted(new Map([["a.html", other]]), KATEX).pages.get("a.html")).toBe(
      '<p class="mord" style="top:1em;">x</p><table><tr><td>a</td> <td>b</tr></table>',
    );
  });

  describe.skipIf(browserProgram === undefined && !mustRun)("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser?.close());

    it("are laid out the same, every part of them", async () => {
      const layout = async (html: string, css: string) => {
        const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
        await page.setContent(`<!doctype html><style>${css}</style>${html}`);
        const boxes = await page.evaluate(`[...document.body.querySelectorAll("*")].map((each) => {
          const { x, y, width, height } = each.getBoundingClientRect();
          const { color, fontSize, fontFamily, fontStyle, fontWeight, borderBottomWidth, verticalAlign } = getComputedStyle(each);
          // The elements of formulas have a shorter name.
          return [each.localName === "i" ? "span" : each.localName, x, y, width, height, color, fontSize, fontFamily, fontStyle, fontWeight, borderBottomWidth, verticalAlign].join(" ");
        })`);
        await page.close();
        return boxes as readonly string[];
      };
      const [before, after] = [await layout(plain, KATEX), await layout(short, style)];
      expect(before.length).toBeGreaterThan(10_000);
      expect(after.length).toBe(before.length);
      expect(after.filter((each, i) => each !== before[i]).slice(0, 5)).toEqual([]);
    });
  });
});
