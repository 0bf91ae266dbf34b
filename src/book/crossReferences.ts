/** A phrase of running text that becomes a link. */
export interface CrossReference {
  /** Matched where it stands alone; without the flag g. */
  readonly pattern: RegExp;
  readonly href: string;
}

export type Segment = { readonly text: string; readonly href?: string };

/** Cuts running text at the phrases that are links; the first reference that matches at a place wins. */
export function linkPhrases(text: string, references: readonly CrossReference[]): readonly Segment[] {
  const hits = references
    .map(({ pattern, href }) => ({ match: pattern.exec(text), href }))
    .filter((hit): hit is { match: RegExpExecArray; href: string } => (hit.match?.[0].length ?? 0) > 0)
    .sort((a, b) => a.match.index - b.match.index);
  const [first] = hits;
  if (first === undefined) return text === "" ? [] : [{ text }];
  const { match, href } = first;
  const before = text.slice(0, match.index);
  return [
    ...(before === "" ? [] : [{ text: before }]),
    { text: match[0], href },
    ...linkPhrases(text.slice(match.index + match[0].length), references),
  ];
}

/** A pattern for a phrase as it is written, white space free. */
export function phrasePattern(phrase: string): RegExp {
  const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  return new RegExp(`(?<![\\p{L}\\d.])${escaped}(?![\\p{L}\\d])`, "u");
}
