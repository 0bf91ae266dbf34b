import { InputError, requireNumber, requireTable, type Table } from "@finetune-icl/base";
import type { Figure, JsonObject } from "./figure";
import { axis, baseLayout, TITLE_ROOM } from "./style";

/** Which columns of the table make the map, and what is marked on it. */
export interface SignMapOptions {
  readonly title: string;
  readonly description: string;
  /** Columns of the two coordinates and of the value; the rows fill a grid. */
  readonly x: string;
  readonly y: string;
  readonly value: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** What the legend says of a value above zero, below, and of the line between. */
  readonly signs: { readonly positive: string; readonly negative: string; readonly zero: string };
  /** Whether one unit is as long along both axes. */
  readonly sameScale?: boolean;
  /** Places with a name, such as a target. */
  readonly marks?: readonly { readonly x: number; readonly y: number; readonly name: string }[];
  /** Where the sign was measured: ▲ positive, ▼ negative, in columns of the same names. */
  readonly measured?: Table;
}

const BLUE = "#0072B2";
const ORANGE = "#D55E00";

/** Where the colours end: at the largest value, unless the other sign would be too pale to see; then three times its largest. */
function saturation(values: readonly number[]): number {
  const [low, high] = values.reduce(([a, b], value) => [Math.max(a, -value), Math.max(b, value)], [0, 0]);
  const largest = Math.max(low!, high!, 1e-12);
  return Math.min(largest, 3 * Math.max(Math.min(low!, high!), largest / 10));
}

/**
 * A map of a quantity with a sign: blue below zero, orange above, a heavy line where it is zero; measured places as
 * triangles that point up where the value is positive and down where it is negative, so that the map reads in grey too.
 * @throws InputError when the table lacks a column or a cell, its rows fill no grid, or a mark is at no finite place.
 */
export function signMapFigure(table: Table, options: SignMapOptions): Figure {
  requireTable(table);
  for (const [i, mark] of (options.marks ?? []).entries())
    for (const name of ["x", "y"] as const) requireNumber(mark[name], `marks[${i}].${name}`);
  const { x, y, z } = grid(table, options);
  const { signs } = options;
  const limit = saturation(z.flat());
  const common: JsonObject = { type: "contour", x, y, z, autocontour: false };
  const shading: JsonObject = {
    ...common,
    zmin: -limit,
    zmax: limit,
    contours: { coloring: "fill", showlines: false, start: -limit, end: limit, size: limit / 10 },
    colorscale: [
      [0, BLUE],
      [0.5, "#f7f7f7"],
      [1, ORANGE],
    ],
    colorbar: { title: { text: options.value, side: "top" }, thickness: 14, len: 0.9, tickformat: "~g" },
    hovertemplate: `${options.x} = %{x:.3g}, ${options.y} = %{y:.3g}<br>${options.value} = %{z:.4g}<extra></extra>`,
  };
  const border: JsonObject = {
    ...common,
    name: signs.zero,
    showscale: false,
    hoverinfo: "skip",
    contours: { coloring: "none", start: 0, end: 0, size: 1 },
    line: { color: "#000000", width: 2.5 },
  };
  const marks = (options.marks ?? []).map(
    (mark): JsonObject => ({
      x: mark.x,
      y: mark.y,
      text: `<b>${mark.name}</b>`,
      showarrow: true,
      arrowhead: 6,
      arrowsize: 0.9,
      ax: 18,
      ay: -22,
      bgcolor: "rgba(255,255,255,0.8)",
    }),
  );
  return {
    title: options.title,
    description: options.description,
    data: [shading, border, ...measuredSigns(options)],
    layout: {
      ...baseLayout(options.title),
      margin: { l: 76, r: 20, t: TITLE_ROOM + 34, b: 60 },
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom" },
      xaxis: axis(options.xTitle, { showgrid: false, range: ends(x), constrain: "domain" }),
      yaxis: axis(options.yTitle, {
        showgrid: false,
        range: ends(y),
        ...(options.sameScale === true ? { scaleanchor: "x", constrain: "domain" } : {}),
      }),
      annotations: marks,
    },
    width: 720,
    height: options.sameScale === true ? 560 : 460,
  };
}

function measuredSigns(options: SignMapOptions): readonly JsonObject[] {
  const { measured, signs } = options;
  if (measured === undefined) return [];
  const read = columns(measured, options);
  const triangles = (name: string, symbol: string, keep: (value: number) => boolean): JsonObject => {
    const rows = measured.rows.filter((row) => keep(read(row, options.value)));
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: rows.map((row) => read(row, options.x)),
      y: rows.map((row) => read(row, options.y)),
      customdata: rows.map((row) => read(row, options.value)),
      marker: { symbol, size: 10, color: "#ffffff", line: { color: "#000000", width: 1.5 } },
      hovertemplate: `${options.x} = %{x:.3g}, ${options.y} = %{y:.3g}<br>measured %{customdata:.4g}<extra></extra>`,
    };
  };
  return [
    triangles(signs.positive, "triangle-up", (value) => value > 0),
    triangles(signs.negative, "triangle-down", (value) => value < 0),
  ];
}

function columns(
  table: Table,
  { x, y, value }: SignMapOptions,
): (row: Table["rows"][number], column: string) => number {
  for (const column of [x, y, value]) {
    if (!table.columns.includes(column)) {
      throw new InputError("column", column, `one of ${table.columns.join(", ")}`);
    }
  }
  return (row, column) => Number(row[table.columns.indexOf(column)]);
}

/** The values as z[j][i] at (x[i], y[j]). */
function grid(
  table: Table,
  options: SignMapOptions,
): {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly z: readonly (readonly number[])[];
} {
  const read = columns(table, options);
  const along = (column: string) =>
    [...new Set(table.rows.map((row) => read(row, column)))].sort((a, b) => a - b);
  const [x, y] = [along(options.x), along(options.y)];
  const values = new Map(
    table.rows.map((row) => [`${read(row, options.x)} ${read(row, options.y)}`, read(row, options.value)]),
  );
  if (values.size !== x.length * y.length || values.size !== table.rows.length) {
    throw new InputError(
      "rows",
      table.rows.length,
      `one for each of ${x.length} × ${y.length} places of a grid`,
    );
  }
  return { x, y, z: y.map((b) => x.map((a) => values.get(`${a} ${b}`)!)) };
}

const ends = (values: readonly number[]): readonly [number, number] => [
  values[0] ?? 0,
  values[values.length - 1] ?? 1,
];
