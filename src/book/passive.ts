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

/** A browser skips white space and control characters in an address, and so do these checks. Undefined where it cannot be told what stands there. */
const addressIn = (value: string): string | undefined =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is skipped
  decoded(value)?.replace(/[\u0000-\u0020]+/g, "");

const isAddress = (value: string): boolean => {
  const address = addressIn(value);
  return address !== undefined && ADDRESS.test(address);
};

/** The picture is in the address, or a file of the book: one of another host would ask it as soon as the page is opened. */
const isOwn = (value: string): boolean => !/^(?:[a-z][a-z\d+.-]*:)?[\\/]{2}/i.test(addressIn(value) ?? "//");

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * An attribute's value as a browser reads it: character references by number, and the five names of XML. Undefined with any other name, which could stand for
 * anything. Without a semicolon no name stands for a character that matters here, and `&b=2` is a part of an address.
 */
function decoded(value: string): string | undefined {
  let isKnown = true;
  const text = value.replace(
    /&(?:#x([\da-f]+);?|#(\d+);?|([a-z\d]+);)/gi,
    (_all, hex?: string, decimal?: string, name?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      const character = name === undefined ? characterOf(code) : NAMED[name];
      isKnown &&= character !== undefined;
      return character ?? "";
    },
  );
  return isKnown ? text : undefined;
}

const characterOf = (code: number): string | undefined =>
  code <= 0x10ffff ? String.fromCodePoint(code) : undefined;

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
    // A link leads to another host when a reader follows it.
    .filter(({ name, value }) => name !== "src" || isOwn(value))
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
    SVG_TAGS.has(name.toLowerCase()) && attributesOf(attributes).every(isPlainWhenRead) ? "" : tag,
  );
  return !words.includes("<");
}

function isPlainWhenRead({ name, value }: Attribute): boolean {
  const read = decoded(value);
  return read !== undefined && isPlainAttribute({ name, value: read });
}

/** Attributes that are words to browsers, not style. */
const WORDS = /^(?:id|class|role|title|alt|(?:aria|data)-[a-z-]+)$/;

/** An attribute by its value as a browser reads it. */
function isPlainAttribute({ name, value }: Attribute): boolean {
  if (name.startsWith("on") || name === "xml:base") return false;
  if (name === "href" || name.endsWith(":href")) return /^(?:#|data:image\/(?:png|jpeg|gif);)/i.test(value);
  if (WORDS.test(name)) return true;
  // Every other attribute may be style, which has other ways to load something, and to write `url`.
  if (/\\|@|\b(?:image-set|image|src|attr|expression)\s*\(/i.test(value)) return false;
  // Only parts of the picture itself are referred to.
  return [...value.matchAll(/url\(\s*["']?([^)]*)/gi)].every(([, address]) => address!.startsWith("#"));
}

/** A picture in base 64, undefined when the text is anything else. */
export function base64Picture(text: string): string | undefined {
  const plain = text.replace(/\s/g, "");
  return /^[A-Za-z\d+/]+={0,2}$/.test(plain) ? plain : undefined;
}
