import { escapeXml } from "@finetune-icl/base";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";

hljs.registerLanguage("typescript", typescript);
hljs.registerLanguage("javascript", javascript);
hljs.registerLanguage("json", json);
hljs.registerLanguage("bash", bash);

/**
 * Source code as HTML with classes for its colours; escaped as it is when the language is not known.
 *
 * @example
 * console.log(highlight("1 < 2", "json")); // <span class="hljs-number">1</span> &lt; <span class="hljs-number">2</span>
 */
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) === undefined
    ? escapeXml(code)
    : hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
