import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { tableFrom } from "../../src/base/plainTable";
import { dataFrame } from "../../src/figures/dataFrame";
import { showFigure, showMarkdown, showTable } from "../../src/figures/display";
import { figureHtml } from "../../src/figures/figureHtml";
import { staticPicture } from "../../src/figures/staticPicture";
import { tableHtml, tableText } from "../../src/plot/tableView";
import { displayedBy, printedBy } from "./support/kernel";
import { FIGURES } from "./support/samples";

const table = tableFrom([
  { name: "plain", value: 0.1 + 0.2, count: 20 },
  { name: '<b>&"', value: -1234.5678, count: 5 },
  { name: "θ₀", value: Number.NaN, count: 0 },
]);
const figure = FIGURES["a narrow logarithmic range"]!;

describe("a table", () => {
  it("is text in columns: numbers to the right, rounded, without trailing zeros", () => {
    expect(tableText(table, 3).split("\n")).toEqual([
      "name   value  count",
      "plain    0.3     20",
      '<b>&"  −1230      5',
      "θ₀         –      0",
    ]);
  });

  it("shows small numbers beside very large ones: what costs 10⁵ prompts is not 0 beside 10³³", () => {
    expect(tableText(tableFrom([{ prompts: 96_000 }, { prompts: 9.6e32 }]), 4)).not.toMatch(/\b0\b/);
  });

  it("is HTML in which nothing of a cell or a name becomes markup", () => {
    const html = tableHtml(tableFrom([{ "<i>": "<script>alert(1)</script>", b: 0.123456 }]), 3);
    const { document } = new JSDOM(html).window;
    const cells = (selector: string) =>
      [...document.querySelectorAll(selector)].map((each) => each.textContent);
    expect(cells("th")).toEqual(["<i>", "b"]);
    expect(cells("td")).toEqual(["<script>alert(1)</script>", "0.123"]);
    expect(document.querySelectorAll("script, i").length).toBe(0);
    const aligned = [...document.querySelectorAll("td")].map((each) => each.style.textAlign);
    expect(aligned).toEqual(["left", "right"]);
  });

  it.each([
    [20, "20"],
    [0.1, "0.1"],
    [1e-9 / 3, "3.3333 × 10⁻¹⁰"],
    [123456789, "123456789"],
    [-0, "0"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("shows %d as %s", (value, expected) => {
    expect(
      tableText(tableFrom([{ v: value }]), 5)
        .split("\n")[1]!
        .trim(),
    ).toBe(expected);
  });

  it("is shown alike when it is a danfojs DataFrame", async () => {
    const [plain, frame] = await displayedBy(() => {
      showTable(table);
      showTable(dataFrame(table));
    });
    expect(frame).toEqual(plain);
  });

  it.each([0, -1, 2.5, 101])("refuses to show %d digits", (digits) => {
    expect(() => showTable(table, { digits })).toThrow(
      `digits: holds ${digits}; allowed: an integer from 1 to 100`,
    );
  });
});

describe("display outside a kernel", () => {
  it("prints the plain text", async () => {
    expect(await printedBy(() => showTable(table, { digits: 3 }))).toBe(`${tableText(table, 3)}\n`);
    expect(await printedBy(() => showMarkdown("**bold** $x$"))).toBe("**bold** $x$\n");
    expect(await printedBy(() => showFigure(figure))).toBe("Figure: Between 1.2 and 1.5. One curve.\n");
  });
});

describe("display in a kernel", () => {
  it("is one message that holds the same thing in every MIME type, and prints nothing", async () => {
    let printed: string | undefined;
    const bundles = await displayedBy(async () => {
      printed = await printedBy(async () => {
        await showFigure(figure);
        showTable(table);
        showMarkdown("*m*");
      });
    });
    expect(printed).toBe("");
    expect(bundles.map((bundle) => Object.keys(bundle).sort())).toEqual([
      ["application/vnd.plotly.v1+json", "image/svg+xml", "text/html", "text/plain"],
      ["text/html", "text/plain"],
      ["text/markdown", "text/plain"],
    ]);
    const svg = await staticPicture(figure);
    expect(bundles[0]).toMatchObject({
      "application/vnd.plotly.v1+json": { data: figure.data, layout: figure.layout },
      "image/svg+xml": svg,
      "text/html": figureHtml(figure, svg),
    });
  });
});

describe("the HTML of a figure", () => {
  it("holds the picture, its words and the plotly JSON, whatever the title holds", async () => {
    const title = '</script><!--<script> "quoted" & <b>';
    const wild = { ...figure, title, layout: { ...figure.layout, title: { text: title } } };
    const svg = await staticPicture(wild);
    const { document } = new JSDOM(figureHtml(wild, svg)).window;
    const picture = document.querySelector("img")!;
    expect(picture.alt).toBe(`${title}. One curve.`);
    const [head, base64] = picture.src.split(",");
    expect(head).toBe("data:image/svg+xml;base64");
    expect(Buffer.from(base64!, "base64").toString("utf8")).toBe(svg);
    const specification = JSON.parse(document.querySelector('script[type="application/json"]')!.textContent!);
    expect(specification).toEqual({ data: wild.data, layout: wild.layout });
    expect(document.querySelectorAll("script").length).toBe(2);
    expect(document.body.children.length, "one box and nothing beside it").toBe(1);
  });
});
