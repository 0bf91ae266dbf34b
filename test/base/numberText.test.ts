import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readablePowers, readShownNumber, shownDifference, shownNumber } from "../../src/base/numberText";
import { tableHtml, tableText } from "../../src/plot/tableView";
import { expectClose } from "../support/expectClose";

describe("a number as a reader sees it", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [20, "20"],
    [0.1, "0.1"],
    [-0.061213, "−0.06121"],
    [94405, "94405"],
    [1_000_000, "1000000"],
    [6.6502e19, "6.65 × 10¹⁹"],
    [6812600000000, "6.813 × 10¹²"],
    [1234567.8, "1.235 × 10⁶"],
    [0.00009566, "9.566 × 10⁻⁵"],
    [0.0001, "0.0001"],
    [1e-7, "10⁻⁷"],
    [-2.5e-8, "−2.5 × 10⁻⁸"],
    [1.735e-17, "0"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d reads %s", (value, expected) => {
    expect(shownNumber(value)).toBe(expected);
  });

  it("reads as 0 where it is what rounding leaves of numbers of a given size", () => {
    expect(shownNumber(3e-13, 4, 1000)).toBe("0");
    expect(shownNumber(3e-11, 4, 1000)).toBe("3 × 10⁻¹¹");
    expect(shownDifference(4e-14, 0.3)).toBe("0");
    expect(shownDifference(4e-9, 0.3)).toBe("4 × 10⁻⁹");
  });

  it("comes back to its digits, and has no exponent, no row of zeros and no hyphen for a minus", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
        fc.integer({ min: 1, max: 5 }),
        (value, digits) => {
          const text = shownNumber(value, digits);
          expect(text).not.toMatch(/e|-|0{7}|\d{10}/);
          if (text === "0") {
            expect(Math.abs(value)).toBeLessThan(1e-15);
            return;
          }
          const back = readShownNumber(text);
          const whole = Number.isInteger(value) && Math.abs(value) < 1e9;
          expectClose(back / value || 1, 1, {
            tolerance: whole ? 0 : 0.5001 * 10 ** (1 - digits),
            reason: "half a unit of the last digit shown",
            input: { value, digits, text },
          });
        },
      ),
      { seed: 14, numRuns: 2000 },
    );
  });

  it("stands in running text with raised powers, but for code", () => {
    expect(
      readablePowers("exact to 1e-12, at most 4.5e+3; `1e-9` stays, and so do x1e-9, e-9 and 1.2.3e4"),
    ).toBe("exact to 10⁻¹², at most 4.5 × 10³; `1e-9` stays, and so do x1e-9, e-9 and 1.2.3e4");
  });
});

describe("a table", () => {
  const table = {
    columns: ["what", "change"],
    rows: [
      ["a", 0.25],
      ["b", 1.7e-17],
      ["c", -1200.5],
    ],
  };
  it("shows its numbers like all others, rounding beside its column as 0", () => {
    expect(tableText(table, 4)).toBe("what  change\na       0.25\nb          0\nc      −1201");
    const html = tableHtml(table, 5);
    expect(html).toContain('<td style="text-align:right">−1200.5</td>');
  });
});
