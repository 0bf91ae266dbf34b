/** Regular pasts of any word: walked, moved, tried, stopped. */
const pasts = (word: string): readonly string[] => [
  `${word}ed`,
  `${word}d`,
  `${word}${word.at(-1)}ed`,
  `${word.slice(0, -1)}ied`,
];
const plurals = (word: string): readonly string[] => [`${word}s`, `${word}es`, `${word.slice(0, -1)}ies`];
const demonyms = (word: string): readonly string[] => [`${word}n`, `${word}an`, `${word}ian`, `${word}ese`];

const FORMS: Readonly<Record<string, (word: string) => readonly string[]>> = {
  past: pasts,
  plural: plurals,
  demonym: demonyms,
  "first-letter": (word) => [word.slice(0, 1).toLowerCase()],
};

/**
 * Whether an answer to another task is one that the target task gives: one of the target's outputs, or, where the target makes a
 * form of any word, a regular form of this input. A right answer is none.
 */
export function isIntruder(
  target: { readonly name: string; readonly outputs: ReadonlySet<string> },
  { input, output, answer }: { readonly input: string; readonly output: string; readonly answer: string },
): boolean {
  if (answer === output) return false;
  return (
    target.outputs.has(answer) ||
    (FORMS[target.name]?.(input) ?? []).some((form) => form.toLowerCase() === answer.toLowerCase())
  );
}
