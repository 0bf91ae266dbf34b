import { type Cell, InputError, type Table } from "@finetune-icl/base";
import { type Figure, type JsonObject, tableHtml, tableText } from "@finetune-icl/plot";
import { figureHtml } from "./figureHtml";
import { kernelModule } from "./kernelModule";
import { staticPicture } from "./staticPicture";

/** What one display message holds: the same thing in several MIME types, of which a client shows the best it knows. */
type MimeBundle = Readonly<Record<string, string | JsonObject>>;

/**
 * Shows a figure in a notebook: interactive where the client can (VS Code and Jupyter with plotly's renderer by MIME type,
 * JupyterLab and Notebook as they come by script), and a static picture everywhere else. Await it, or the next output may come first.
 */
export async function showFigure(figure: Figure): Promise<void> {
  const svg = await staticPicture(figure);
  send({
    "application/vnd.plotly.v1+json": {
      data: figure.data,
      layout: figure.layout,
      config: { responsive: true, displaylogo: false },
    },
    "text/html": figureHtml(figure, svg),
    "image/svg+xml": svg,
    "text/plain": `Figure: ${figure.title}. ${figure.description}`,
  });
}

/**
 * Shows a table, or a danfojs DataFrame; numbers with `digits` significant digits (5 unless told).
 * @throws InputError when `digits` is none.
 * @example
 * // Outside a notebook the table is printed as text.
 * showTable(tableFrom([{ shots: 20, risk: 0.25 }]));
 * console.log("shown"); // shown
 */
export function showTable(
  table: Table | { readonly columns: readonly string[]; readonly values: unknown },
  options: { readonly digits?: number } = {},
): void {
  const digits = options.digits ?? 5;
  if (!Number.isInteger(digits) || digits < 1 || digits > 100) {
    throw new InputError("digits", digits, "an integer from 1 to 100");
  }
  const plain: Table =
    "rows" in table ? table : { columns: table.columns, rows: table.values as readonly (readonly Cell[])[] };
  send({ "text/html": tableHtml(plain, digits), "text/plain": tableText(plain, digits) });
}

/** Shows Markdown, mathematics between dollar signs included. */
export function showMarkdown(text: string): void {
  send({ "text/markdown": text, "text/plain": text });
}

/** Sends one display message to the notebook; outside a kernel, prints its plain text instead. */
function send(data: MimeBundle): void {
  const write = kernelModule()?.lastWriteDisplayData;
  if (write == null) process.stdout.write(`${String(data["text/plain"])}\n`);
  else write({ data, metadata: {}, transient: {} }, false);
}
