/**
 * Formulas take most of a page with much mathematics, and most of that are the names of classes and styles that say the same thousands of times. Here
 * each gets a short name that the style sheet knows. What a browser makes of it is the same, to the pixel.
 */
export interface Compacted {
  /** File → HTML. */
  readonly pages: ReadonlyMap<string, string>;
  /** The style sheet of the formulas: it knows the long names as well, because running lessons set formulas too. */
  readonly style: string;
}

/** A short name must be no other class of the book: these begin with k and a number. */
const shortName = (index: number) => `k${index.toString(36)}`;

/** Shortens the formulas in `pages`; `style` is KaTeX's own style sheet. The same pages give the same names. */
export function compacted(pages: ReadonlyMap<string, string>, style: string): Compacted {
  const known = classesOf(style);
  const regions = [...pages].map(([file, html]) => [file, formulaParts(html)] as const);
  const formulas = regions.flatMap(([, parts]) => parts.filter((_, i) => i % 2 === 1));
  const classNames = counted(formulas, / class="([^"]*)"/g, (list) =>
    list.split(" ").filter((name) => known.has(name) && !name.startsWith("katex") && name.length > 3),
  );
  const styles = counted(formulas, / style="([^"]*)"/g, (text) => [text]);
  const short = new Map(classNames.map((name, i) => [name, shortName(i)]));
  const shortStyle = new Map(styles.map((text, i) => [text, shortName(classNames.length + i)]));
  const shortened = (formula: string) =>
    formula.replace(/<span(?: class="([^"]*)")?(?: style="([^"]*)")?>/g, (_tag, list = "", text?: string) => {
      const names = [
        // What no rule names has no effect.
        ...String(list)
          .split(" ")
          .filter((name) => known.has(name))
          .map((name) => short.get(name) ?? name),
        ...(text === undefined ? [] : [shortStyle.get(text)!]),
      ];
      if (names.length === 0) return "<span>";
      return names.length === 1 ? `<span class=${names[0]}>` : `<span class="${names.join(" ")}">`;
    });
  return {
    pages: new Map(
      regions.map(([file, parts]) => [
        file,
        parts.map((part, i) => (i % 2 === 1 ? shortened(part) : withoutNeedless(part))).join(""),
      ]),
    ),
    style: `${withShortNames(style, short)}${[...shortStyle].map(([text, name]) => `.${name}{${important(text)}}`).join("")}`,
  };
}

/** Names of classes in the selectors of a style sheet. */
function classesOf(style: string): ReadonlySet<string> {
  const selectors = style.replace(/\{[^{}]*\}/g, " ");
  return new Set([...selectors.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name!));
}

/** Every rule holds for the short name as for the long one, and weighs as much. */
const withShortNames = (style: string, short: ReadonlyMap<string, string>): string =>
  style.replace(/([^{}]+)\{/g, (whole, selector: string) =>
    selector.trimStart().startsWith("@")
      ? whole
      : `${selector.replace(/\.([a-zA-Z][\w-]*)/g, (long, name: string) => (short.has(name) ? `:is(${long},.${short.get(name)})` : long))}{`,
  );

/** What stood in the element itself wins over every rule. */
const important = (text: string): string =>
  text
    .split(";")
    .filter((each) => each !== "")
    .map((each) => `${each}!important`)
    .join(";");

/** What occurs, the most frequent first. */
function counted(
  texts: readonly string[],
  pattern: RegExp,
  words: (found: string) => readonly string[],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [, found] of text.matchAll(pattern))
      for (const word of words(found!)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([word]) => word);
}

const FORMULA = '<span class="katex-html" aria-hidden="true">';

/** A page cut into what stands between the insides of its formulas and these: every second part is one. */
export function formulaParts(html: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = html.indexOf(FORMULA); at >= 0; at = html.indexOf(FORMULA, from)) {
    const start = at + FORMULA.length;
    const end = endOfSpan(html, start);
    parts.push(html.slice(from, start), html.slice(start, end));
    from = end;
  }
  return [...parts, html.slice(from)];
}

/** Where the span ends inside which `start` is. */
function endOfSpan(html: string, start: number): number {
  const tag = /<(\/?)span\b/g;
  tag.lastIndex = start;
  for (let depth = 1; ; ) {
    const found = tag.exec(html);
    if (found === null) return html.length;
    depth += found[1] === "" ? 1 : -1;
    if (depth === 0) return found.index;
  }
}

/** HTML knows what MathML is, and that a cell ends where the next one begins. */
const withoutNeedless = (html: string): string =>
  html
    .replaceAll(' xmlns="http://www.w3.org/1998/Math/MathML"', "")
    .replace(/<\/t[dh]>(?=<t[dh]\b|<\/tr>)/g, "");
