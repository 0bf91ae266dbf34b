import { type Table, tableFrom } from "../../../src/base/plainTable";
import { REGIME_KINDS } from "../../../src/core/problem/regime";
import { REGIME_STYLE } from "../../../src/figures/regimes";
import { type CurvesOptions, curvesFigure } from "../../../src/plot/curves";
import type { Figure, JsonObject } from "../../../src/plot/figure";
import { matricesFigure } from "../../../src/plot/matrices";

export const TASKS = ["θ₀", "−θ₀", "unrelated task"];

/** Every regime on three tasks, 21 shot counts each; every fourth is measured, the others hold NaN there. */
export const regimeTable: Table = tableFrom(
  REGIME_KINDS.flatMap((regime, k) =>
    TASKS.flatMap((task, t) =>
      Array.from({ length: 21 }, (_, shots) => {
        const predicted = 0.1 + (k + 1) * (t + 1) * (0.05 + 1 / (1 + shots));
        const isMeasured = shots % 4 === 0;
        return {
          regime,
          task,
          shots,
          predicted,
          measured: isMeasured ? predicted * 1.03 : Number.NaN,
          standardError: isMeasured ? 0.02 * predicted : Number.NaN,
        };
      }),
    ),
  ),
);

export const regimeOptions: CurvesOptions = {
  title: "Risk after fine-tuning on θ₀ & elsewhere",
  description: "Every regime on three tasks.",
  x: "shots",
  predicted: "predicted",
  measured: { mean: "measured", standardError: "standardError" },
  series: "regime",
  panel: "task",
  styles: REGIME_STYLE,
  xTitle: "labelled examples n",
  yTitle: "risk R(n, θ)",
  references: [{ y: 0.1, text: "noise floor σ²" }],
};

const { panel: _panel, styles: _styles, ...freeOptions } = regimeOptions;

/** As many free series as there are styles, with names that need two lines of legend. */
const manySeries: Table = tableFrom(
  Array.from({ length: 6 }, (_, s) =>
    Array.from({ length: 11 }, (_row, i) => ({
      regime: `series number ${s + 1}`,
      shots: 2 ** i,
      predicted: 0.1 + (s + 1) / (1 + 2 ** i),
      measured: i % 3 === 0 ? 0.1 + (s + 1) / (1 + 2 ** i) : Number.NaN,
      standardError: 0.01,
    })),
  ).flat(),
);

const names = ["1", "x1", "x2", "x3", "y"];
const square = (entry: (i: number, j: number) => number) =>
  names.map((_, i) => names.map((_n, j) => entry(i, j)));

/** Figures of every kind, by a name that is readable in a report. */
export const FIGURES: Readonly<Record<string, Figure>> = {
  "three panels": curvesFigure(regimeTable, regimeOptions),
  "three panels, logarithmic": curvesFigure(regimeTable, {
    ...regimeOptions,
    title: "Risk, on a logarithmic axis",
    logarithmicY: true,
  }),
  "six series, both axes logarithmic": curvesFigure(manySeries, {
    ...freeOptions,
    title: "Six series",
    logarithmicX: true,
    logarithmicY: true,
  }),
  "a narrow logarithmic range": curvesFigure(
    tableFrom([1, 2, 3, 4].map((shots) => ({ shots, predicted: 1.1 + 0.1 * shots, name: "a" }))),
    {
      title: "Between 1.2 and 1.5",
      description: "One curve.",
      x: "shots",
      predicted: "predicted",
      series: "name",
      xTitle: "n",
      yTitle: "risk",
      logarithmicY: true,
    },
  ),
  matrices: matricesFigure(
    [
      { name: "key-query M", matrix: square((i, j) => (i === j ? 0.7857 : 0)), rows: names, columns: names },
      { name: "gradient", matrix: square((i, j) => (i - j) * 0.25 * 7 ** -j), rows: names, columns: names },
      { name: "v", matrix: [[0], [-0.14], [12.4], [0.00012345], [1]], rows: names, columns: [""] },
    ],
    { title: "What <pretraining> learns", description: "Three matrices." },
  ),
  "one small matrix": matricesFigure(
    [{ name: "A", matrix: [[1]], rows: ["a long row name"], columns: ["c"] }],
    {
      title: "A title that is longer than its matrix is wide",
      description: "One cell.",
    },
  ),
};

/** The traces of a figure that have this mode. */
export function tracesOf(figure: Figure, mode: string): readonly JsonObject[] {
  return figure.data.filter((trace) => trace.mode === mode);
}
