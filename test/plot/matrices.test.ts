import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import type { JsonObject } from "../../src/plot/figure";
import { type LabelledMatrix, matricesFigure } from "../../src/plot/matrices";

const words = { title: "Two matrices", description: "Of different size." };
const wide: LabelledMatrix = {
  name: "wide",
  matrix: [
    [1, -2, 0],
    [0.5, 0.25, -0],
  ],
  rows: ["r1", "r2"],
  columns: ["c1", "c2", "c3"],
};
const single: LabelledMatrix = { name: "single", matrix: [[4]], rows: ["r"], columns: ["c"] };

describe("a figure of matrices", () => {
  const figure = matricesFigure([wide, single], words);
  const [first, second] = figure.data as readonly JsonObject[];

  it("draws every entry once, at its column and row, with its number", () => {
    expect(first).toMatchObject({
      mode: "markers+text",
      x: [0, 1, 2, 0, 1, 2],
      y: [0, 0, 0, 1, 1, 1],
      text: ["1.0", "−2.0", "0", "0.50", "0.25", "0"],
      customdata: ["r1, c1", "r1, c2", "r1, c3", "r2, c1", "r2, c2", "r2, c3"],
    });
    expect(second).toMatchObject({ x: [0], y: [0], text: ["4.0"], xaxis: "x2", yaxis: "y2" });
    expect(figure.data.length).toBe(2);
  });

  it("puts the first row at the top and gives every cell the same size in all matrices", () => {
    const { xaxis, xaxis2, yaxis, yaxis2, margin } = figure.layout as Record<string, JsonObject>;
    expect(yaxis!.range, "rows run downwards").toEqual([1.5, -0.5]);
    const plotWidth = figure.width - Number(margin!.l) - Number(margin!.r);
    const plotHeight = figure.height - Number(margin!.t) - Number(margin!.b);
    const cell = (domain: unknown, pixels: number, count: number) =>
      (((domain as number[])[1]! - (domain as number[])[0]!) * pixels) / count;
    for (const [side, got] of Object.entries({
      "width, first": cell(xaxis!.domain, plotWidth, 3),
      "width, second": cell(xaxis2!.domain, plotWidth, 1),
      "height, first": cell(yaxis!.domain, plotHeight, 2),
      "height, second": cell(yaxis2!.domain, plotHeight, 1),
    })) {
      expect(Math.abs(got - 44), `${side}: ${got} px, expected 44`).toBeLessThan(0.6);
    }
  });

  it("has one colour scale: white at 0, blue at the largest, orange at its negative", () => {
    expect((first!.marker as JsonObject).color).toEqual([
      "rgb(184,212,228)",
      "rgb(229,170,123)",
      "rgb(245,245,245)",
      "rgb(214,229,237)",
      "rgb(230,237,241)",
      "rgb(245,245,245)",
    ]);
    expect((second!.marker as JsonObject).color).toEqual(["rgb(0,114,178)"]);
    expect((second!.textfont as JsonObject).color, "white on dark").toEqual(["#ffffff"]);
  });

  it.each([
    [0, "0"],
    [-0, "0"],
    [0.78571, "0.79"],
    [-0.034, "−0.034"],
    [0.00012345, "1.2·10⁻⁴"],
    [9.96, "10"],
    [123.4, "123"],
    [-1234567, "−1.2·10⁶"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "∞"],
  ])("writes %d as %s, and never an invalid colour", (value, expected) => {
    const got = matricesFigure([{ ...single, matrix: [[value]] }], words).data[0]! as JsonObject;
    expect(got.text).toEqual([expected]);
    expect((got.marker as JsonObject).color).toEqual([
      expect.stringMatching(/^(?:rgb\(\d+,\d+,\d+\)|#ffffff)$/),
    ]);
  });

  it("refuses names that do not match the matrix", () => {
    const shortRows = { ...wide, rows: ["r1"] };
    const ragged = { ...wide, matrix: [[1, 2, 3], [1]] };
    expect(() => matricesFigure([single, shortRows], words)).toThrow(
      new InputError("row names of wide", ["r1"], "2 names"),
    );
    expect(() => matricesFigure([ragged], words)).toThrow(
      new InputError("column names of wide", ["c1", "c2", "c3"], "1 names"),
    );
  });
});
