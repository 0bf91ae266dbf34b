import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import { type Table, tableFrom } from "../../src/base/plainTable";
import { staticPicture } from "../../src/figures/staticPicture";
import { signMapFigure } from "../../src/plot/signMap";

/** x² + y² − 2x on a grid: negative inside the disc of radius 1 around (1, 0). */
const values = (points: readonly (readonly [number, number])[]): Table =>
  tableFrom(points.map(([x, y]) => ({ along: x, across: y, change: x * x + y * y - 2 * x })));
const steps = (low: number, high: number) =>
  Array.from({ length: 4 * (high - low) + 1 }, (_, i) => low + i / 4);
// Shuffled, because the order of rows means nothing.
const table = values(steps(-1, 3).flatMap((x) => [...steps(-2, 2)].reverse().map((y) => [x, y] as const)));
const options = {
  title: "Inside the circle",
  description: "A quantity that is negative in a disc.",
  x: "along",
  y: "across",
  value: "change",
  xTitle: "x",
  yTitle: "y",
  signs: { positive: "loses", negative: "gains", zero: "no change" },
  sameScale: true,
  marks: [{ x: 1, y: 0, name: "θ₀" }],
  measured: values([
    [1, 0],
    [2.5, 1.5],
    [1, 0.5],
  ]),
} as const;

describe("a map of a sign", () => {
  const figure = signMapFigure(table, options);
  const [shading, border, up, down] = figure.data;

  it("holds the value at each place of the grid, whatever the order of the rows", () => {
    const { x, y, z } = shading as unknown as Record<string, readonly number[]> & { z: number[][] };
    expect([x, y]).toEqual([steps(-1, 3), steps(-2, 2)]);
    y!.forEach((b, j) => {
      x!.forEach((a, i) => {
        expect(z[j]![i]).toBe(a * a + b * b - 2 * a);
      });
    });
    // The least value is −1, at (1, 0): beyond three times that the colours saturate.
    expect(shading).toMatchObject({ zmin: -3, zmax: 3 });
    expect(border).toMatchObject({ z, name: "no change", contours: { start: 0, end: 0 } });
  });

  it("shows where the sign was measured, up for above zero and down for below", () => {
    expect(up).toMatchObject({ name: "loses", x: [2.5], y: [1.5], marker: { symbol: "triangle-up" } });
    expect(down).toMatchObject({
      name: "gains",
      x: [1, 1],
      y: [0, 0.5],
      marker: { symbol: "triangle-down" },
    });
  });

  it("has a static picture: shades and a border, no canvas needed", async () => {
    const svg = await staticPicture(figure);
    expect(svg).toMatch(/stroke-width: 2\.5px/);
    expect(svg).not.toContain("<image");
    expect(svg).toContain("θ₀");
  });

  it("refuses rows that fill no grid, and a column that is not there", () => {
    expect(() => signMapFigure({ ...table, rows: table.rows.slice(1) }, options)).toThrow(InputError);
    expect(() => signMapFigure({ ...table, rows: [...table.rows, table.rows[0]!] }, options)).toThrow(/grid/);
    expect(() => signMapFigure(table, { ...options, value: "gain" })).toThrow(/gain/);
  });
});
