import { describe, expect, it } from "vitest";
import { twoSidedQuantile } from "../../../src/core/evidence/significance";
import { studentQuantile, studentTail } from "../../../src/core/evidence/studentT";
import { expectClose } from "../../support/expectClose";

describe("Student's t", () => {
  it("is Cauchy's law with one degree of freedom, and algebraic with two", () => {
    for (const t of [0, 0.3, 1, 4, 50]) {
      const close = { tolerance: 1e-14, reason: "rounding", input: t };
      expectClose(studentTail(t, 1), 1 - (2 / Math.PI) * Math.atan(t), close);
      expectClose(studentTail(t, 2), 1 - t / Math.sqrt(2 + t * t), close);
    }
  });

  it("agrees with the integral of its density, odd and even", () => {
    // The constant of the density cancels in the ratio of two integrals over t = tan u, by the midpoint rule.
    const integral = (degrees: number, from: number, to: number): number => {
      const count = 20_000;
      const width = (to - from) / count;
      return Array.from({ length: count }, (_, k) => {
        const u = from + (k + 0.5) * width;
        return (1 + Math.tan(u) ** 2 / degrees) ** (-(degrees + 1) / 2) / Math.cos(u) ** 2;
      }).reduce((sum, x) => sum + x * width, 0);
    };
    for (const degrees of [3, 4, 7, 12]) {
      const whole = integral(degrees, 0, Math.PI / 2);
      expectClose(studentTail(1.7, degrees), integral(degrees, Math.atan(1.7), Math.PI / 2) / whole, {
        tolerance: 1e-7,
        reason: "midpoint rule with steps below 1e-4",
        input: degrees,
      });
    }
  });

  it("has quantiles whose tail is p, and that tend to the normal ones", () => {
    for (const degrees of [1, 3, 7, 30]) {
      expectClose(studentTail(studentQuantile(0.01, degrees), degrees), 0.01, {
        tolerance: 1e-12,
        reason: "80 bisections",
        input: degrees,
      });
    }
    expectClose(studentQuantile(0.01, 10_001), twoSidedQuantile(0.01), {
      tolerance: 1e-3,
      reason: "the two laws differ by a relative (1 + z²)/(4ν) = 2e-4",
    });
    expect(studentQuantile(0.01, 3)).toBeGreaterThan(studentQuantile(0.01, 7));
  });
});
