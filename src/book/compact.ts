/**
 * Formulas take most of a page with much mathematics, and most of that are the names of classes and styles that say the same thousands of times. Here
 * each gets a short name that the style sheet knows, those that often stand together one name, and each element the shortest name that there is.
 * What a browser makes of it is the same, to the pixel.
 */
export interface Compacted {
  /** File → HTML. */
  readonly pages: ReadonlyMap<string, string>;
  /** The style sheet of the formulas: it knows the long names as well, because running lessons set formulas too. */
  readonly style: string;
}

/** A short name must be no other class of the book: these begin with k and a number. */
const shortName = (index: number) => `k${index.toString(36)}`;

/** So often in the whole book, and several classes have one name together. */
const OFTEN = 300;

const SPAN = /<span(?: class="([^"]*)")?(?: style="([^"]*)")?>/g;

/** Shortens the formulas in `pages`; `style` is KaTeX's own style sheet. The same pages give the same names. */
export function compacted(pages: ReadonlyMap<string, string>, style: string): Compacted {
  const known = classesOf(style);
  const regions = [...pages].map(([file, html]) => [file, formulaParts(html)] as const);
  const formulas = regions.flatMap(([, parts]) => parts.filter((_, i) => i % 2 === 1));
  const classNames = counted(formulas, / class="([^"]*)"/g, (list) =>
    list.split(" ").filter((name) => known.has(name) && !name.startsWith("katex") && name.length > 3),
  ).map(([name]) => name);
  const styles = counted(formulas, / style="([^"]*)"/g, (text) => [text]).map(([text]) => text);
  const short = new Map(classNames.map((name, i) => [name, shortName(i)]));
  const shortStyle = new Map(styles.map((text, i) => [text, shortName(classNames.length + i)]));
  // What no rule names has no effect.
  const kept = (list: string) => list.split(" ").filter((name) => known.has(name));
  const partsOf = (list = "", text?: string) => [...kept(list), ...(text === undefined ? [] : [text])];
  const together = counted(formulas, SPAN, (list, text) => {
    const parts = partsOf(list, text);
    return parts.length > 1 ? [JSON.stringify(parts)] : [];
  }).filter(([, count]) => count >= OFTEN);
  const joint = new Map(
    together.map(([parts], i) => [parts, shortName(classNames.length + styles.length + i)]),
  );
  /** Names that a class or a style has beside its first. */
  const alsoOf = (part: string) =>
    [...joint].flatMap(([parts, name]) => ((JSON.parse(parts) as string[]).includes(part) ? [name] : []));
  const shortened = (formula: string) => {
    const short = formula.replace(SPAN, (_tag, list?: string, text?: string) => {
      const name = joint.get(JSON.stringify(partsOf(list, text)));
      const names = name === undefined ? namesOf(list, text) : [name];
      if (names.length === 0) return "<i>";
      return names.length === 1 ? `<i class=${names[0]}>` : `<i class="${names.join(" ")}">`;
    });
    // A span that is more than classes and styles stays one, and with it those around it.
    return short.includes("<span")
      ? short.replaceAll(/<i(?=[ >])/g, "<span")
      : short.replaceAll("</span>", "</i>");
  };
  const namesOf = (list = "", text?: string) => [
    ...kept(list).map((name) => short.get(name) ?? name),
    ...(text === undefined ? [] : [shortStyle.get(text)!]),
  ];
  const names = new Map(
    [...known].map((name) => [
      name,
      [...(short.has(name) ? [short.get(name)!] : []), ...alsoOf(name)] as readonly string[],
    ]),
  );
  return {
    pages: new Map(
      regions.map(([file, parts]) => [
        file,
        parts.map((part, i) => (i % 2 === 1 ? shortened(part) : withoutNeedless(part))).join(""),
      ]),
    ),
    style: [
      withShortNames(style, names),
      // Where the element of the formulas is the shortest that there is.
      ":where(.katex-html) i{font-style:inherit}",
      ...[...shortStyle].map(
        ([text, name]) => `${[name, ...alsoOf(text)].map((each) => `.${each}`).join()}{${important(text)}}`,
      ),
    ].join(""),
  };
}

/** Names of classes in the selectors of a style sheet. */
function classesOf(style: string): ReadonlySet<string> {
  const selectors = style.replace(/\{[^{}]*\}/g, " ");
  return new Set([...selectors.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name!));
}

/** Every rule holds for the short names as for the long one, and weighs as much; so does one for elements. */
const withShortNames = (style: string, names: ReadonlyMap<string, readonly string[]>): string =>
  style.replace(/([^{}]+)\{/g, (whole, selector: string) =>
    selector.trimStart().startsWith("@")
      ? whole
      : `${selector
          .replace(/\.([a-zA-Z][\w-]*)/g, (long, name: string) => {
            const others = names.get(name) ?? [];
            return others.length === 0 ? long : `:is(${[long, ...others.map((each) => `.${each}`)].join()})`;
          })
          .replace(/(?<![\w.#:-])span(?![\w-])/g, ":is(span,i)")}{`,
  );

/** What stood in the element itself wins over every rule. */
const important = (text: string): string =>
  text
    .split(";")
    .filter((each) => each !== "")
    .map((each) => `${each}!important`)
    .join(";");

/** What occurs and how often, the most frequent first. */
function counted(
  texts: readonly string[],
  pattern: RegExp,
  words: (...found: string[]) => readonly string[],
): readonly (readonly [word: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [, ...found] of text.matchAll(pattern))
      for (const word of words(...found)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
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
