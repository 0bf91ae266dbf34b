import { requireNumber } from "@finetune-icl/base";
import type { JsonObject } from "./figure";
import { subscripts } from "./subscripts";

/** How one series looks, in every figure. */
export interface SeriesStyle {
  readonly label: string;
  readonly color: string;
  /** By plotly's name, or lengths of strokes and gaps in pixels. */
  readonly dash:
    | "solid"
    | "dash"
    | "dot"
    | "dashdot"
    | "longdash"
    | "longdashdot"
    | `${number}px,${number}px${string}`;
  readonly marker: string;
}

/** For series without a look of their own, in this order. */
export const FREE_STYLES: readonly Omit<SeriesStyle, "label">[] = [
  { color: "#0072B2", dash: "solid", marker: "circle" },
  { color: "#E69F00", dash: "dash", marker: "square" },
  { color: "#009E73", dash: "dot", marker: "diamond" },
  { color: "#CC79A7", dash: "dashdot", marker: "triangle-up" },
  { color: "#56B4E9", dash: "longdash", marker: "cross" },
  { color: "#D55E00", dash: "longdashdot", marker: "x" },
];

/** The typefaces of every figure. */
export const FONT = "Helvetica, Arial, sans-serif";
const GREY = "#5f5f5f";

/** Height in pixels that the title takes at the top of every figure. */
export const TITLE_ROOM = 40;

/** About the width in pixels of the longest of some texts. @throws InputError naming `size`. */
export function wordWidth(texts: readonly string[], size: number): number {
  requireNumber(size, "size");
  return Math.ceil(Math.max(0, ...texts.map((text) => [...withoutMarkup(text)].length)) * 0.6 * size);
}

/** `<sub>` and `<b>` take no room of their own. */
function withoutMarkup(text: string): string {
  return text.replace(/<[^<>]+>/g, "");
}

/** The layout every figure starts from: white ground, light grid, title at the top left. */
export function baseLayout(title: string): JsonObject {
  return {
    title: {
      text: subscripts(title),
      x: 0,
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { l: 12, t: 12 },
      font: { size: 16 },
    },
    font: { family: FONT, size: 13, color: "#222222" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hovermode: "closest",
  };
}

/** An axis with a name; `kind` is linear unless told. */
export function axis(title: string, more: JsonObject = {}): JsonObject {
  return {
    title: { text: subscripts(title), standoff: 14, font: { size: 14 } },
    gridcolor: "#e6e6e6",
    linecolor: "#888888",
    ticks: "outside",
    tickcolor: "#888888",
    zeroline: false,
    // Labels are never dropped for want of room: the static picture only estimates their sizes.
    ticklabeloverflow: "allow",
    ...more,
  };
}

/** A logarithmic axis; see {@link logarithmicTicks} for ticks that fit its data. */
export function logarithmicAxis(title: string, more: JsonObject = {}): JsonObject {
  return axis(title, { type: "log", ...logarithmicTicks([1e-4, 1e4]), ...more });
}

/** Ticks for a logarithmic axis: 1, 2, 5, 10 …, written out but for powers of ten beyond 10⁴ and 10⁻⁴, closer or wider apart as the values demand. Values that span `sparseFrom` powers of ten, fewer on a small panel, get one tick a power. */
export function logarithmicTicks(values: readonly number[], sparseFrom = 4.5): JsonObject {
  const logarithms = values.filter((value) => value > 0).map(Math.log10);
  // Reduced, not spread into Math.min: a figure may have very many points.
  const low = logarithms.reduce((a, b) => Math.min(a, b), logarithms[0] ?? 0);
  const high = logarithms.reduce((a, b) => Math.max(a, b), logarithms[0] ?? 0);
  const first = Math.floor(low) - 1;
  const decades = Array.from({ length: Math.ceil(high) - first + 2 }, (_, i) => first + i);
  const choices = (high - low > sparseFrom ? [[1]] : TICK_STEPS).map((steps) =>
    decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`))),
  );
  const countInside = (ticks: readonly number[]) =>
    ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high).length;
  const ticks = choices.find((each) => countInside(each) >= 3) ?? choices.at(-1)!;
  return { tickmode: "array", tickvals: ticks, ticktext: tickTexts(ticks) };
}

/** Where all ticks are powers of ten, very large and small ones as such: written out they would push away the axis's name. */
function tickTexts(ticks: readonly number[]): readonly string[] {
  const exponents = ticks.map((tick) => Math.round(Math.log10(tick)));
  if (ticks.some((tick, i) => tick !== Number(`1e${exponents[i]}`))) return ticks.map(String);
  return ticks.map((tick, i) =>
    Math.abs(exponents[i]!) < 5 ? String(tick) : `10<sup>${exponents[i]}</sup>`,
  );
}

/** Steps within a decade: the first that give three ticks are taken; for many decades, their beginnings only. */
const TICK_STEPS: readonly (readonly number[])[] = [
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9],
];

/** A thin horizontal reference line with a word in the margin at its right, such as the noise floor. @throws InputError when y is no finite number. */
export function referenceLine(
  y: number,
  text: string,
  axes: { readonly x: string; readonly y: string },
): {
  readonly shape: JsonObject;
  readonly annotation: JsonObject;
} {
  requireNumber(y, "y");
  return {
    shape: {
      type: "line",
      xref: `${axes.x} domain`,
      x0: 0,
      x1: 1,
      yref: axes.y,
      y0: y,
      y1: y,
      line: { color: GREY, width: 1, dash: "dot" },
    },
    annotation: {
      xref: `${axes.x} domain`,
      x: 1,
      xanchor: "left",
      yref: axes.y,
      y,
      yanchor: "middle",
      text,
      showarrow: false,
      font: { size: 11, color: GREY },
    },
  };
}
