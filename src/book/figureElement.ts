import { escapeXml } from "@finetune-icl/base";

/** A figure of the book: a static picture that stands at once, without scripts and in print, and the data of the live one. */
export interface BookFigure {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Address of the static picture. */
  readonly picture: string;
  /** Plotly data and layout, when the figure can be live. */
  readonly live?: { readonly data: unknown; readonly layout: unknown };
  /** Address of the table the figure is drawn from. */
  readonly table?: string;
}

/** The figure as HTML; the page's script replaces the picture by the live figure once plotly is there. */
export function figureElement({
  title,
  description,
  width,
  height,
  picture,
  live,
  table,
}: BookFigure): string {
  const links = [
    ...(table === undefined ? [] : [`<a href="${escapeXml(table)}" download>data (CSV)</a>`]),
    `<a href="${escapeXml(picture)}" download>picture (SVG)</a>`,
  ];
  return [
    `<figure class="figure" data-width="${width}" data-height="${height}">`,
    `<div class="canvas" tabindex="0" role="group" aria-label="${escapeXml(`Figure: ${title}`)}">`,
    `<img src="${escapeXml(picture)}" alt="${escapeXml(`${title}. ${description}`)}" width="${width}" height="${height}" style="--natural:${width}px">`,
    "</div>",
    live === undefined ? "" : jsonElement("figure-data", { data: live.data, layout: live.layout }),
    `<figcaption>${escapeXml(description)} <span class="links">${links.join(" ")}</span></figcaption>`,
    "</figure>",
  ].join("\n");
}

/** JSON inside the page: a script element that is never run, so no "<" may stand in it. */
export function jsonElement(name: string, value: unknown): string {
  return `<script type="application/json" class="${name}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`;
}
