import createDOMPurify, { type WindowLike } from "dompurify";
import { JSDOM } from "jsdom";

const purify = createDOMPurify(new JSDOM("").window as unknown as WindowLike);

/** HTML from a cell's output without scripts, styles of its own, forms or anything that would be loaded. */
export function sanitizeHtml(html: string): string {
  return purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "audio", "video"],
    FORBID_ATTR: ["id", "class", "srcset"],
    ALLOWED_URI_REGEXP: /^(?:https?:|#|data:image\/(?:png|jpeg|gif|svg\+xml);)/i,
  });
}
