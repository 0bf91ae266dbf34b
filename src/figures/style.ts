import type { RegimeKind } from "../problem/regime";
import type { JsonObject } from "./figure";

/** How one series looks, in every figure. */
export interface SeriesStyle {
  readonly label: string;
  readonly color: string;
  readonly dash: "solid" | "dash" | "dot" | "dashdot" | "longdash";
  readonly marker: string;
}

/**
 * The look of each regime. Colours are Okabe and Ito's, which colour-blind readers can tell apart; dash and marker tell
 * the series apart in grey.
 */
export const REGIME_STYLE: Readonly<Record<RegimeKind, SeriesStyle>> = {
  pretrained: { label: "pretrained", color: "#000000", dash: "solid", marker: "circle" },
  "zero-shot-full": { label: "all parameters", color: "#D55E00", dash: "dash", marker: "square" },
  "zero-shot-value": { label: "value matrix only", color: "#0072B2", dash: "dashdot", marker: "diamond" },
};

/** For series that are not regimes, in this order. */
export const FREE_STYLES: readonly Omit<SeriesStyle, "label">[] = [
  { color: "#0072B2", dash: "solid", marker: "circle" },
  { color: "#E69F00", dash: "dash", marker: "square" },
  { color: "#009E73", dash: "dot", marker: "diamond" },
  { color: "#CC79A7", dash: "dashdot", marker: "triangle-up" },
  { color: "#56B4E9", dash: "longdash", marker: "cross" },
  { color: "#D55E00", dash: "solid", marker: "x" },
];

export const FONT = "Helvetica, Arial, sans-serif";
const GREY = "#5f5f5f";

/** The layout every figure starts from: white ground, light grid, legend below the title. */
export function baseLayout(title: string): JsonObject {
  return {
    title: { text: title, x: 0.01, xanchor: "left", font: { size: 16 } },
    font: { family: FONT, size: 13, color: "#222222" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hovermode: "closest",
    margin: { l: 70, r: 20, t: 84, b: 60 },
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
  };
}

/** An axis with a name; `kind` is linear unless told. */
export function axis(title: string, more: JsonObject = {}): JsonObject {
  return {
    title: { text: title, standoff: 14 },
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

/** A logarithmic axis whose ticks 1, 2, 5, 10 … are written out in full. */
export function logarithmicAxis(title: string, more: JsonObject = {}): JsonObject {
  const ticks = DECADES.flatMap((decade) => [1, 2, 5].map((step) => Number(`${step}e${decade}`)));
  return axis(title, {
    type: "log",
    tickmode: "array",
    tickvals: ticks,
    ticktext: ticks.map(String),
    ...more,
  });
}

const DECADES = [-4, -3, -2, -1, 0, 1, 2, 3, 4];

/** A thin horizontal reference line with a word at its right end, such as the noise floor. */
export function referenceLine(
  y: number,
  text: string,
  axes: { readonly x: string; readonly y: string },
): {
  readonly shape: JsonObject;
  readonly annotation: JsonObject;
} {
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
      xanchor: "right",
      yref: axes.y,
      y,
      yanchor: "bottom",
      text,
      showarrow: false,
      font: { size: 11, color: GREY },
    },
  };
}
