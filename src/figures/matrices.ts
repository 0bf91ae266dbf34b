import type { Matrix } from "../algebra/matrix";
import type { Figure, JsonObject } from "./figure";
import { baseLayout } from "./style";

/** A matrix to draw, with the names of its rows and columns. */
export interface LabelledMatrix {
  readonly name: string;
  readonly matrix: Matrix;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

const CELL = 44;

/**
 * Matrices side by side, one square a cell: blue for positive entries, orange for negative ones, darker for larger, the
 * number written in it. All share one colour scale.
 */
export function matricesFigure(
  matrices: readonly LabelledMatrix[],
  { title, description }: { readonly title: string; readonly description: string },
): Figure {
  const largest = Math.max(...matrices.flatMap(({ matrix }) => matrix.flat().map(Math.abs)), 1e-12);
  const columns = matrices.map(({ matrix }) => matrix[0]!.length);
  // One empty column between two matrices.
  const total = columns.reduce((sum, count) => sum + count, 0) + 1.6 * (matrices.length - 1);
  const height = Math.max(...matrices.map(({ matrix }) => matrix.length));
  const layout: { [key: string]: JsonObject[keyof JsonObject] } = { ...baseLayout(title), showlegend: false };
  const annotations: JsonObject[] = [];
  let left = 0;
  const data = matrices.map((labelled, m) => {
    const suffix = m === 0 ? "" : String(m + 1);
    const width = columns[m]!;
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
      yshift: 34,
      showarrow: false,
    });
    left += width + 1.6;
    return cellsTrace(labelled, largest, suffix);
  });
  return {
    title,
    description,
    data,
    layout: { ...layout, annotations, margin: { l: 60, r: 20, t: 100, b: 20 } },
    width: Math.round(80 + CELL * total),
    height: Math.round(120 + CELL * height),
  };
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
  return {
    type: "scatter",
    mode: "markers+text",
    name,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: cells.map(({ j }) => j),
    y: cells.map(({ i }) => i),
    text: cells.map(({ value }) => (value === 0 ? "0" : value.toPrecision(2))),
    textfont: {
      size: 11,
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

/** White at 0, blue at 1, orange at −1. */
function shade(value: number): string {
  const end = value >= 0 ? [0, 114, 178] : [213, 94, 0];
  const depth = Math.min(1, Math.abs(value));
  return `rgb(${end.map((channel) => Math.round(245 + (channel - 245) * depth)).join(",")})`;
}
