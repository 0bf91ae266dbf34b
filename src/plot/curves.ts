import { type Cell, InputError, requireNumber, requireTable, type Table } from "@finetune-icl/base";
import type { Figure, JsonObject } from "./figure";
import {
  axis,
  baseLayout,
  FREE_STYLES,
  logarithmicAxis,
  logarithmicTicks,
  referenceLine,
  type SeriesStyle,
  TITLE_ROOM,
  wordWidth,
} from "./style";
import { subscripts } from "./subscripts";

/** A mean with bars of two standard errors to each side, or with the ends of an interval; or a median with bars from the least to the largest. */
export type MeasuredColumns =
  | { readonly mean: string; readonly standardError: string }
  | { readonly mean: string; readonly low: string; readonly high: string }
  | { readonly median: string; readonly least: string; readonly largest: string };

/** What one figure of curves is made of: which columns of the table are drawn, and how. */
export interface CurvesOptions {
  readonly title: string;
  readonly description: string;
  /** Column on the x axis. */
  readonly x: string;
  /** Column that is drawn as lines: what theory says. */
  readonly predicted: string;
  /** Columns drawn as points with bars: what was measured. */
  readonly measured?: MeasuredColumns;
  /** Column that tells the series apart. */
  readonly series: string;
  /** Column that tells the panels apart; one panel when left out. */
  readonly panel?: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly logarithmicX?: boolean;
  readonly logarithmicY?: boolean;
  /** Places of a linear x axis that have a name in place of a number. Points may stand beside a place, and the axis ends half a unit beyond the outermost ones. */
  readonly xNames?: readonly { readonly at: number; readonly name: string }[];
  /** Thin lines across every panel. */
  readonly references?: readonly { readonly y: number; readonly text: string }[];
  /** Look of a series by its name in the table; the others take free styles in order of appearance. */
  readonly styles?: Readonly<Record<string, SeriesStyle>>;
}

const PANEL_GAP = 0.03;
const HEIGHT = 460;

/**
 * Theory as lines, measurement as points with error bars, one panel beside the other on a shared y axis. Rows that hold no
 * finite number in a column (NaN) are left out of what that column draws.
 * @throws InputError when the table lacks a column or a cell, a reference or the place of a name is no finite number, or the table has more series than there are styles.
 * @example
 * const table = tableFrom([0, 1, 2].map((hours) => ({ hours, rain: 1 / (hours + 1), place: "coast" })));
 * const figure = curvesFigure(table, {
 *   title: "Rain",
 *   description: "It falls.",
 *   x: "hours",
 *   predicted: "rain",
 *   series: "place",
 *   xTitle: "hours",
 *   yTitle: "rain",
 * });
 * console.log(figure.data.length, figure.width); // 1 720
 */
export function curvesFigure(table: Table, options: CurvesOptions): Figure {
  requireTable(table);
  for (const [i, { y }] of (options.references ?? []).entries()) requireNumber(y, `references[${i}].y`);
  if (options.xNames?.length === 0)
    throw new InputError("xNames", options.xNames, "at least one place with its name");
  for (const [i, { at }] of (options.xNames ?? []).entries()) requireNumber(at, `xNames[${i}].at`);
  const read = columnReader(table, options);
  const seriesNames = distinct(table.rows.map((row) => read(row, options.series)));
  const panels =
    options.panel === undefined ? [""] : distinct(table.rows.map((row) => read(row, options.panel!)));
  const styles = seriesStyles(seriesNames, options.styles ?? {});

  const traces = panels.flatMap((panel, p) =>
    seriesNames.flatMap((name) => {
      const rows = table.rows.filter(
        (row) =>
          String(read(row, options.series)) === name &&
          (options.panel === undefined || String(read(row, options.panel)) === panel),
      );
      const column = (key: string) => rows.map((row) => asNumber(read(row, key)));
      const place = { xaxis: p === 0 ? "x" : `x${p + 1}`, yaxis: p === 0 ? "y" : `y${p + 1}` };
      const common = { ...place, name: subscripts(styles[name]!.label), legendgroup: name, panel };
      const x = column(options.x);
      const line = lineTrace(x, column(options.predicted), styles[name]!, common, options);
      if (options.measured === undefined) return [line];
      return [line, pointTrace(x, measuredBars(options.measured, column), styles[name]!, common, options)];
    }),
  );
  const data = inLegendOnce(traces.filter(({ x }) => (x as readonly number[]).length > 0));
  return {
    title: options.title,
    description: options.description,
    data,
    layout: panelLayout(
      panels,
      seriesNames.map((name) => styles[name]!.label),
      data,
      options,
    ),
    width: figureWidth(panels.length),
    height: HEIGHT,
  };
}

function figureWidth(panels: number): number {
  return panels === 1 ? 720 : 340 * panels + 60;
}

/** Of each series the first trace stands in the legend, a line where there is one. */
function inLegendOnce(traces: readonly JsonObject[]): readonly JsonObject[] {
  const groups = traces.map(({ legendgroup }) => legendgroup);
  return traces.map((trace, k) => ({ ...trace, showlegend: groups.indexOf(trace.legendgroup!) === k }));
}

/** A text, empty or not, is no number, though JavaScript would read some as one. */
function asNumber(cell: Cell): number {
  return typeof cell === "number" ? cell : Number.NaN;
}

/** Where both coordinates are finite numbers. */
function finiteAt(x: readonly number[], y: readonly number[]): readonly number[] {
  return y.flatMap((value, i) => (Number.isFinite(value) && Number.isFinite(x[i]) ? [i] : []));
}

interface TracePlace {
  readonly xaxis: string;
  readonly yaxis: string;
  readonly name: string;
  readonly legendgroup: string;
  readonly panel: string;
}

function lineTrace(
  x: readonly number[],
  y: readonly number[],
  style: SeriesStyle,
  { panel, ...place }: TracePlace,
  options: CurvesOptions,
): JsonObject {
  const drawn = finiteAt(x, y);
  const { at, ...where } = hoverPlace(
    drawn.map((i) => x[i]!),
    options,
  );
  return {
    type: "scatter",
    mode: "lines",
    ...place,
    ...where,
    x: drawn.map((i) => x[i]!),
    y: drawn.map((i) => y[i]!),
    line: { color: style.color, dash: style.dash, width: 2 },
    hovertemplate: `${hoverHead(style.label, panel)}${at}<br>${options.predicted} = %{y:.5g}<extra></extra>`,
  };
}

interface Bars {
  readonly middle: readonly number[];
  /** Lengths of the bars; NaN draws none. */
  readonly above: readonly number[];
  readonly below: readonly number[];
  readonly name: string;
  readonly meaning: string;
}

function measuredBars(measured: MeasuredColumns, column: (name: string) => readonly number[]): Bars {
  if ("standardError" in measured) {
    const lengths = column(measured.standardError).map((error) => 2 * error);
    return {
      middle: column(measured.mean),
      above: lengths,
      below: lengths,
      name: measured.mean,
      meaning: "bar: 2 standard errors",
    };
  }
  const [name, low, high, meaning] =
    "median" in measured
      ? [measured.median, measured.least, measured.largest, "bar: least to largest"]
      : [measured.mean, measured.low, measured.high, "bar: 95 % interval"];
  const [middle, least, largest] = [name, low, high].map((each) => column(each!));
  return {
    middle: middle!,
    above: middle!.map((value, i) => largest![i]! - value),
    below: middle!.map((value, i) => value - least![i]!),
    name: name!,
    meaning: meaning!,
  };
}

function pointTrace(
  x: readonly number[],
  { middle, above, below, name, meaning }: Bars,
  style: SeriesStyle,
  { panel, ...place }: TracePlace,
  options: CurvesOptions,
): JsonObject {
  const drawn = finiteAt(x, middle);
  const { at, ...where } = hoverPlace(
    drawn.map((i) => x[i]!),
    options,
  );
  const lengths = (all: readonly number[]): readonly number[] =>
    drawn.map((i) => (Number.isFinite(all[i]) ? all[i]! : 0));
  const [up, down] = [lengths(above), lengths(below)];
  const symmetric = up.every((length, i) => length === down[i]);
  return {
    type: "scatter",
    mode: "markers",
    ...place,
    ...where,
    x: drawn.map((i) => x[i]!),
    y: drawn.map((i) => middle[i]!),
    error_y: {
      type: "data",
      array: up,
      ...(symmetric ? {} : { symmetric, arrayminus: down }),
      color: style.color,
      thickness: 1.2,
      width: 3,
    },
    marker: { color: style.color, symbol: style.marker, size: 7, line: { color: "#ffffff", width: 1 } },
    hovertemplate: `${hoverHead(style.label, panel)}${at}<br>${name} = %{y:.5g} (${meaning})<extra></extra>`,
  };
}

/** How a point tells where it is: by its number, or by the name of the place next to it. */
function hoverPlace(
  x: readonly number[],
  { x: column, xNames }: CurvesOptions,
): { readonly at: string; readonly text?: readonly string[] } {
  if (xNames === undefined) return { at: `${column} = %{x}` };
  const distance = (value: number, { at }: { readonly at: number }): number => Math.abs(value - at);
  const nearest = (value: number): string =>
    xNames.reduce((best, each) => (distance(value, each) < distance(value, best) ? each : best), xNames[0]!)
      .name;
  return { at: `${column}: %{text}`, text: x.map(nearest) };
}

function namedTicks(names: NonNullable<CurvesOptions["xNames"]>): JsonObject {
  const places = names.map(({ at }) => at);
  return {
    tickmode: "array",
    tickvals: places,
    ticktext: names.map(({ name }) => name),
    range: [Math.min(...places) - 0.5, Math.max(...places) + 0.5],
  };
}

function hoverHead(label: string, panel: string): string {
  return subscripts(panel === "" ? `${label}<br>` : `${label}, ${panel}<br>`);
}

function panelLayout(
  panels: readonly string[],
  labels: readonly string[],
  data: readonly JsonObject[],
  options: CurvesOptions,
): JsonObject {
  const width = (1 - PANEL_GAP * (panels.length - 1)) / panels.length;
  const layout: { [key: string]: JsonObject[keyof JsonObject] } = {
    ...baseLayout(options.title),
    ...room(panels, labels, options),
  };
  const shapes: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  panels.forEach((panel, p) => {
    const suffix = p === 0 ? "" : String(p + 1);
    const left = p * (width + PANEL_GAP);
    const xAxis = options.logarithmicX === true ? logarithmicAxis : axis;
    const yAxis = options.logarithmicY === true ? logarithmicAxis : axis;
    layout[`xaxis${suffix}`] = xAxis(options.xTitle, {
      domain: [left, Math.min(1, left + width)],
      anchor: `y${suffix}`,
      ...(options.logarithmicX === true ? logarithmicTicks(drawnAt(data, "x")) : {}),
      ...(options.xNames === undefined ? {} : namedTicks(options.xNames)),
    });
    layout[`yaxis${suffix}`] = yAxis(p === 0 ? options.yTitle : "", {
      anchor: `x${suffix}`,
      ...(options.logarithmicY === true ? logarithmicTicks(drawnAt(data, "y")) : { rangemode: "tozero" }),
      ...(p === 0 ? {} : { matches: "y", showticklabels: false }),
    });
    if (panel !== "") annotations.push(panelTitle(panel, `x${suffix}`));
    for (const { y, text } of options.references ?? []) {
      const drawn = options.logarithmicY === true ? Math.log10(y) : y;
      const line = referenceLine(y, text, { x: `x${suffix}`, y: `y${suffix}` });
      shapes.push(line.shape);
      // Annotations, unlike shapes, take the logarithm on a logarithmic axis.
      if (p === panels.length - 1) annotations.push({ ...line.annotation, y: drawn });
    }
  });
  return { ...layout, shapes, annotations };
}

/** All that is drawn along one axis, in all panels. */
function drawnAt(data: readonly JsonObject[], key: "x" | "y"): readonly number[] {
  return data.flatMap((trace) => trace[key] as readonly number[]);
}

/**
 * Margins and legend: from the top the title, the legend in as many lines as it needs, the names of the panels. Words of
 * reference lines stand in the right margin, where no curve passes.
 */
function room(panels: readonly string[], labels: readonly string[], options: CurvesOptions): JsonObject {
  const words = (options.references ?? []).map(({ text }) => text);
  const margin = { l: 84, r: words.length === 0 ? 20 : 14 + wordWidth(words, 11), b: 60 };
  const perLine = Math.floor(
    (figureWidth(panels.length) - margin.l - margin.r) / (62 + wordWidth(labels, 13)),
  );
  const lines = Math.ceil(labels.length / Math.max(1, perLine));
  const panelNames = panels.some((panel) => panel !== "") ? 22 : 0;
  const top = TITLE_ROOM + 24 * lines + 6 + panelNames;
  const plotHeight = HEIGHT - top - margin.b;
  return {
    margin: { ...margin, t: top },
    legend: {
      orientation: "h",
      x: 0,
      xanchor: "left",
      y: 1 + (panelNames + 4) / plotHeight,
      yanchor: "bottom",
      itemwidth: 46,
      tracegroupgap: 4,
    },
  };
}

function panelTitle(text: string, x: string): JsonObject {
  return {
    text: `<b>${subscripts(text)}</b>`,
    xref: `${x} domain`,
    x: 0.5,
    xanchor: "center",
    yref: "paper",
    y: 1,
    yanchor: "bottom",
    showarrow: false,
  };
}

function seriesStyles(
  names: readonly string[],
  given: Readonly<Record<string, SeriesStyle>>,
): Readonly<Record<string, SeriesStyle>> {
  // Object.hasOwn, because a series may be called like a method of every object.
  const hasStyle = (name: string) => Object.hasOwn(given, name);
  const taken = names.filter(hasStyle).map((name) => given[name]!);
  const free = FREE_STYLES.filter((style) => !taken.some((other) => looksLike(style, other)));
  const others = names.filter((name) => !hasStyle(name));
  if (others.length > free.length) {
    throw new InputError("series", others, `at most ${free.length} without a style of their own`);
  }
  return Object.fromEntries(
    names.map((name) => [
      name,
      hasStyle(name) ? given[name]! : { label: name, ...free[others.indexOf(name)]! },
    ]),
  );
}

/** Whether two series could be taken for each other. */
function looksLike(a: Omit<SeriesStyle, "label">, b: Omit<SeriesStyle, "label">): boolean {
  return a.color === b.color || a.dash === b.dash || a.marker === b.marker;
}

/** Checks that the table has every column the figure needs, and reads by name. */
function columnReader(
  table: Table,
  { x, predicted, series, panel, measured }: CurvesOptions,
): (row: readonly Cell[], column: string) => Cell {
  for (const column of [x, predicted, series, panel, ...Object.values(measured ?? {})]) {
    if (column !== undefined && !table.columns.includes(column)) {
      throw new InputError("column", column, `one of ${table.columns.join(", ")}`);
    }
  }
  return (row, column) => row[table.columns.indexOf(column)]!;
}

function distinct(cells: readonly Cell[]): readonly string[] {
  return [...new Set(cells.map(String))];
}
