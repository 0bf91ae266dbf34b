import katex from "katex";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import { NOTATION, type SymbolName } from "../../src/core/algebra/notation";
import { notationTable, showNotation } from "../../src/figures/notationTable";
import { displayedBy } from "./support/kernel";

describe("the table of notation", () => {
  it("has a row for each symbol in the order given, letters and shapes in TeX", () => {
    expect(notationTable(["shots", "targetTask", "keyQuery"]).split("\n")).toEqual([
      "| symbol | meaning | shape |",
      "|:---|:---|:---|",
      "| $n$ | number of examples (labelled tokens) in a prompt | number |",
      "| $\\theta_0$ | task vector fine-tuning aims at | $d$ |",
      "| $M$ | merged key-query matrix | $D \\times D$ |",
    ]);
  });

  it("keeps three cells a row and valid TeX, whatever the symbol", () => {
    for (const name of Object.keys(NOTATION) as SymbolName[]) {
      const row = notationTable([name]).split("\n")[2]!;
      expect(row.match(/\|/g), `${name}: ${row}`).toHaveLength(4);
      const [, letter] = row.split("|");
      const tex = letter!.trim().slice(1, -1);
      expect(() => katex.renderToString(tex, { throwOnError: true, strict: "error" }), tex).not.toThrow();
    }
  });

  it("refuses a symbol that nobody explained, and says which", () => {
    expect(() => notationTable(["task", "toString" as SymbolName])).toThrow(InputError);
    expect(() => notationTable(["task", "toString" as SymbolName])).toThrow('symbols[1]: holds "toString"');
  });

  it("is shown as Markdown in a notebook", async () => {
    const [bundle] = await displayedBy(() => showNotation(["task"]));
    expect(bundle!["text/markdown"]).toBe(notationTable(["task"]));
  });
});
