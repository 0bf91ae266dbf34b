import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import { type Table, tableFrom } from "../../src/base/plainTable";
import { REGIME_KINDS } from "../../src/core/problem/regime";
import { REGIME_STYLE } from "../../src/figures/regimes";
import { type CurvesOptions, curvesFigure } from "../../src/plot/curves";
import type { JsonObject } from "../../src/plot/figure";
import { FREE_STYLES, logarithmicTicks } from "../../src/plot/style";
import { FIGURES, regimeOptions, regimeTable, TASKS, tracesOf } from "../figures/support/samples";

const figure = curvesFigure(regimeTable, regimeOptions);

/** The column of the table, where regime and task are these and `kept` is a finite number. */
function column(name: string, regime: string, task: string, kept: string): readonly unknown[] {
  const at = (key: string) => regimeTable.columns.indexOf(key);
  return regimeTable.rows
    .filter(
      (row) => row[at("regime")] === regime && row[at("task")] === task && Number.isFinite(row[at(kept)]),
    )
    .map((row) => row[at(name)]);
}

function lookOf(trace: JsonObject): JsonObject {
  const { line, marker, error_y: bar } = trace as Record<string, JsonObject>;
  return trace.mode === "lines"
    ? { color: line!.color!, dash: line!.dash! }
    : { color: marker!.color!, marker: marker!.symbol!, bar: bar!.color! };
}

describe("a figure whose x axis has names", () => {
  const table = tableFrom([
    { x: 0.9, y: 1, series: "left" },
    { x: 2.1, y: 2, series: "right" },
  ]);
  const options: CurvesOptions = {
    title: "t",
    description: "d",
    x: "place",
    predicted: "y",
    series: "series",
    xTitle: "",
    yTitle: "",
  };
  const columns = ["place", "y", "series"];
  const named = { columns, rows: table.rows };
  const xNames = [
    { at: 1, name: "past" },
    { at: 2, name: "category" },
  ];

  it("is marked with them, and a point tells the one it stands at", () => {
    const { data, layout } = curvesFigure(named, { ...options, xNames });
    expect(layout.xaxis).toMatchObject({
      tickvals: [1, 2],
      ticktext: ["past", "category"],
      range: [0.5, 2.5],
    });
    expect(data.map(({ text }) => text)).toEqual([["past"], ["category"]]);
    for (const { hovertemplate } of data) expect(hovertemplate).toContain("place: %{text}");
  });

  it("is refused without a place, or with one that is no number", () => {
    expect(() => curvesFigure(named, { ...options, xNames: [] })).toThrow(/^xNames: holds/);
    expect(() => curvesFigure(named, { ...options, xNames: [{ at: Number.NaN, name: "past" }] })).toThrow(
      /^xNames\[0\]\.at: holds/,
    );
  });
});

describe("a figure of curves", () => {
  it("draws no trace without points, and names every series once, also one that the first panel lacks", () => {
    const sparse = tableFrom([
      { series: "line", panel: "left", x: 1, predicted: 2, mean: Number.NaN, error: Number.NaN },
      { series: "points", panel: "right", x: 1, predicted: Number.NaN, mean: 3, error: 0.1 },
      { series: "both", panel: "right", x: 1, predicted: 1, mean: 1, error: 0.1 },
    ]);
    const { data } = curvesFigure(sparse, {
      ...regimeOptions,
      x: "x",
      predicted: "predicted",
      measured: { mean: "mean", standardError: "error" },
      series: "series",
      panel: "panel",
    });
    expect(data.map(({ name, mode, showlegend }) => [name, mode, showlegend])).toEqual([
      ["line", "lines", true],
      ["points", "markers", true],
      ["both", "lines", true],
      ["both", "markers", false],
    ]);
  });

  it.each(REGIME_KINDS.flatMap((regime) => TASKS.map((task, panel) => ({ regime, task, panel }))))(
    "draws $regime on $task as one line and one set of points, in panel $panel, with what the table holds",
    ({ regime, task, panel }) => {
      const axes = { xaxis: panel === 0 ? "x" : `x${panel + 1}`, yaxis: panel === 0 ? "y" : `y${panel + 1}` };
      const { label, color, dash, marker } = REGIME_STYLE[regime];
      const here = figure.data.filter((trace) => trace.legendgroup === regime && trace.xaxis === axes.xaxis);
      expect(here.map(({ mode }) => mode)).toEqual(["lines", "markers"]);
      const [line, points] = here as [JsonObject, JsonObject];
      expect(line).toMatchObject({
        ...axes,
        name: label,
        x: column("shots", regime, task, "predicted"),
        y: column("predicted", regime, task, "predicted"),
        line: { color, dash },
        showlegend: panel === 0,
      });
      const errors = column("standardError", regime, task, "measured") as number[];
      expect(points).toMatchObject({
        ...axes,
        x: [0, 4, 8, 12, 16, 20],
        y: column("measured", regime, task, "measured"),
        marker: { color, symbol: marker },
        error_y: { type: "data", array: errors.map((error) => 2 * error) },
        showlegend: false,
      });
    },
  );

  it("names a series that has points only by its points", () => {
    const at = regimeTable.columns.indexOf("predicted");
    const measuredOnly = {
      ...regimeTable,
      rows: regimeTable.rows.map((row) => row.map((cell, k) => (k === at ? Number.NaN : cell))),
    };
    const named = curvesFigure(measuredOnly, regimeOptions).data.filter(
      ({ mode, showlegend }) => mode === "markers" && showlegend,
    );
    expect(named.map(({ name }) => name)).toEqual(REGIME_KINDS.map((kind) => REGIME_STYLE[kind].label));
    expect(named.every(({ xaxis }) => xaxis === "x")).toBe(true);
  });

  it("draws nothing else: in each panel a line and points for each regime", () => {
    expect(figure.data.length).toBe(REGIME_KINDS.length * TASKS.length * 2);
    expect(tracesOf(figure, "lines").filter(({ showlegend }) => showlegend).length).toBe(REGIME_KINDS.length);
  });

  it("gives a regime the same look in every figure, whatever else is drawn and in which order", () => {
    const reversed = { ...regimeTable, rows: [...regimeTable.rows].reverse() };
    const alone = {
      ...regimeTable,
      rows: regimeTable.rows.filter(([regime]) => regime === "zero-shot-value"),
    };
    for (const table of [reversed, alone]) {
      for (const trace of curvesFigure(table, regimeOptions).data) {
        const { color, dash, marker } = REGIME_STYLE[trace.legendgroup as keyof typeof REGIME_STYLE];
        const expected = trace.mode === "lines" ? { color, dash } : { color, marker, bar: color };
        expect(lookOf(trace), `${trace.legendgroup}, ${trace.mode}`).toEqual(expected);
      }
    }
  });

  it.each([
    ["regimes", Object.values(REGIME_STYLE)],
    ["free series", FREE_STYLES],
  ])("tells any two %s apart by colour, by dash and by marker", (_what, styles) => {
    for (const property of ["color", "dash", "marker"] as const) {
      const values = styles.map((style) => style[property]);
      expect(new Set(values).size, `${property}: ${values.join(", ")}`).toBe(styles.length);
    }
  });

  it("does not give a free series a look that a styled one beside it has", () => {
    const table = tableFrom(
      ["a", "zero-shot-value", "b"].map((regime) => ({ regime, task: "t", shots: 1, predicted: 1 })),
    );
    const { measured: _measured, ...options } = regimeOptions;
    const looks = curvesFigure(table, options).data.map(lookOf);
    for (const property of ["color", "dash"] as const) {
      const values = looks.map((look) => look[property]);
      expect(new Set(values).size, `${property}: ${values.join(", ")}`).toBe(3);
    }
  });

  it("shares the y axis between panels and names it once", () => {
    expect(figure.layout.yaxis).not.toHaveProperty("matches");
    expect(figure.layout.yaxis2).toMatchObject({ matches: "y", showticklabels: false, title: { text: "" } });
    expect(figure.layout.yaxis3).toMatchObject({ matches: "y", showticklabels: false, title: { text: "" } });
    expect(figure.layout).not.toHaveProperty("yaxis4");
    const domains = ["xaxis", "xaxis2", "xaxis3"].map(
      (key) => (figure.layout[key] as JsonObject).domain as number[],
    );
    expect(domains[0]![0]).toBe(0);
    expect(domains[2]![1]).toBeCloseTo(1, 12);
    for (const [left, right] of [domains.slice(0, 2), domains.slice(1)]) {
      expect(left![1], "panels do not overlap").toBeLessThan(right![0]!);
    }
  });

  it("puts a reference line into every panel and its words once, at the height of the line", () => {
    for (const logarithmicY of [false, true]) {
      const { shapes, annotations } = curvesFigure(regimeTable, { ...regimeOptions, logarithmicY })
        .layout as {
        shapes: JsonObject[];
        annotations: JsonObject[];
      };
      expect(shapes.map(({ yref, y0, y1 }) => [yref, y0, y1])).toEqual(
        ["y", "y2", "y3"].map((y) => [y, 0.1, 0.1]),
      );
      const words = annotations.filter(({ text }) => text === "noise floor σ²");
      expect(words.map(({ y }) => y)).toEqual([logarithmicY ? -1 : 0.1]);
    }
  });

  it("leaves out what is no finite number, and stays the same through JSON", () => {
    const row = (
      shots: number | string,
      predicted: number | string,
      measured: number,
      standardError: number,
    ) => ({
      s: "a",
      shots,
      predicted,
      measured,
      standardError,
    });
    const table = tableFrom([
      row(1, 2, 3, Number.NaN),
      row(2, Number.NaN, 3, 0.5),
      row(3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5),
      row(Number.POSITIVE_INFINITY, 2, 3, 0.5),
      row("infinity", 2, 3, 0.5),
      row(4, "", 3, Number.POSITIVE_INFINITY),
    ]);
    const { panel: _panel, ...options } = { ...regimeOptions, series: "s" };
    const got = curvesFigure(table, options);
    const [line, points] = got.data;
    expect([line!.x, line!.y]).toEqual([[1], [2]]);
    expect([points!.x, points!.y]).toEqual([
      [1, 2, 4],
      [3, 3, 3],
    ]);
    expect((points!.error_y as JsonObject).array).toEqual([0, 1, 0]);
    expect(JSON.parse(JSON.stringify(got))).toEqual(got);
    for (const [name, each] of Object.entries(FIGURES)) {
      expect(JSON.parse(JSON.stringify(each)), name).toEqual(each);
      expect(JSON.stringify(each.data), name).not.toContain("null");
    }
  });

  it("draws bars from the least to the largest about a median", () => {
    const row = (shots: number, median: number, least: number, largest: number) => ({
      s: "a",
      shots,
      predicted: Number.NaN,
      median,
      least,
      largest,
    });
    const table = tableFrom([row(1, 3, 2, 7), row(2, 5, Number.NaN, 6), row(3, 4, 4, 4)]);
    const { panel: _panel, ...options } = { ...regimeOptions, series: "s" };
    const measured = { median: "median", least: "least", largest: "largest" };
    const points = curvesFigure(table, { ...options, measured }).data.at(-1)!;
    expect(points.y).toEqual([3, 5, 4]);
    expect(points.error_y).toMatchObject({ symmetric: false, array: [4, 1, 0], arrayminus: [1, 0, 0] });
    expect(points.hovertemplate).toContain("least to largest");
    const interval = { mean: "median", low: "least", high: "largest" };
    const bars = curvesFigure(table, { ...options, measured: interval }).data.at(-1)!;
    expect(bars.error_y).toEqual(points.error_y);
    expect(bars.hovertemplate).toContain("95 % interval");
    expect(() => curvesFigure(table, { ...options, measured: { ...measured, least: "low" } })).toThrow(
      new InputError("column", "low", `one of ${table.columns.join(", ")}`),
    );
  });

  const bad: readonly [string, Table, Partial<CurvesOptions>, string][] = [
    ["x", regimeTable, { x: "n" }, "n"],
    ["series", regimeTable, { series: "Regime" }, "Regime"],
    ["panel", regimeTable, { panel: "tasks" }, "tasks"],
    ["predicted", regimeTable, { predicted: "theory" }, "theory"],
    ["mean", regimeTable, { measured: { mean: "m", standardError: "standardError" } }, "m"],
    ["standard error", regimeTable, { measured: { mean: "measured", standardError: "se" } }, "se"],
    ["x of a table without rows", { ...regimeTable, rows: [] }, { x: "n" }, "n"],
  ];
  it.each(bad)("says in one line that the column of %s is missing", (_what, table, options, missing) => {
    const columns = "regime, task, shots, predicted, measured, standardError";
    expect(() => curvesFigure(table, { ...regimeOptions, ...options })).toThrow(
      new InputError("column", missing, `one of ${columns}`),
    );
  });

  it("refuses more series than there are looks", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const table = tableFrom(names.map((s) => ({ s, x: 1, y: 1 })));
    const { panel: _panel, measured: _measured, ...rest } = regimeOptions;
    expect(() => curvesFigure(table, { ...rest, x: "x", predicted: "y", series: "s" })).toThrow(
      new InputError("series", names, "at most 6 without a style of their own"),
    );
  });
});

describe("logarithmic ticks", () => {
  it.each([
    [
      [0.1, 5],
      [0.1, 0.2, 0.5, 1, 2, 5],
    ],
    [
      [0, -3, 0.1, 5],
      [0.1, 0.2, 0.5, 1, 2, 5],
    ],
    [
      [1.2, 1.9],
      [1.2, 1.3, 1.4, 1.5, 1.6, 1.8],
    ],
    [
      [1, 4],
      [1, 2, 3, 4],
    ],
    [
      [1e-3, 1e4],
      [1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4],
    ],
    [
      [1e-9, 3e-8],
      [1e-9, 2e-9, 5e-9, 1e-8, 2e-8],
    ],
  ])("of data %j show %j among others", (values, expected) => {
    const { tickvals, ticktext } = logarithmicTicks(values) as { tickvals: number[]; ticktext: string[] };
    const low = Math.min(...values.filter((value) => value > 0));
    const inside = tickvals.filter((tick) => tick >= low && tick <= Math.max(...values));
    for (const tick of expected) expect(inside, `${tick} for ${values}`).toContain(tick);
    expect(inside.length).toBeLessThanOrEqual(15);
    expect(
      tickvals.every((tick, i) => i === 0 || tick > tickvals[i - 1]!),
      "ascending",
    ).toBe(true);
    expect(tickvals[0], "also below the data").toBeLessThanOrEqual(low);
    const read = (text: string) => Number(text.replace(/^10<sup>(-?\d+)<\/sup>$/, "1e$1"));
    expect(ticktext.map(read)).toEqual(tickvals);
  });

  it("are powers where they would be long: the name of the axis has little room", () => {
    const { ticktext } = logarithmicTicks([1e-7, 1e7]) as { ticktext: string[] };
    expect(ticktext).toContain("10<sup>6</sup>");
    expect(ticktext).toContain("1000");
    expect(Math.max(...ticktext.map((text) => text.replace(/<[^>]*>/g, "").length))).toBeLessThanOrEqual(6);
  });

  it("exist for no data at all", () => expect(logarithmicTicks([]).tickvals).toContain(1));
});
