import { InputError } from "@finetune-icl/base";
import { NOTATION, type Notation, type SymbolName, type SymbolShape } from "@finetune-icl/core/algebra";
import { showMarkdown } from "./display";

/** Shows in a notebook what the symbols of a lesson mean: see {@link notationTable}. @throws InputError for an unknown symbol. */
export function showNotation(symbols: readonly SymbolName[]): void {
  showMarkdown(notationTable(symbols));
}

/**
 * A Markdown table of symbols in the order given, letters and shapes in TeX: the letter, its meaning, its shape.
 * @throws InputError when a symbol has no notation.
 * @example
 * console.log(notationTable(["covariance"]).split("\n")[2]); // | $\Sigma$ | covariance of the covariates x | $d \times d$ |
 */
export function notationTable(symbols: readonly SymbolName[]): string {
  const rows = symbols.map((name, i) => {
    if (!Object.hasOwn(NOTATION, name)) {
      throw new InputError(`symbols[${i}]`, name, `one of ${Object.keys(NOTATION).join(", ")}`);
    }
    const { tex, meaning, shape }: Notation = NOTATION[name];
    // A bar would end the cell of the table.
    return `| $${tex.replaceAll("|", "\\vert ")}$ | ${meaning} | ${shapeTex(shape)} |`;
  });
  return ["| symbol | meaning | shape |", "|:---|:---|:---|", ...rows].join("\n");
}

function shapeTex(shape: SymbolShape): string {
  return shape === "number" ? shape : `$${shape.replace("×", "\\times")}$`;
}
