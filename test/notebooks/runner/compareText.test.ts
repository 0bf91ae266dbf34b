import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareText } from "../../../src/notebooks/runner/compareText";

const agree = (stored: string, got: string) => compareText(stored, got) === undefined;
const real = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("texts agree", () => {
  it("with themselves, whatever they are", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => agree(text, text)));
  });

  it("when one number of a table moved by less than half of what its digits show", () => {
    fc.assert(
      fc.property(
        real,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: -0.49, max: 0.49, noNaN: true }),
        (x, d, shift) => {
          const line = (value: number) => `| risk ${value.toFixed(d).padStart(18)} | ok`;
          expect(
            agree(line(x), line(x + shift * 10 ** -d)),
            `${line(x)}\n${line(x + shift * 10 ** -d)}`,
          ).toBe(true);
        },
      ),
    );
  });

  it("unless a number moved by two units of its last digit or more", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 2.1, max: 1e3, noNaN: true }),
        (x, d, shift) => {
          const line = (value: number) => `risk ${value.toFixed(d)}`;
          expect(agree(line(x), line(x + shift * 10 ** -d))).toBe(false);
        },
      ),
    );
  });

  it.each([
    ["0.1234", "0.1235"],
    ["1.5e-7", "1.6e-7"],
    ["risk -0.00 ", "risk  0.00 "],
    ["[ 9.99, 1 ]", "[ 10.00, 1 ]"],
    ["0.30000000000000004", "0.3"],
    ["1", "0.9999999999999998"],
    ["x1 = 2.5", "x1 = 2.5"],
    ["−1.25", "-1.25"],
  ])("%j and %j", (stored, got) => {
    expect(agree(stored, got)).toBe(true);
    expect(agree(got, stored)).toBe(true);
  });

  it.each([
    ["3 tests", "4 tests"],
    ["0.1234", "0.1236"],
    ["0.3", "0.3004"],
    ["1e-5", "2e-5"],
    ["x1", "x2"],
    ["version 1.2.3", "version 1.2.4"],
    ["a  b", "a b"],
    ["risk 0.5", "loss 0.5"],
    ["1.5 2.5", "1.5"],
    ["-1.50", "1.50"],
    ["a\n", "a"],
    ["NaN", "0.5"],
  ])("but not %j and %j", (stored, got) => {
    expect(agree(stored, got)).toBe(false);
    expect(agree(got, stored)).toBe(false);
  });

  it("and the first line that differs is named", () => {
    expect(compareText("a\n1.0\nb", "a\n1.0\nc\nd")).toEqual({ line: 3, stored: "b", got: "c" });
    expect(compareText("a", "a\nb")).toEqual({ line: 2, stored: undefined, got: "b" });
  });
});
