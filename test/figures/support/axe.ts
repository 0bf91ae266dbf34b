import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * What axe-core finds; KaTeX's own markup, thousands of elements a page, is left out, and out of the page for the time being: axe builds its
 * own tree of all elements, those it is told to exclude as well, which takes longer than to check the others.
 */
export async function violations(
  page: Page,
  rules: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  const options = JSON.stringify({ preload: false, resultTypes: ["violations"], ...rules });
  const run = `(async () => {
      const formulas = [...document.querySelectorAll(".katex")].map((each) => [each, [...each.childNodes]]);
      for (const [each] of formulas) each.replaceChildren("formula");
      const { violations } = await axe.run({ exclude: [".katex"] }, ${options});
      for (const [each, parts] of formulas) each.replaceChildren(...parts);
      return violations;
    })()`;
  const found = (await page.evaluate(run)) as readonly Violation[];
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
