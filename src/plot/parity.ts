import { InputError, requireTable, type Table } from "@finetune-icl/base";
import type { Figure, JsonObject } from "./figure";
import {
  axis,
  baseLayout,
  logarithmicAxis,
  logarithmicTicks,
  type SeriesStyle,
  TITLE_ROOM,
  wordWidth,
} from "./style";

/** A number with the column that holds its uncertainty, where it has one. */
export interface UncertainColumn {
  readonly value: string;
  /** One standard error, or one standard deviation: bars are drawn two of them long to each side. */
  readonly uncertainty?: string;
}

/** Which columns of the table are set against each other, and how. */
export interface ParityOptions {
  readonly title: string;
  readonly description: string;
  /** Along the x axis: what was expected. */
  readonly expected: UncertainColumn;
  /** Along the y axis: what was found. */
  readonly found: UncertainColumn;
  /** Column that tells the series apart, each with its look. */
  readonly series: string;
  readonly styles: Readonly<Record<string, SeriesStyle>>;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Both axes logarithmic. */
  readonly logarithmic?: boolean;
  /** Column with words for the reader who points at a point. */
  readonly hover?: string;
}

const SIZE = { width: 720, height: 560 };

/**
 * Found against expected: points lie on the diagonal where the two agree. Bars are two standard errors to each side, factors on
 * logarithmic axes. Rows
 * without a finite number in both columns are left out.
 * @throws InputError when the table lacks a column or a cell, or a series has no style.
 */
export function parityFigure(table: Table, options: ParityOptions): Figure {
  requireTable(table);
  const { expected, found, styles, logarithmic = false } = options;
  const at = columnIndex(table, options);
  const numbers = (row: number, column: string): number => Number(table.rows[row]![at(column)]);
  const drawn = table.rows.flatMap((_, row) =>
    [expected.value, found.value].every((column) => Number.isFinite(numbers(row, column))) ? [row] : [],
  );
  const seriesOf = (row: number): string => String(table.rows[row]![at(options.series)]);
  const names = [...new Set(drawn.map(seriesOf))];
  const points = names.map((name): JsonObject => {
    const style = Object.hasOwn(styles, name) ? styles[name] : undefined;
    if (style === undefined) throw new InputError("series", name, `one of ${Object.keys(styles).join(", ")}`);
    const rows = drawn.filter((row) => seriesOf(row) === name);
    const bars = ({ value, uncertainty }: UncertainColumn): JsonObject => ({
      type: "data",
      ...barLengths(
        rows.map((row) => ({
          middle: numbers(row, value),
          length: uncertainty === undefined ? 0 : 2 * numbers(row, uncertainty),
        })),
        logarithmic,
      ),
      color: pale(style.color),
      thickness: 0.8,
      width: 0,
    });
    return {
      type: "scatter",
      mode: "markers",
      name: style.label,
      x: rows.map((row) => numbers(row, expected.value)),
      y: rows.map((row) => numbers(row, found.value)),
      error_x: bars(expected),
      error_y: bars(found),
      customdata: rows.map((row) =>
        options.hover === undefined ? "" : String(table.rows[row]![at(options.hover)]),
      ),
      marker: { color: style.color, symbol: style.marker, size: 7, line: { color: "#ffffff", width: 1 } },
      hovertemplate: `${style.label} %{customdata}<br>expected %{x:.5g}<br>found %{y:.5g}<extra></extra>`,
    };
  });
  const all = drawn.flatMap((row) => [numbers(row, expected.value), numbers(row, found.value)]);
  const [low, high] = span(all, logarithmic);
  const along = (title: string): JsonObject =>
    logarithmic
      ? logarithmicAxis(title, {
          ...logarithmicTicks(all),
          range: [Math.log10(low), Math.log10(high)],
        })
      : axis(title, { range: [low, high] });
  const diagonal: JsonObject = {
    type: "scatter",
    mode: "lines",
    name: "agreement",
    x: [low, high],
    y: [low, high],
    line: { color: "#8a8a8a", width: 1.5, dash: "solid" },
    hoverinfo: "skip",
  };
  const labels = ["agreement", ...names.map((name) => styles[name]!.label)];
  const perLine = Math.max(1, Math.floor((SIZE.width - 96) / (62 + wordWidth(labels, 13))));
  const top = TITLE_ROOM + 24 * Math.ceil(labels.length / perLine) + 6;
  return {
    title: options.title,
    description: options.description,
    data: [diagonal, ...points],
    layout: {
      ...baseLayout(options.title),
      margin: { l: 76, r: 20, t: top, b: 60 },
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", itemwidth: 46, tracegroupgap: 4 },
      xaxis: along(options.xTitle),
      yaxis: along(options.yTitle),
    },
    ...SIZE,
  };
}

/**
 * Two standard errors to each side. On a logarithmic axis a bar is a factor, and ends at value/(1 + 2s/value) below: the same to first order,
 * and a bar that is longer than its value is a bar still, not a stripe across the figure towards a zero that the axis does not have.
 */
function barLengths(
  bars: readonly { readonly middle: number; readonly length: number }[],
  logarithmic: boolean,
): JsonObject {
  const known = bars.map(({ middle, length }) => ({ middle, length: Number.isFinite(length) ? length : 0 }));
  const above = known.map(({ length }) => length);
  if (!logarithmic) return { array: above };
  const below = known.map(({ middle, length }) => middle - middle / (1 + length / middle));
  return { symmetric: false, array: above, arrayminus: below };
}

/** A colour #rrggbb, for bars that must not hide the points of other series where they are long. */
function pale(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, 0.25)`;
}

/** A little more than the values span, so that no marker is cut. */
function span(values: readonly number[], logarithmic: boolean): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (logarithmic) return [low / 1.3, high * 1.3];
  const room = 0.06 * (high - low || 1);
  return [low - room, high + room];
}

function columnIndex(
  { columns }: Table,
  { expected, found, series, hover }: ParityOptions,
): (column: string) => number {
  for (const column of [
    expected.value,
    expected.uncertainty,
    found.value,
    found.uncertainty,
    series,
    hover,
  ]) {
    if (column !== undefined && !columns.includes(column)) {
      throw new InputError("column", column, `one of ${columns.join(", ")}`);
    }
  }
  return (column) => columns.indexOf(column);
}
