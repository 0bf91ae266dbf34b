/** A number as it stands in a stored table of a study: six digits are more than any measurement has. */
export function toDigits(value: number, digits = 6): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
