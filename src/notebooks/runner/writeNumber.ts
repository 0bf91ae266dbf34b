/** Python changes to an exponent, of two digits or more, below 1e-4; JavaScript below 1e-6. Both print the shortest digits. */
export function writeNumber(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return isSmall ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : JSON.stringify(value);
}
