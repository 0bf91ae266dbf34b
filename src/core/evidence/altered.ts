import type { Formula, ValueKind } from "../algebra/formula";

/**
 * A formula with a mistake in it, for a negative control: the first `original` in its expression or abbreviations is
 * replaced. @throws Error when it does not occur, because then the control would test nothing.
 */
export function altered<Kind extends ValueKind>(
  formula: Formula<Kind>,
  original: string,
  mistake: string,
): Formula<Kind> {
  if (formula.expression.includes(original)) {
    return { ...formula, expression: formula.expression.replace(original, mistake) };
  }
  const at = formula.where.findIndex(([, text]) => text.includes(original));
  if (at < 0) throw new Error(`the formula "${formula.title}" does not hold "${original}"`);
  const where = formula.where.map(([name, text], i) =>
    i === at ? ([name, text.replace(original, mistake)] as const) : ([name, text] as const),
  );
  return { ...formula, where };
}
