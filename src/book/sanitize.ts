import createDOMPurify, { type WindowLike } from "dompurify";
import { JSDOM } from "jsdom";

const purify = createDOMPurify(new JSDOM("").window as unknown as WindowLike);

/** Properties of text and of table cells; none that moves, hides or loads anything. */
const PROPERTIES =
  "text-align vertical-align font-weight font-style font-family white-space color background-color";
const DECLARATION = new RegExp(`^\\s*(?:${PROPERTIES.replaceAll(" ", "|")})\\s*:[\\w\\s#.,%-]+$`, "i");

/** Addresses of pictures that stand in the address itself. A picture in SVG can run when it is opened by itself. */
const PICTURE = /^data:image\/(?:png|jpeg|gif);/i;
const LINK = /^(?:https?:\/\/|#)/i;

/** Every address that an element has, not only those that DOMPurify looks at as such. */
purify.addHook("uponSanitizeAttribute", (element, data) => {
  const { attrName: name, attrValue: value } = data;
  if (name === "style") {
    const declarations = value.split(";").filter((each) => DECLARATION.test(each));
    data.attrValue = declarations.map((each) => each.trim()).join(";");
    data.keepAttr = declarations.length > 0;
    return;
  }
  if (name === "href") data.keepAttr = element.nodeName === "A" && LINK.test(value);
  else if (name === "src") data.keepAttr = element.nodeName === "IMG" && PICTURE.test(value);
  else if (/:/.test(name) || /\/\/|^\s*[a-z][a-z\d+.-]*:\S/i.test(value)) data.keepAttr = isWords(name);
});

/** Attributes that are read, not followed. */
const isWords = (name: string): boolean => ["alt", "title", "aria-label", "abbr", "summary"].includes(name);

/**
 * HTML from a cell's output without scripts, forms, frames, names that a page's own code could trip over, and without anything that
 * would be loaded or that could lie over the page. What is left of styles says how text and table cells look.
 */
export function sanitizeHtml(html: string): string {
  return purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: [
      ...["style", "form", "input", "button", "textarea", "select", "option", "datalist", "label"],
      ...[
        "iframe",
        "audio",
        "video",
        "source",
        "track",
        "picture",
        "map",
        "area",
        "dialog",
        "template",
        "slot",
      ],
    ],
    FORBID_ATTR: [
      "id",
      "class",
      "name",
      "srcset",
      "background",
      "poster",
      "usemap",
      "popover",
      "tabindex",
      "autofocus",
    ],
    ALLOW_DATA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|#|data:image\/(?:png|jpeg|gif);)/i,
  });
}
