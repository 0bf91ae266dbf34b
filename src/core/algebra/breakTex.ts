/** About as many printed characters as a line of the book holds on a window of 1280 pixels. */
const LONGEST = 60;

/**
 * TeX of a long equation, broken into lines of at most about `longest` printed characters: before a + or − that stands in no bracket, aligned
 * below what follows the first equals sign. A short equation, or one without a place to break, stays as it is.
 */
export function breakTex(tex: string, longest = LONGEST): string {
  if (printedLength(tex) <= longest) return tex;
  const equals = tex.indexOf(" = ");
  const left = equals < 0 ? "" : tex.slice(0, equals + 3);
  const lines: string[] = [];
  for (const term of topLevelTerms(tex.slice(left.length))) {
    const last = lines.at(-1);
    // The first line also holds the left-hand side.
    const room = longest - (lines.length === 1 ? printedLength(left) : 0);
    if (last !== undefined && printedLength(`${last} ${term}`) <= room)
      lines[lines.length - 1] = `${last} ${term}`;
    else lines.push(term);
  }
  if (lines.length === 1) return tex;
  const [first, ...rest] = lines;
  return [`\\begin{aligned} ${left}{}&${first}`, ...rest.map((line) => `&\\quad ${line}`)]
    .join(" \\\\ ")
    .concat(" \\end{aligned}");
}

/** The terms of a sum, each with its sign, split only where no group and no \left bracket is open. */
function topLevelTerms(tex: string): readonly string[] {
  const terms: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: mark, index } of tex.matchAll(/\\left(?![a-z])|\\right(?![a-z])|\\[{}]|[{}]| [+-] /g)) {
    if (mark === "{" || mark === "\\left") depth += 1;
    else if (mark === "}" || mark === "\\right") depth -= 1;
    else if (depth === 0 && mark.startsWith(" ") && index > start) {
      terms.push(tex.slice(start, index).trim());
      start = index;
    }
  }
  return [...terms, tex.slice(start).trim()];
}

/** Roughly how many characters are printed: a command prints one, groups, sizes and scripts add none. */
function printedLength(tex: string): number {
  return tex
    .replace(/\\(?:left|right|begin|end|operatorname|text|mathbb|tfrac|frac)(?![a-z])/g, "")
    .replace(/\\[a-zA-Z]+/g, "x")
    .replace(/[{}^_&\\]/g, "")
    .replace(/\s+/g, "").length;
}
