import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv } from "../../../../src/base/csv";
import type { JsonObject } from "../../../../src/base/json";
import { recordsOf, type TableRecord } from "../../../../src/base/plainTable";
import type { MimeBundle, Notebook, Output } from "../../../../src/notebooks/runner/nbformat";

const PLOTLY = "application/vnd.plotly.v1+json";

/** A lesson that was run with other parameters: what its cells show. */
export class EdgeRun {
  /** `figures` is the folder that the run saved its tables in. */
  constructor(
    private readonly notebook: Notebook,
    private readonly figureTables: string,
  ) {}

  /** Ids of the cells of code, in their order. */
  get cells(): readonly string[] {
    return this.notebook.cells.filter((cell) => cell.cell_type === "code").map(({ id }) => id);
  }

  /** What a cell prints and shows, as text: streams, Markdown, and tables and descriptions of figures as plain text. */
  text(id: string): string {
    return this.outputs(id)
      .map((output) => {
        if (output.output_type === "stream") return output.text;
        const data = dataOf(output);
        return String(data["text/markdown"] ?? data["text/plain"] ?? "");
      })
      .join("\n");
  }

  /** The figures a cell shows, as plotly gets them. */
  figures(id: string): readonly JsonObject[] {
    return this.outputs(id).flatMap((output) => {
      const figure = dataOf(output)[PLOTLY];
      return figure === undefined ? [] : [figure as JsonObject];
    });
  }

  /** Of each logarithmic axis in the figures of a cell: how many powers of ten lie between its least and its largest value. */
  logarithmicDecades(id: string): readonly number[] {
    return this.figures(id).flatMap(({ data, layout }) =>
      Object.entries(layout as JsonObject).flatMap(([name, axis]) => {
        if (!/^[xy]axis\d*$/.test(name) || (axis as JsonObject).type !== "log") return [];
        const letter = name.charAt(0);
        const short = name.replace("axis", "");
        const values = (data as readonly JsonObject[])
          .filter((trace) => (trace[`${letter}axis`] ?? letter) === short)
          .flatMap((trace) => (trace[letter] ?? []) as readonly number[])
          .filter((value) => value > 0);
        const range = ((axis as JsonObject).range ?? []) as readonly number[];
        const powers = [...values.map(Math.log10), ...range];
        return powers.length === 0 ? [] : [Math.max(...powers) - Math.min(...powers)];
      }),
    );
  }

  /** The rows of a table that the run saved for a figure. */
  table(name: string): readonly TableRecord[] {
    return recordsOf(parseCsv(readFileSync(join(this.figureTables, `${name}.csv`), "utf8")));
  }

  private outputs(id: string): readonly Output[] {
    const cell = this.notebook.cells.find((each) => each.id === id);
    if (cell?.cell_type !== "code") throw new Error(`there is no cell of code with the id ${id}`);
    return cell.outputs;
  }
}

function dataOf(output: Output): MimeBundle {
  return output.output_type === "display_data" || output.output_type === "execute_result" ? output.data : {};
}
