import { describe, expect, it } from "vitest";
import { axis, baseLayout, wordWidth } from "../../src/plot/style";
import { subscripts } from "../../src/plot/subscripts";

describe("symbols in figures", () => {
  it.each([
    ["score z_jᵀMz_q", "score z<sub>j</sub>ᵀMz<sub>q</sub>"],
    ["size of the block ‖M_xx‖", "size of the block ‖M<sub>xx</sub>‖"],
    ["right answer θᵀx_q", "right answer θᵀx<sub>q</sub>"],
    ["optima: M₀₀ |v_x| = |θ₀|", "optima: M₀₀ |v<sub>x</sub>| = |θ₀|"],
  ])("are written with lowered letters: %s", (text, shown) => {
    expect(subscripts(text)).toBe(shown);
    expect(subscripts(shown)).toBe(shown);
  });

  it.each(["zs_v", "both_kq", "concave_points", "od280_od315", "log_10 of it", "risk R(n, θ)"])(
    "are no names with an underscore: %s",
    (text) => {
      expect(subscripts(text)).toBe(text);
    },
  );

  it("are so in titles of axes and figures, and lowered letters take no room for their markup", () => {
    expect((axis("v_x").title as { text: string }).text).toBe("v<sub>x</sub>");
    expect((baseLayout("v_x").title as { text: string }).text).toBe("v<sub>x</sub>");
    expect(wordWidth(["v<sub>x</sub>"], 13)).toBe(wordWidth(["vx"], 13));
  });
});
