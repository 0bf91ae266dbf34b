import { describe, expect, it } from "vitest";
import { EXPERIMENT_STYLE, REGIME_STYLE } from "../../src/figures/regimes";
import { experimentRegimes } from "../../src/lab/experiment/regimes";
import type { SeriesStyle } from "../../src/plot";

const styles = Object.entries<SeriesStyle>(EXPERIMENT_STYLE);
const pairs = styles.flatMap((a, i) => styles.slice(i + 1).map((b) => [a, b] as const));

/** What an eye sees of linear RGB: all of it, or without one kind of cone (Machado, Oliveira, Fernandes 2009, full severity). */
const EYES = {
  "normal sight": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** CIELAB of a colour such as #0072B2 as an eye sees it. */
function seen(color: string, eye: readonly (readonly number[])[]): readonly number[] {
  const linear = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = eye.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, share, k) => sum + share * linear[k]!, 0),
      ),
    ),
  ) as [number, number, number];
  const root = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe("the looks of the released experiment's regimes", () => {
  it("has one for every regime, with keys and queries merged or apart", () => {
    const names = ["pretrained", ...experimentRegimes("separate").map(({ name }) => name)];
    expect(Object.keys(EXPERIMENT_STYLE).sort()).toEqual([...names].sort());
  });

  it("shows a regime that theory knows as theory's figures do", () => {
    for (const style of Object.values(REGIME_STYLE)) {
      expect(styles.filter(([, other]) => other === style)).toHaveLength(1);
    }
  });

  it("can be told apart in grey: no two share a dash or a marker", () => {
    for (const [[a, first], [b, second]] of pairs) {
      expect(first.dash, `dashes of ${a} and ${b}`).not.toBe(second.dash);
      expect(first.marker, `markers of ${a} and ${b}`).not.toBe(second.marker);
      expect(first.label, `labels of ${a} and ${b}`).not.toBe(second.label);
    }
  });

  it.each(Object.entries(EYES))("can be told apart by colour with %s", (_name, eye) => {
    for (const [[a, first], [b, second]] of pairs) {
      const distance = Math.hypot(
        ...seen(first.color, eye).map((value, k) => value - seen(second.color, eye)[k]!),
      );
      // A difference of 2.3 can just be noticed on large fields; thin lines need several times that.
      expect(distance, `colours of ${a} and ${b}`).toBeGreaterThan(15);
    }
  });
});
