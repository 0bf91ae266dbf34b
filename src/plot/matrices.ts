import { InputError, isRounding, powerOfTen, shownNumber } from "@finetune-icl/base";
import type { Figure, JsonObject } from "./figure";
import { baseLayout, TITLE_ROOM, wordWidth } from "./style";

/** A matrix to draw, with the names of its rows and columns. */
export interface LabelledMatrix {
  readonly name: string;
  /** Row by row. */
  readonly matrix: readonly (readonly number[])[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

const CELL = 44;
/** Title, names of the matrices, names of their columns. */
const TOP = TITLE_ROOM + 50;

/**
 * Matrices side by side, one square a cell: blue for positive entries, orange for negative ones, darker for larger, the
 * number written in it. All share one colour scale.
 * @throws InputError when the names do not match the rows and columns of their matrix.
 */
export function matricesFigure(
  matrices: readonly LabelledMatrix[],
  { title, description }: { readonly title: string; readonly description: string },
): Figure {
  matrices.forEach(checkNames);
  const entries = matrices.flatMap(({ matrix }) => matrix.flat().map(Math.abs));
  const largest = Math.max(...entries.filter(Number.isFinite), 1e-12);
  const columns = matrices.map(({ columns: names }) => names.length);
  const marginLeft = 20 + wordWidth(matrices[0]?.rows ?? [], 13);
  // Room between two matrices, in cells, for the names of the second one's rows.
  const gaps = matrices.map(({ rows }, m) =>
    m === 0 ? 0 : Math.max(1.6, (36 + wordWidth(rows, 13)) / CELL),
  );
  const total = [...columns, ...gaps].reduce((sum, count) => sum + count, 0);
  const height = Math.max(...matrices.map(({ matrix }) => matrix.length));
  const drawnWidth = Math.round(marginLeft + CELL * total);
  // A long title may need more room than the matrices.
  const marginRight = Math.max(20, 24 + wordWidth([title], 16) - drawnWidth);
  const size = { width: drawnWidth + marginRight, height: Math.round(TOP + 20 + CELL * height) };
  const layout: { [key: string]: JsonObject[keyof JsonObject] } = { ...baseLayout(title), showlegend: false };
  const annotations: JsonObject[] = [];
  let left = 0;
  const data = matrices.map((labelled, m) => {
    const suffix = m === 0 ? "" : String(m + 1);
    const width = columns[m]!;
    left += gaps[m]!;
    layout[`xaxis${suffix}`] = {
      domain: [left / total, Math.min(1, (left + width) / total)],
      anchor: `y${suffix}`,
      side: "top",
      ...cellAxis(labelled.columns),
      range: [-0.5, width - 0.5],
    };
    layout[`yaxis${suffix}`] = {
      anchor: `x${suffix}`,
      domain: [1 - labelled.matrix.length / height, 1],
      ...cellAxis(labelled.rows),
      range: [labelled.matrix.length - 0.5, -0.5],
    };
    annotations.push({
      text: `<b>${labelled.name}</b>`,
      xref: `x${suffix} domain`,
      x: 0.5,
      yref: "paper",
      y: 1,
      yshift: 36,
      showarrow: false,
    });
    left += width;
    return cellsTrace(labelled, largest, suffix);
  });
  return {
    title,
    description,
    data,
    // A size of its own: the squares do not stretch with the page.
    layout: { ...layout, annotations, margin: { l: marginLeft, r: marginRight, t: TOP, b: 20 }, ...size },
    ...size,
  };
}

function checkNames({ name, matrix, rows, columns }: LabelledMatrix): void {
  if (rows.length !== matrix.length)
    throw new InputError(`row names of ${name}`, rows, `${matrix.length} names`);
  const wrong = matrix.find((row) => row.length !== columns.length);
  if (wrong !== undefined) {
    throw new InputError(`column names of ${name}`, columns, `${wrong.length} names`);
  }
}

function cellAxis(names: readonly string[]): JsonObject {
  return {
    tickmode: "array",
    tickvals: names.map((_, i) => i),
    ticktext: names,
    ticklabeloverflow: "allow",
    showgrid: false,
    zeroline: false,
    ticks: "",
    fixedrange: true,
  };
}

function cellsTrace(
  { name, matrix, rows, columns }: LabelledMatrix,
  largest: number,
  suffix: string,
): JsonObject {
  const cells = matrix.flatMap((row, i) => row.map((value, j) => ({ i, j, value })));
  const texts = cells.map(({ value }) => cellText(value, largest));
  return {
    type: "scatter",
    mode: "markers+text",
    name,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: cells.map(({ j }) => j),
    y: cells.map(({ i }) => i),
    text: texts,
    textfont: {
      size: texts.map((text) => (text.length > 8 ? 7 : text.length > 6 ? 9 : 11)),
      color: cells.map(({ value }) => (Math.abs(value) > 0.6 * largest ? "#ffffff" : "#222222")),
    },
    customdata: cells.map(({ i, j }) => `${rows[i]}, ${columns[j]}`),
    marker: {
      symbol: "square",
      size: CELL - 2,
      color: cells.map(({ value }) => shade(value / largest)),
      opacity: 1,
      line: { width: 0 },
    },
    hovertemplate: `${name}, %{customdata}: %{text}<extra></extra>`,
  };
}

/** Two digits, short enough for its square: 0.79, 12, 4·10⁻⁵. */
function cellText(value: number, largest: number): string {
  if (isRounding(value, largest)) return "0";
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return shownNumber(value);
  if (size >= 9.95 && size < 99999) return shownNumber(Math.round(value));
  if (size >= 0.001 && size < 99999) return value.toPrecision(2).replace("-", "−");
  return powerOfTen(value, 2).replace(" × ", "·");
}

/** White at 0, blue at 1, orange at −1. */
function shade(value: number): string {
  if (Number.isNaN(value)) return "#ffffff";
  const end = value >= 0 ? [0, 114, 178] : [213, 94, 0];
  const depth = Math.min(1, Math.abs(value));
  return `rgb(${end.map((channel) => Math.round(245 + (channel - 245) * depth)).join(",")})`;
}
