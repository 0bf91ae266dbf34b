import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/base/json";
import { compareJson } from "../../../src/notebooks/runner/compareJson";
import { compareNotebooks, describeDifference } from "../../../src/notebooks/runner/compareNotebooks";
import type { MimeBundle, Notebook, Output } from "../../../src/notebooks/runner/nbformat";

const PLOTLY = "application/vnd.plotly.v1+json";

function notebook(...outputs: readonly Output[]): Notebook {
  const cell = { cell_type: "code", id: "a", metadata: {}, source: "draw()", execution_count: 1 } as const;
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ ...cell, outputs }] };
}
const print = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const show = (data: MimeBundle): Output => ({ output_type: "display_data", data, metadata: {} });
const compare = (stored: readonly Output[], got: readonly Output[]) =>
  compareNotebooks(notebook(...stored), notebook(...got)).map(({ where, stored: before, got: now }) => ({
    where,
    before,
    now,
  }));

describe("outputs", () => {
  it("agree however their text is cut into outputs", () =>
    expect(compare([print("a"), print("b\n"), print("1.5")], [print("ab\n1.6")])).toEqual([]));

  it("differ in text", () =>
    expect(compare([print("a\nrisk 0.50\n")], [print("a\nrisk 0.53\n")])).toEqual([
      { where: "output 1, stdout, line 2", before: "risk 0.50", now: "risk 0.53" },
    ]));

  it("differ when one is missing, or of another kind", () => {
    expect(compare([print("a")], [])).toEqual([{ where: "output 1", before: "stdout: a", now: "(nothing)" }]);
    expect(compare([], [show({ "text/plain": "x" })])).toEqual([
      { where: "output 1", before: "(nothing)", now: "display_data: text/plain" },
    ]);
  });

  it("with a figure agree when the figures' data do, whatever the pictures beside them", () => {
    const figure = (y: number, picture: string) =>
      show({ [PLOTLY]: { data: [{ y: [1, y] }] }, "image/svg+xml": picture, "text/html": picture });
    expect(compare([figure(2, "<svg 1/>")], [figure(2 + 1e-12, "<svg two/>")])).toEqual([]);
    expect(compare([figure(2, "<svg/>")], [figure(2.001, "<svg/>")])).toEqual([
      { where: `output 1, ${PLOTLY}, .data[0].y[1]`, before: "2", now: "2.001" },
    ]);
  });

  it("with a figure still need the same text beside it", () => {
    const figure = (text: string) => show({ [PLOTLY]: {}, "text/plain": text });
    expect(compare([figure("a")], [figure("b")])).toHaveLength(1);
  });

  it("with only a picture are compared by the picture", () => {
    const picture = (mime: string, data: string) => show({ [mime]: data });
    expect(compare([picture("image/png", "AA1.5")], [picture("image/png", "AA1.6")])).toHaveLength(1);
    expect(
      compare([picture("image/svg+xml", "<p d='1.5'/>")], [picture("image/svg+xml", "<p d='1.6'/>")]),
    ).toEqual([]);
    expect(compare([picture("image/svg+xml", "<p/>")], [picture("image/svg+xml", "<q/>")])).toHaveLength(1);
  });

  it("differ in their MIME types", () =>
    expect(compare([show({ [PLOTLY]: {}, "image/png": "A" })], [show({ [PLOTLY]: {} })])).toEqual([
      { where: "output 1, MIME types", before: `${PLOTLY}, image/png`, now: PLOTLY },
    ]));

  it("with a table are compared cell by cell, and a long line is shown from where it differs", () => {
    const table = (...numbers: readonly string[]) =>
      show({ "text/html": `<table><tr>${numbers.map((x) => `<td>${x}</td>`).join("")}</tr></table>` });
    const many = Array.from({ length: 40 }, (_, i) => `${i}.25`);
    expect(compare([table(...many, "0.5000")], [table(...many, "0.5001")])).toEqual([]);
    const [difference] = compare([table(...many, "0.5000")], [table(...many, "0.5003")]);
    expect(difference?.where).toBe("output 1, text/html, line 1");
    expect(difference?.before).toMatch(/^….{0,60}<td>0\.5000<\/td>/);
    expect(difference?.now).toMatch(/^….{0,60}<td>0\.5003<\/td>/);
    expect(compare([table("1.5")], [table("1.5", "2")])).toHaveLength(1);
  });

  it("in Markdown are compared as text with numbers, the mathematics exactly", () => {
    const shown = (text: string) => show({ "text/markdown": text });
    expect(compare([shown("risk $R = 0.512$")], [shown("risk $R = 0.513$")])).toEqual([]);
    expect(compare([shown("risk $R = 0.512$")], [shown("risk $R = 0.515$")])).toHaveLength(1);
    expect(compare([shown("$R_0 = 0.512$")], [shown("$R_1 = 0.512$")])).toHaveLength(1);
    expect(compare([shown("20000 prompts")], [shown("20001 prompts")])).toHaveLength(1);
  });

  it("are described with the notebook and the cell", () => {
    const [difference] = compareNotebooks(notebook(print("a")), notebook(print("b")));
    expect(difference && describeDifference("n.ipynb", difference)).toBe(
      "n.ipynb: cell 1 (id a) `draw()` gives another output than the stored one: output 1, stdout, line 1\n    stored: a\n    now:    b",
    );
  });
});

describe("data", () => {
  it.each<[JsonValue, JsonValue]>([
    [1, 1 + 1e-10],
    [
      [1e6, 1e-9],
      [1e6, 2e-9],
    ],
    [
      { a: null, b: ["x 0.50"] },
      { b: ["x 0.51"], a: null },
    ],
  ])("%j and %j agree", (stored, got) => expect(compareJson(stored, got)).toBeUndefined());

  it.each<[JsonValue, JsonValue, string]>([
    [1, 1 + 1e-8, ""],
    [[1, 1e-9], [1, 2e-9], "[1]"],
    [[1, 2], [1], ".length"],
    [{ a: 1 }, { a: 1, b: 2 }, ".b"],
    [{ a: [{ c: true }] }, { a: [{ c: false }] }, ".a[0].c"],
    [{ a: null }, { a: [] }, ".a"],
    ["1", 1, ""],
  ])("%j and %j differ at %j", (stored, got, path) => {
    expect(compareJson(stored, got)?.path).toBe(path);
    expect(compareJson(got, stored)?.path).toBe(path);
  });
});
