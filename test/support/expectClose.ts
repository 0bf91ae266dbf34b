import { expect } from "vitest";

/** Fails with input, expected, got, tolerance and the tolerance's reason when |got − expected| > tolerance. */
export function expectClose(
  got: number,
  expected: number,
  {
    tolerance,
    reason,
    input,
  }: { readonly tolerance: number; readonly reason: string; readonly input?: unknown },
): void {
  const close = Math.abs(got - expected) <= tolerance;
  if (!close) {
    expect.fail(
      [
        `input: ${JSON.stringify(input, (_key, value) => (typeof value === "bigint" ? String(value) : value))}`,
        `expected: ${expected}`,
        `got: ${got}`,
        `difference: ${got - expected}`,
        `tolerance: ${tolerance} (${reason})`,
      ].join("\n"),
    );
  }
}
