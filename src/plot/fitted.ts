import { requireNumber } from "@finetune-icl/base";
import type { JsonObject } from "./figure";
import { wordWidth } from "./style";

/** Below this width in pixels letters are smaller. */
const NARROW = 520;
/** Of a figure with several panels each needs this much, or less where they share the vertical axis of the first. */
const PANEL = 300;
const SHARED_PANEL = 180;
const LEGEND_LINE = 24;
const TITLE_LINE = 20;

/** A layout for a place of another width than the figure was made for, and the height it takes there. */
export interface FittedLayout {
  readonly layout: JsonObject;
  readonly width: number;
  readonly height: number;
}

/**
 * The layout of a figure for a narrower place: the title broken into lines, the legend in as many lines as it needs there, and the plot below
 * both, which becomes taller instead of letting them meet. A figure whose panels do not fit keeps a width at which they do, and scrolls.
 * @throws InputError when a width or height is no finite number.
 */
export function fittedLayout(
  { data, layout }: { readonly data: readonly JsonObject[]; readonly layout: JsonObject },
  natural: { readonly width: number; readonly height: number },
  available: number,
): FittedLayout {
  requireNumber(natural.width, "natural.width");
  requireNumber(natural.height, "natural.height");
  requireNumber(available, "available");
  const width = Math.max(available, Math.min(natural.width, leastWidth(layout)));
  if (width >= natural.width) return { layout, width, height: natural.height };
  const isNarrow = width < NARROW;
  const margin = (layout.margin ?? {}) as { readonly l?: number; readonly r?: number; readonly t?: number };
  const title = (layout.title ?? {}) as JsonObject;
  const [lines, titleSize] = [
    brokenTitle(String(title.text ?? ""), width, isNarrow ? 14 : 16),
    isNarrow ? 14 : 16,
  ];
  const legend = layout.legend as JsonObject | undefined;
  const size = isNarrow ? 11 : 13;
  const left = isNarrow ? Math.min(margin.l ?? 80, 58) : (margin.l ?? 80);
  const rows = (at: number, letters: number, l: number) =>
    legend === undefined ? 0 : legendRows(data, at - l - (margin.r ?? 80), letters);
  const more =
    LEGEND_LINE * Math.max(0, rows(width, size, left) - rows(natural.width, 13, margin.l ?? 80)) +
    TITLE_LINE * (lines.length - 1);
  const small: JsonObject = isNarrow ? { font: { ...(layout.font as JsonObject), size: 11 } } : {};
  return {
    width,
    height: natural.height + more,
    layout: {
      ...layout,
      ...small,
      title: {
        ...title,
        text: lines.join("<br>"),
        font: { ...((title.font ?? {}) as JsonObject), size: titleSize },
      },
      ...(legend === undefined ? {} : { legend: { ...legend, font: { size } } }),
      margin: { ...margin, l: left, t: (margin.t ?? 80) + more },
    },
  };
}

/** Where the panels still have room for what stands beside, below and above them. */
function leastWidth(layout: JsonObject): number {
  const count = (axis: RegExp, fits: (value: JsonObject) => boolean = () => true) =>
    Object.entries(layout).filter(([key, value]) => axis.test(key) && fits(value as JsonObject)).length;
  const panels = count(/^xaxis\d*$/);
  if (panels <= 1) return 0;
  if (count(/^yaxis\d*$/, ({ showticklabels }) => showticklabels === false) < panels - 1)
    return PANEL * panels + 40;
  // The names of the panels stand side by side.
  const names = ((layout.annotations ?? []) as readonly JsonObject[])
    .filter(({ xref, yref }) => /^x\d* domain$/.test(String(xref)) && yref === "paper")
    .map(({ text }) => String(text).replace(/<[^>]+>/g, ""));
  // So do the titles of their axes, whose letters are narrower on the whole than names are taken to be.
  const titles = Object.entries(layout).flatMap(([key, value]) =>
    /^xaxis\d*$/.test(key)
      ? [String(((value as JsonObject).title as JsonObject | undefined)?.text ?? "")]
      : [],
  );
  const room = Math.max(SHARED_PANEL, wordWidth(names, 13), wordWidth(titles, 12));
  const { l = 80, r = 20 } = (layout.margin ?? {}) as { readonly l?: number; readonly r?: number };
  return l + r + panels * room;
}

/** Lines that a horizontal legend takes in a width: all its entries are as wide as the widest. */
function legendRows(data: readonly JsonObject[], width: number, size: number): number {
  const names = data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => String(name ?? ""));
  const perLine = Math.max(1, Math.floor(width / (62 + wordWidth(names, size))));
  return Math.ceil(names.length / perLine);
}

/** The title in lines that fit, broken between words. */
function brokenTitle(text: string, width: number, size: number): readonly string[] {
  const letters = Math.max(10, Math.floor((width - 24) / (0.56 * size)));
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1] ?? ""} ${word}`.trimStart();
    if (lines.length === 0 || longer.length > letters) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
