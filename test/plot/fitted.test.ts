import { describe, expect, it } from "vitest";
import { curvesFigure } from "../../src/plot/curves";
import type { JsonObject } from "../../src/plot/figure";
import { fittedLayout } from "../../src/plot/fitted";

const table = {
  columns: ["model", "panel", "n", "risk"],
  rows: ["a long name of a series", "another long name of one", "and a third, also long"].flatMap((model) =>
    ["left", "right"].flatMap((panel) => [1, 2].map((n) => [model, panel, n, n])),
  ),
};
const options = {
  title: "A title that is rather long, longer than a narrow screen is wide",
  description: "Lines.",
  x: "n",
  predicted: "risk",
  series: "model",
  xTitle: "n",
  yTitle: "risk",
};
const top = (layout: JsonObject) => (layout.margin as { t: number }).t;

describe("a figure in a narrower place", () => {
  const figure = curvesFigure(table, options);

  it("is as it was where it fits", () => {
    expect(fittedLayout(figure, figure, 900)).toEqual({
      layout: figure.layout,
      width: 900,
      height: figure.height,
    });
  });

  it("breaks its title, gives the legend its lines, and becomes taller by as much as both take", () => {
    const { layout, width, height } = fittedLayout(figure, figure, 358);
    expect(width).toBe(358);
    const lines = String((layout.title as JsonObject).text).split("<br>");
    expect(lines.join(" ")).toBe(options.title);
    expect(lines.length).toBeGreaterThan(1);
    // 14 px letters are about 8 px wide on average.
    for (const line of lines) expect(line.length * 8).toBeLessThan(360);
    expect(height - figure.height).toBe(top(layout) - top(figure.layout));
    expect(height).toBeGreaterThan(figure.height);
    // The plot itself keeps its height.
    expect(height - top(layout)).toBe(figure.height - top(figure.layout));
  });

  it("keeps a width at which its panels can be read, and scrolls", () => {
    const panels = curvesFigure(table, { ...options, panel: "panel" });
    // Margins, and two panels that share a vertical axis.
    const { l, r } = panels.layout.margin as { l: number; r: number };
    expect(fittedLayout(panels, panels, 358).width).toBe(l + r + 2 * 180);
    const own = { ...panels, layout: { ...panels.layout, yaxis2: { title: { text: "another" } } } };
    expect(fittedLayout(own, own, 358).width, "each with an axis of its own").toBe(640);
    const named = curvesFigure(
      {
        ...table,
        rows: table.rows.map(([model, panel, ...rest]) => [
          model!,
          `${panel}, a panel with a long name`,
          ...rest,
        ]),
      },
      { ...options, panel: "panel" },
    );
    // 30 letters of about 8 pixels.
    expect(fittedLayout(named, named, 358).width, "names side by side").toBeGreaterThanOrEqual(
      l + r + 2 * 230,
    );
    const titled = curvesFigure(table, {
      ...options,
      panel: "panel",
      xTitle: "fourth moment of a covariate (3 if normal)",
    });
    // 42 letters of about 6.5 pixels.
    expect(fittedLayout(titled, titled, 358).width, "titles of axes side by side").toBeGreaterThanOrEqual(
      l + r + 2 * 273,
    );
  });
});
