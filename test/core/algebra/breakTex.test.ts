import { describe, expect, it } from "vitest";
import { breakTex } from "../../../src/core/algebra/breakTex";
import { formulaTex } from "../../../src/core/algebra/tex";
import { EXACT_RISK } from "../../../src/core/exact/exactRisk";

describe("a long equation in TeX", () => {
  it("is broken before the signs of its outer sum alone", () => {
    expect(breakTex("y = a + \\left(b + c\\right) d - \\frac{e + f}{g}", 6)).toBe(
      "\\begin{aligned} y = {}&a \\\\ &\\quad + \\left(b + c\\right) d \\\\ &\\quad - \\frac{e + f}{g} \\end{aligned}",
    );
  });

  it.each(["y = \\left(a + b + c + d + e + f\\right)", "a", "y = \\frac{a + b}{c - d}"])(
    "without a place to break stays as it is: %s",
    (tex) => {
      expect(breakTex(tex, 4)).toBe(tex);
    },
  );

  it("that fits stays as it is", () => {
    expect(breakTex("y = a + b", 100)).toBe("y = a + b");
  });

  it("loses no term: without the marks of alignment it is the equation as it was", () => {
    const plain = (tex: string): string =>
      tex.replace(/\\begin\{aligned\}|\\end\{aligned\}|\\\\|\\quad |\{\}&|&/g, "").replace(/\s+/g, "");
    const lines = formulaTex(EXACT_RISK).split(",\\quad ");
    for (const line of lines) expect(plain(breakTex(line))).toBe(plain(line));
    expect(lines.filter((line) => breakTex(line) !== line).length).toBeGreaterThan(0);
  });
});
