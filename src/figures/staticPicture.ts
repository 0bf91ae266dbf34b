import { readFileSync } from "node:fs";
import { escapeXml, requireNumber } from "@finetune-icl/base";
import { type Figure, FONT } from "@finetune-icl/plot";
import { installBrowserShims } from "./browserShims";

interface Plotly {
  toImage(
    figure: { readonly data: unknown; readonly layout: unknown },
    options: {
      readonly format: "svg";
      readonly width: number;
      readonly height: number;
      readonly imageDataOnly: true;
    },
  ): Promise<string>;
}

/**
 * The figure as SVG, drawn by plotly without a browser; the same figure gives the same bytes. plotly and jsdom are loaded
 * at the first call (about half a second), because a reader of the numerical core never needs them.
 * @throws InputError when its width or height is no finite number.
 */
export async function staticPicture(figure: Figure): Promise<string> {
  requireNumber(figure.width, "width");
  requireNumber(figure.height, "height");
  plotly ??= loadPlotly();
  const drawer = await plotly;
  // plotly writes into what it is given.
  const { data, layout } = JSON.parse(JSON.stringify(figure)) as Figure;
  const size = { width: figure.width, height: figure.height };
  const svg = await drawer.toImage({ data, layout }, { format: "svg", ...size, imageDataOnly: true });
  return tidy(svg, figure);
}

let plotly: Promise<Plotly> | undefined;

async function loadPlotly(): Promise<Plotly> {
  const { JSDOM, VirtualConsole } = await import("jsdom");
  // No console: what plotly would say to a browser's developer is nothing to the reader of a notebook.
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  installBrowserShims(window);
  window.eval(readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"), "utf8"));
  // An animation clock would keep the process alive.
  window.setInterval = (() => 0) as never;
  return (window as unknown as { Plotly: Plotly }).Plotly;
}

/** Replaces plotly's random identifiers, rounds coordinates to a tenth of a pixel, and adds words for screen readers. */
function tidy(svg: string, figure: Figure): string {
  const prefix = shortName(figure);
  const ids = new Map<string, string>();
  for (const [, id] of svg.matchAll(/<[^>]*? id="([^"]+)"/g)) {
    if (!ids.has(id!)) ids.set(id!, `${prefix}-${ids.size}`);
  }
  // Inside tags only: what the reader reads stays as it is.
  const tidied = svg.replace(/<[^>]*>/g, (tag) => tidyTag(tag, ids));
  const { title, description } = figure;
  return sharedStyles(withoutEmptyGroups(tidied)).replace(
    /^<svg([^>]*)>/,
    (_whole, attributes: string) =>
      `<svg${attributes} role="img" font-family="${FONT}"><title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`,
  );
}

function tidyTag(tag: string, ids: ReadonlyMap<string, string>): string {
  return tag
    .replace(/ (?:class|data-[a-z-]+|pointer-events)="[^"]*"/g, "")
    .replace(/ id="([^"]+)"/g, (_whole, id: string) => ` id="${ids.get(id)}"`)
    .replace(
      /url\((['"]?|&quot;)#([^'")&]+)\1\)/g,
      (_whole, _quote, id: string) => `url(#${ids.get(id) ?? id})`,
    )
    .replace(/rgb\((\d+), (\d+), (\d+)\)/g, (_whole, ...channels: string[]) => hexColor(channels.slice(0, 3)))
    .replace(/(?:vector-effect: none|(?:stroke-|fill-)?opacity: 1|stroke-miterlimit: 2)(?:; ?|(?="))/g, "")
    .replaceAll(`font-family: ${FONT}; `, "")
    .replace(/ ?white-space: pre;/g, "")
    .replace(/ style=" ?"/g, "")
    .replace(/(?<!opacity: ?)\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))));
}

function hexColor(channels: readonly string[]): string {
  return `#${channels.map((channel) => Number(channel).toString(16).padStart(2, "0")).join("")}`;
}

function withoutEmptyGroups(svg: string): string {
  const next = svg.replace(/<(?:g|path)\/>|<g>\s*<\/g>/g, "");
  return next === svg ? svg : withoutEmptyGroups(next);
}

/** Writes a style that all paths of a group have once, at the group: the markers of a series, its error bars. */
function sharedStyles(svg: string): string {
  return svg
    .replace(/<g>(<path[^>]*\/>)<\/g>/g, "$1")
    .replace(/<g>((?:<path[^>]*\/>){2,})<\/g>/g, (whole, paths: string) => {
      const [style] = / style="[^"]*"/.exec(paths) ?? [];
      const isShared = style !== undefined && paths.split(style).length === paths.split("<path").length;
      // Opacity is not inherited but would act on the group as a whole.
      return isShared && !style.includes("opacity") ? `<g${style}>${paths.replaceAll(style, "")}</g>` : whole;
    });
}

/** A short identifier that differs between the figures of one page (FNV-1a of all they hold). */
function shortName(figure: Figure): string {
  let hash = 0x811c9dc5;
  for (const letter of JSON.stringify(figure)) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return `f${(hash >>> 0).toString(36)}`;
}
