import { escapeXml, isJsonObject, readablePowers, shownNumber } from "@finetune-icl/base";
import type { CodeCell, MimeBundle, Output } from "@finetune-icl/notebooks/runner";
import { figureElement } from "./figureElement";
import type { PageMarkdown } from "./markdown";
import { base64Picture, passiveSvg } from "./passive";
import type { Pictures } from "./pictures";
import { sanitizeHtml } from "./sanitize";

/** What the output of a cell needs to become part of a page. */
export interface OutputContext {
  readonly markdown: PageMarkdown;
  readonly pictures: Pictures;
  /** Name that no other output of the book has. */
  readonly name: string;
  readonly cell: CodeCell;
  /** Address of the table `data/figures/NAME.csv`, if there is one. */
  readonly tableAddress: (name: string) => string | undefined;
}

/** One output of a cell as HTML, in the best of the forms it comes in. */
export function cellOutput(output: Output, context: OutputContext): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="stream" tabindex="0">${escapeXml(output.text)}</pre>`;
    case "error":
      return `<pre class="stream error" tabindex="0">${escapeXml(withoutColours(output.traceback.join("\n")))}</pre>`;
    default:
      return displayed(output.data, context);
  }
}

function displayed(data: MimeBundle, context: OutputContext): string {
  const text = (mime: string) => (typeof data[mime] === "string" ? data[mime] : undefined);
  const svg = text("image/svg+xml");
  if (svg !== undefined) return figure(svg, data, context);
  const png = base64Picture(text("image/png") ?? "");
  if (png !== undefined) {
    const words = escapeXml(text("text/plain") ?? "Figure");
    return `<figure class="figure"><img alt="${words}" src="data:image/png;base64,${png}"></figure>`;
  }
  const markdown = text("text/markdown");
  if (markdown !== undefined) return `<div class="markdown">${context.markdown.render(markdown)}</div>`;
  const html = text("text/html");
  if (html !== undefined) {
    return `<div class="scroll" tabindex="0" role="group" aria-label="Output">${readableText(sanitizeHtml(html))}</div>`;
  }
  return `<pre class="stream" tabindex="0">${escapeXml(text("text/plain") ?? "")}</pre>`;
}

/** What a program wrote in a table as a person would: whole cells that are numbers, and powers of ten inside texts. */
function readableText(html: string): string {
  return html.replace(/>([^<]+)</g, (_whole, text: string) => {
    const isNumber = /^-?(?:\d+(?:\.\d+)?e[-+]?\d+|\d{10,}|NaN)$/.test(text);
    return `>${isNumber ? shownNumber(Number(text), 5) : readablePowers(text)}<`;
  });
}

function figure(
  svg: string,
  data: MimeBundle,
  { pictures, name, cell, tableAddress }: OutputContext,
): string {
  const size = (attribute: string) =>
    Number(new RegExp(`<svg[^>]* ${attribute}="([\\d.]+)"`).exec(svg)?.[1] ?? 0);
  const words = (element: string) =>
    unescapeXml(new RegExp(`<${element}>([^<]*)</${element}>`).exec(svg)?.[1] ?? "");
  const live = data["application/vnd.plotly.v1+json"];
  const table = tableAddress(/saveFigureTable\(\s*"([^"]+)"/.exec(cell.source)?.[1] ?? "");
  return figureElement({
    title: words("title"),
    description: words("desc"),
    width: size("width"),
    height: size("height"),
    picture: pictures.add(name, passiveSvg(svg)),
    ...(isJsonObject(live) ? { live: { data: live.data ?? [], layout: live.layout ?? {} } } : {}),
    ...(table === undefined ? {} : { table }),
  });
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** Terminals' colour codes mean nothing on a page. */
function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return text.replace(/\u001b\[[\d;]*m/g, "");
}
