import { TextDecoder, TextEncoder } from "node:util";
import type { DOMWindow } from "jsdom";

/**
 * What plotly asks of a browser and jsdom does not do: the size of things. Text is measured with the average widths of
 * Helvetica's glyphs; boxes of groups are the unions of what they hold. Good enough for margins, legends and tick labels.
 */
export function installBrowserShims(window: DOMWindow): void {
  const shimmed = window as unknown as Record<string, unknown>;
  shimmed.TextDecoder = TextDecoder;
  shimmed.TextEncoder = TextEncoder;
  (window.URL as unknown as { createObjectURL: () => string }).createObjectURL = () => "";
  shimmed.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });

  const svg = window.SVGElement.prototype as unknown as Record<string, unknown>;
  svg.getBBox = function (this: Element): Box {
    return boxOf(this);
  };
  svg.getComputedTextLength = function (this: Element): number {
    return boxOf(this).width;
  };
  svg.getTotalLength = () => 0;
  svg.getPointAtLength = () => ({ x: 0, y: 0 });
  window.Element.prototype.getBoundingClientRect = function (this: Element) {
    const box = boxOf(this);
    return {
      ...box,
      left: box.x,
      top: box.y,
      right: box.x + box.width,
      bottom: box.y + box.height,
      toJSON: () => box,
    };
  };
  // plotly tests for a canvas and does without one; jsdom would print an error instead.
  window.HTMLCanvasElement.prototype.getContext = (() => null) as never;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const EMPTY: Box = { x: 0, y: 0, width: 0, height: 0 };

function boxOf(element: Element): Box {
  switch (element.tagName.toLowerCase()) {
    case "text":
    case "tspan":
      return textBox(element);
    case "rect":
    case "svg":
      return {
        x: numeric(element, "x"),
        y: numeric(element, "y"),
        width: numeric(element, "width"),
        height: numeric(element, "height"),
      };
    case "circle": {
      const r = numeric(element, "r");
      return { x: numeric(element, "cx") - r, y: numeric(element, "cy") - r, width: 2 * r, height: 2 * r };
    }
    case "g":
      return [...element.children].map(boxOf).reduce(union, EMPTY);
    default:
      return EMPTY;
  }
}

function textBox(element: Element): Box {
  const size = fontSize(element);
  const lines = [...element.children].filter((child) => child.classList.contains("line"));
  const rows = lines.length > 0 ? lines.map((line) => line.textContent ?? "") : [element.textContent ?? ""];
  const width = Math.max(...rows.map((row) => textWidth(row, size)));
  const height = 1.3 * size * rows.length;
  const anchor = inherited(element, "text-anchor");
  const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
  return turned(element, {
    x: numeric(element, "x") - shift,
    y: numeric(element, "y") - size,
    width,
    height,
  });
}

/** The box after a rotation by the element's own transform; only the size matters to plotly. */
function turned(element: Element, box: Box): Box {
  const angle = /rotate\((-?[\d.]+)/.exec(element.getAttribute("transform") ?? "")?.[1];
  if (angle === undefined) return box;
  const [cos, sin] = [
    Math.abs(Math.cos((Number(angle) * Math.PI) / 180)),
    Math.abs(Math.sin((Number(angle) * Math.PI) / 180)),
  ];
  const width = box.width * cos + box.height * sin;
  const height = box.width * sin + box.height * cos;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

function union(a: Box, b: Box): Box {
  if (b.width === 0 && b.height === 0) return a;
  if (a.width === 0 && a.height === 0) return b;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

const NARROW = /[iljtfrI.,:;'|!()[\] ]/;
const WIDE = /[mwMW@%ABCDEGHKNOPQRSUVXYZ=+−]/;

/** Width in pixels of a line of text, in em: generous, because readers' fonts differ. */
function textWidth(text: string, size: number): number {
  return (
    [...text].reduce(
      (sum, letter) => sum + (NARROW.test(letter) ? 0.36 : WIDE.test(letter) ? 0.82 : 0.63),
      0,
    ) * size
  );
}

function fontSize(element: Element): number {
  return Number.parseFloat(inherited(element, "font-size") ?? "12") || 12;
}

function inherited(element: Element | null, property: string): string | undefined {
  for (let at = element; at !== null; at = at.parentElement) {
    const own = (at as Partial<HTMLElement>).style?.getPropertyValue(property) || at.getAttribute(property);
    if (own) return own;
  }
  return undefined;
}

function numeric(element: Element, attribute: string): number {
  return Number.parseFloat(element.getAttribute(attribute) ?? "0") || 0;
}
