import { describe, it } from "vitest";
import { constantLengthEnd } from "../../../src/core/theory/constantLength";
import { expectClose } from "../../support/expectClose";

describe("where full fine-tuning ends on a sphere", () => {
  it("solves its equation to the last bits, for tiny and huge targets, and M's conserved quantity holds", () => {
    for (const d of [1, 3, 8]) {
      for (const gamma of [0.2, 1, 5]) {
        for (const length of [1e-3, 1, 1e4]) {
          const {
            scoreScale: t,
            block,
            selfScore,
          } = constantLengthEnd(
            d,
            gamma,
            Array.from({ length: d }, (_, i) => (i === 0 ? length : 0)),
          );
          const left = t * ((d + 1) * t + 2 * d * gamma) * ((d + 1) * t + d * gamma) ** 2;
          const input = { d, gamma, length };
          expectClose(left / length ** 2, 1, {
            tolerance: 1e-13,
            reason: "bisection to the last bit",
            input,
          });
          expectClose(block, gamma + t, { tolerance: 1e-14 * block, reason: "rounding", input });
          // ‖v‖² − ‖M‖² at the end and at the start, w left out: |θ₀|²/k² − t² − dα² = −dγ².
          const conserved = length ** 2 / selfScore ** 2 - t ** 2 - d * block ** 2;
          expectClose(conserved, -d * gamma ** 2, {
            tolerance: 1e-12 * (1 + t ** 2 + d * block ** 2),
            reason: "rounding of squares that cancel",
            input,
          });
        }
      }
    }
  });
});
