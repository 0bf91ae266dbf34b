import { InputError } from "../inputError";
import type { Figure, JsonObject } from "./figure";
import { axis, baseLayout, FREE_STYLES, logarithmicAxis, referenceLine, type SeriesStyle } from "./style";
import type { Cell, Table } from "./table";

/** What one figure of curves is made of: which columns of the table are drawn, and how. */
export interface CurvesOptions {
  readonly title: string;
  readonly description: string;
  /** Column on the x axis. */
  readonly x: string;
  /** Column that is drawn as lines: what theory says. */
  readonly predicted: string;
  /** Columns drawn as points with bars of two standard errors: what was measured. */
  readonly measured?: { readonly mean: string; readonly standardError: string };
  /** Column that tells the series apart. */
  readonly series: string;
  /** Column that tells the panels apart; one panel when left out. */
  readonly panel?: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly logarithmicX?: boolean;
  readonly logarithmicY?: boolean;
  /** Thin lines across every panel. */
  readonly references?: readonly { readonly y: number; readonly text: string }[];
  /** Look of a series by its name in the table; the others take free styles in order of appearance. */
  readonly styles?: Readonly<Record<string, SeriesStyle>>;
}

const PANEL_GAP = 0.03;

/**
 * Theory as lines, measurement as points with error bars, one panel beside the other on a shared y axis. Rows that hold no
 * finite number in a column (NaN) are left out of what that column draws.
 * @throws InputError when the table lacks a column.
 */
export function curvesFigure(table: Table, options: CurvesOptions): Figure {
  const read = columnReader(table);
  const seriesNames = distinct(table.rows.map((row) => read(row, options.series)));
  const panels =
    options.panel === undefined ? [""] : distinct(table.rows.map((row) => read(row, options.panel!)));
  const styles = seriesStyles(seriesNames, options.styles ?? {});

  const data = panels.flatMap((panel, p) =>
    seriesNames.flatMap((name) => {
      const rows = table.rows.filter(
        (row) =>
          String(read(row, options.series)) === name &&
          (options.panel === undefined || String(read(row, options.panel)) === panel),
      );
      const column = (key: string) => rows.map((row) => Number(read(row, key)));
      const place = { xaxis: p === 0 ? "x" : `x${p + 1}`, yaxis: p === 0 ? "y" : `y${p + 1}` };
      const common = { ...place, name: styles[name]!.label, legendgroup: name, panel };
      const line = lineTrace(
        column(options.x),
        column(options.predicted),
        styles[name]!,
        common,
        p === 0,
        options,
      );
      if (options.measured === undefined) return [line];
      const { mean, standardError } = options.measured;
      return [
        line,
        pointTrace(column(options.x), column(mean), column(standardError), styles[name]!, common, options),
      ];
    }),
  );
  return {
    title: options.title,
    description: options.description,
    data,
    layout: panelLayout(panels, options),
    width: panels.length === 1 ? 720 : 340 * panels.length + 60,
    height: 460,
  };
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
  showlegend: boolean,
  { predicted, x: xColumn }: CurvesOptions,
): JsonObject {
  const drawn = y.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  return {
    type: "scatter",
    mode: "lines",
    ...place,
    showlegend,
    x: drawn.map((i) => x[i]!),
    y: drawn.map((i) => y[i]!),
    line: { color: style.color, dash: style.dash, width: 2 },
    hovertemplate: `${hoverHead(style.label, panel)}${xColumn} = %{x}<br>${predicted} = %{y:.5g}<extra></extra>`,
  };
}

function pointTrace(
  x: readonly number[],
  mean: readonly number[],
  standardError: readonly number[],
  style: SeriesStyle,
  { panel, ...place }: TracePlace,
  { measured, x: xColumn }: CurvesOptions,
): JsonObject {
  const drawn = mean.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  return {
    type: "scatter",
    mode: "markers",
    ...place,
    showlegend: false,
    x: drawn.map((i) => x[i]!),
    y: drawn.map((i) => mean[i]!),
    error_y: {
      type: "data",
      array: drawn.map((i) => 2 * standardError[i]!),
      color: style.color,
      thickness: 1.2,
      width: 3,
    },
    marker: { color: style.color, symbol: style.marker, size: 7, line: { color: "#ffffff", width: 1 } },
    hovertemplate: `${hoverHead(style.label, panel)}${xColumn} = %{x}<br>${measured!.mean} = %{y:.5g} (bar: 2 standard errors)<extra></extra>`,
  };
}

function hoverHead(label: string, panel: string): string {
  return panel === "" ? `${label}<br>` : `${label}, ${panel}<br>`;
}

function panelLayout(panels: readonly string[], options: CurvesOptions): JsonObject {
  const width = (1 - PANEL_GAP * (panels.length - 1)) / panels.length;
  const layout: { [key: string]: JsonObject[keyof JsonObject] } = { ...baseLayout(options.title) };
  const shapes: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  panels.forEach((panel, p) => {
    const suffix = p === 0 ? "" : String(p + 1);
    const left = p * (width + PANEL_GAP);
    const [xAxis, yAxis] = [options.logarithmicX, options.logarithmicY].map((logarithmic) =>
      logarithmic === true ? logarithmicAxis : axis,
    ) as [typeof axis, typeof axis];
    layout[`xaxis${suffix}`] = xAxis(options.xTitle, {
      domain: [left, Math.min(1, left + width)],
      anchor: `y${suffix}`,
    });
    layout[`yaxis${suffix}`] = yAxis(p === 0 ? options.yTitle : "", {
      anchor: `x${suffix}`,
      ...(options.logarithmicY === true ? {} : { rangemode: "tozero" }),
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

function panelTitle(text: string, x: string): JsonObject {
  return {
    text: `<b>${text}</b>`,
    xref: `${x} domain`,
    x: 0.5,
    xanchor: "center",
    yref: "paper",
    y: 1,
    yanchor: "top",
    showarrow: false,
    bgcolor: "rgba(255,255,255,0.8)",
  };
}

function seriesStyles(
  names: readonly string[],
  given: Readonly<Record<string, SeriesStyle>>,
): Readonly<Record<string, SeriesStyle>> {
  let free = 0;
  return Object.fromEntries(
    names.map((name) => [
      name,
      // Object.hasOwn, because a series may be called like a method of every object.
      Object.hasOwn(given, name)
        ? given[name]!
        : { label: name, ...FREE_STYLES[free++ % FREE_STYLES.length]! },
    ]),
  );
}

function columnReader(table: Table): (row: readonly Cell[], column: string) => Cell {
  return (row, column) => {
    const at = table.columns.indexOf(column);
    if (at < 0) throw new InputError("column", column, `one of ${table.columns.join(", ")}`);
    return row[at]!;
  };
}

function distinct(cells: readonly Cell[]): readonly string[] {
  return [...new Set(cells.map(String))];
}
