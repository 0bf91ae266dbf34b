import createDOMPurify, { type WindowLike } from "dompurify";
import { JSDOM } from "jsdom";

/**
 * What notebooks and guides bring into the book, without anything that runs, loads or redirects: a reader who opens a page or
 * a picture runs nothing but the book's own scripts.
 */

/** A start or end tag with its attributes, as browsers read them. */
const TAG =
  /<(\/?)([a-z][a-z\d-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*(\/?)>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

interface Attribute {
  readonly name: string;
  readonly value: string;
}

const attributesOf = (text: string): readonly Attribute[] =>
  [...text.matchAll(ATTRIBUTE)].map(([, name, double, single, bare]) => ({
    name: name!.toLowerCase(),
    value: double ?? single ?? bare ?? "",
  }));

const HTML_TAGS: ReadonlySet<string> = new Set(
  "a abbr b blockquote br caption code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr".split(
    " ",
  ),
);
const HTML_ATTRIBUTES: ReadonlySet<string> = new Set(
  "align alt class colspan height href id open rowspan src title width".split(" "),
);

/** Addresses that only lead somewhere: pages, places in a page, pictures. Any other scheme may run. */
const ADDRESS = /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif);|(?![a-z][a-z\d+.-]*:))/i;

/** A browser skips white space and control characters in an address, and so does this check. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is skipped
const isAddress = (value: string): boolean => ADDRESS.test(unescaped(value).replace(/[\u0000-\u0020]+/g, ""));

/** Enough of HTML's character references to see a scheme that hides behind them; what hides behind others is refused. */
const unescaped = (value: string): string =>
  value.replace(
    /&(?:#x([\da-f]+)|#(\d+)|([a-z\d]+));?/gi,
    (_all, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return name.toLowerCase() === "amp" ? "&" : ":";
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : ":";
    },
  );

/** Raw HTML of a Markdown text: harmless tags and attributes stay, any other tag is shown as text, comments go. */
export function passiveHtml(html: string): string {
  const text = html.replace(/<!--[\s\S]*?-->/g, "");
  let out = "";
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    const [tag, slash, name, attributes = "", end] = match;
    out += shown(text.slice(at, match.index));
    at = match.index + tag.length;
    out += HTML_TAGS.has(name!.toLowerCase())
      ? `<${slash}${name!.toLowerCase()}${slash === "/" ? "" : kept(attributes)}${end === "/" ? " /" : ""}>`
      : shown(tag);
  }
  return out + shown(text.slice(at));
}

const shown = (text: string): string => text.replaceAll("<", "&lt;");

const kept = (attributes: string): string =>
  attributesOf(attributes)
    .filter(({ name }) => HTML_ATTRIBUTES.has(name))
    .filter(({ name, value }) => (name !== "href" && name !== "src") || isAddress(value))
    // A link leads to another host when a reader follows it; a picture would ask that host as soon as the page is opened.
    .filter(
      ({ name, value }) =>
        name !== "src" || !/^(?:[a-z][a-z\d+.-]*:)?[\\/]{2}/i.test(unescaped(value).trim()),
    )
    .map(({ name, value }) => ` ${name}="${value.replaceAll('"', "&quot;").replaceAll("<", "&lt;")}"`)
    .join("");

const SVG_TAGS: ReadonlySet<string> = new Set(
  "svg g path rect text tspan defs clippath title desc image lineargradient radialgradient stop circle ellipse line polyline polygon marker mask pattern symbol use".split(
    " ",
  ),
);

/**
 * An SVG picture that does nothing when it is opened by itself. One of plain shapes and words, as all figures of the package
 * are, stays byte for byte; of any other, DOMPurify leaves the shapes.
 */
export function passiveSvg(svg: string): string {
  if (isPlainSvg(svg)) return svg;
  try {
    const clean = purify.sanitize(svg, {
      USE_PROFILES: { svg: true, svgFilters: true },
      FORBID_TAGS: ["style", "a", "animate", "set", "animateTransform", "animateMotion", "foreignObject"],
      ALLOWED_URI_REGEXP: /^(?:#|data:image\/(?:png|jpeg|gif);)/i,
    });
    if (/^<svg[\s>]/.test(clean))
      return clean.includes("xmlns=")
        ? clean
        : clean.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  } catch {
    // What cannot be read is no picture.
  }
  return EMPTY;
}

const EMPTY = '<svg xmlns="http://www.w3.org/2000/svg"><title>A picture that could not be read</title></svg>';

const purify = createDOMPurify(new JSDOM("").window as unknown as WindowLike);
// DOMPurify looks at addresses, and not at those inside of styles and of paint.
purify.addHook("uponSanitizeAttribute", (_element, data) => {
  if (!isPlainAttribute({ name: data.attrName, value: data.attrValue })) data.keepAttr = false;
});

function isPlainSvg(svg: string): boolean {
  const words = svg.replace(TAG, (tag, _slash: string, name: string, attributes: string) =>
    SVG_TAGS.has(name.toLowerCase()) && attributesOf(attributes).every(isPlainAttribute) ? "" : tag,
  );
  return !words.includes("<");
}

function isPlainAttribute({ name, value }: Attribute): boolean {
  if (name.startsWith("on")) return false;
  if (name === "href" || name.endsWith(":href")) return /^(?:#|data:image\/(?:png|jpeg|gif);)/i.test(value);
  // Styles have other ways to load something, and to write `url`.
  if (/\\|@|\b(?:image-set|image|src|attr|expression)\s*\(/i.test(value) && name === "style") return false;
  // Only parts of the picture itself are referred to.
  return [...value.matchAll(/url\(\s*(?:["']|&quot;)?([^)]*)/gi)].every(([, address]) =>
    address!.startsWith("#"),
  );
}

/** A picture in base 64, undefined when the text is anything else. */
export function base64Picture(text: string): string | undefined {
  const plain = text.replace(/\s/g, "");
  return /^[A-Za-z\d+/]+={0,2}$/.test(plain) ? plain : undefined;
}
