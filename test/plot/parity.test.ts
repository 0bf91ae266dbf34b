import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import { tableFrom } from "../../src/base/plainTable";
import { EXPERIMENT_STYLE } from "../../src/figures/regimes";
import { staticPicture } from "../../src/figures/staticPicture";
import { parityFigure } from "../../src/plot/parity";
import { expectClose } from "../support/expectClose";

const table = tableFrom([
  { regime: "zs", sampled: 1, spread: 0.1, run: 1.2, error: 0.05, where: "n = 1" },
  { regime: "zs", sampled: 10, spread: Number.NaN, run: 11, error: 0.5, where: "n = 2" },
  { regime: "zs_v", sampled: 0.3, spread: 0.02, run: Number.NaN, error: 0.05, where: "n = 1" },
  { regime: "zs_v", sampled: 0.4, spread: 0.02, run: 0.35, error: 0.01, where: "n = 2" },
]);
const options = {
  title: "Found against expected",
  description: "Four numbers, one of them unknown.",
  expected: { value: "sampled", uncertainty: "spread" },
  found: { value: "run", uncertainty: "error" },
  series: "regime",
  styles: EXPERIMENT_STYLE,
  xTitle: "mean over seeds",
  yTitle: "PyTorch run",
  hover: "where",
} as const;

describe("a figure of found against expected", () => {
  const figure = parityFigure(table, { ...options, logarithmic: true });
  const [diagonal, all, value] = figure.data;

  it("draws a point where both numbers are known, with bars of two standard errors", () => {
    expect(all).toMatchObject({
      name: EXPERIMENT_STYLE.zs.label,
      x: [1, 10],
      y: [1.2, 11],
      error_x: { array: [0.2, 0] },
      error_y: { array: [0.1, 1] },
      customdata: ["n = 1", "n = 2"],
      marker: { color: EXPERIMENT_STYLE.zs.color, symbol: EXPERIMENT_STYLE.zs.marker },
    });
    expect(value).toMatchObject({ x: [0.4], y: [0.35] });
    expect(figure.data.length).toBe(3);
  });

  it("draws bars on logarithmic axes as factors: none is a stripe towards zero, and short ones are as they were", () => {
    const wide = tableFrom([
      { regime: "zs", sampled: 100, spread: 200, run: 80, error: 0.4, where: "wide" },
      { regime: "zs", sampled: 1, spread: 0.001, run: 1, error: 0.001, where: "narrow" },
    ]);
    const [, points] = parityFigure(wide, { ...options, logarithmic: true }).data;
    const { x, error_x: bars } = points as unknown as {
      x: readonly number[];
      error_x: { symmetric: boolean; array: readonly number[]; arrayminus: readonly number[] };
    };
    expect(bars.symmetric).toBe(false);
    x.forEach((middle, i) => {
      const [above, below] = [middle + bars.array[i]!, middle - bars.arrayminus[i]!];
      expectClose(above / middle, middle / below, { tolerance: 1e-12, reason: "rounding", input: middle });
    });
    expectClose(bars.arrayminus[1]!, bars.array[1]!, {
      tolerance: 4.1 * 0.001 ** 2,
      reason: "the factor differs from the difference by the square of the relative error",
    });
    expect(parityFigure(wide, options).data[1]).toMatchObject({ error_x: { array: [400, 0.002] } });
    expect(JSON.stringify(parityFigure(wide, options))).not.toContain("arrayminus");
  });

  it("draws the diagonal from corner to corner of axes with equal ranges, beyond every point", () => {
    const ends = diagonal!.x as readonly number[];
    expect(diagonal!.y).toEqual(ends);
    expect(ends[0]!).toBeLessThan(0.35);
    expect(ends[1]!).toBeGreaterThan(11);
    const { xaxis, yaxis } = figure.layout as Record<string, { range: readonly number[] }>;
    expect(xaxis!.range).toEqual(ends.map(Math.log10));
    expect(yaxis!.range).toEqual(xaxis!.range);
    const linear = parityFigure(table, options).layout as Record<string, { range: readonly number[] }>;
    expect(linear.xaxis!.range).toEqual(linear.yaxis!.range);
    expect(linear.xaxis!.range[0]!).toBeLessThan(0.35);
  });

  it("draws bars paler than the points, so that long ones hide no other series", () => {
    // #D55E00 is 213, 94, 0.
    expect(EXPERIMENT_STYLE.zs.color).toBe("#D55E00");
    expect(all).toMatchObject({
      error_x: { color: "rgba(213, 94, 0, 0.25)" },
      error_y: { color: "rgba(213, 94, 0, 0.25)" },
    });
  });

  it("has a static picture with every marker", async () => {
    const svg = await staticPicture(figure);
    expect(svg).toContain(`<title>${options.title}</title>`);
    expect(svg.match(/<path[^>]*transform="translate\([^>]*d="[^"]*Z"/g)?.length ?? 0).toBeGreaterThanOrEqual(
      3,
    );
  });

  it("refuses a column that is not there, and a series without a look", () => {
    expect(() => parityFigure(table, { ...options, hover: "when" })).toThrow(InputError);
    expect(() => parityFigure(table, { ...options, styles: { zs: EXPERIMENT_STYLE.zs } })).toThrow(/zs_v/);
  });
});
