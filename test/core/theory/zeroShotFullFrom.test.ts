import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { asParameters, asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { pack, unpack } from "../../../src/core/exact/packedParameters";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { keyQueryExcess, zeroShotFullFrom } from "../../../src/core/theory/zeroShotFullFrom";
import { followGradientFlow } from "../../../src/core/train/gradientFlow";
import { expectClose } from "../../support/expectClose";

const problem = {
  dimension: 2,
  covariance: [
    [1, 0.3],
    [0.3, 1.5],
  ],
  noiseVariance: 0.1,
};
const targetTask = [0.8, -0.6];
const gamma = [
  [0.7, 0.1],
  [0.1, 0.6],
];

/** The pretrained point with noise in every entry, as training leaves it. */
function noisy(sign: 1 | -1, deviation: number, seed: number): AttentionParameters {
  const random = new RandomSource(seed);
  const { value, keyQuery } = blockParameters(FLOAT, {
    block: gamma.map((row) => row.map((x) => sign * x)),
    labelWeight: sign,
  });
  return {
    value: value.map((x) => x + deviation * random.normal()),
    keyQuery: keyQuery.map((row) => row.map((x) => x + deviation * random.normal())),
  };
}

describe("full fine-tuning from any nearly pretrained point", () => {
  it("is the optimum that gradient flow picks from the pretrained optimum itself", () => {
    const start = noisy(1, 0, 0);
    const optimum = zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask));
    const got = zeroShotFullFrom(problem, start, targetTask);
    [...got.value, ...got.keyQuery.flat()].forEach((x, i) => {
      expectClose(x, [...optimum.value, ...optimum.keyQuery.flat()][i]!, {
        tolerance: 1e-14,
        reason: "rounding",
        input: i,
      });
    });
  });

  it("is where gradient flow ends, noise and sign of the pretrained point included", () => {
    const loss = exactLoss(problem, [{ task: targetTask, shots: 0, weight: 1 }]);
    for (const sign of [1, -1] as const) {
      for (const seed of [1, 2, 3]) {
        const start = noisy(sign, 0.05, seed);
        const end = followGradientFlow(loss, asPoint(pack(start)), { gradientTolerance: 1e-9 });
        expect(end.settled).toBe(true);
        const reached = unpack(asParameters(end.point, 4));
        const predicted = zeroShotFullFrom(problem, start, targetTask);
        const reason = "the flow stops at a gradient of 1e-9; each step is exact to 1e-12";
        for (const i of [0, 1, 2, 3]) {
          expectClose(reached.value[i]!, predicted.value[i]!, {
            tolerance: 1e-6,
            reason,
            input: { sign, seed, i },
          });
          for (const j of [0, 1, 2, 3]) {
            const input = { sign, seed, i, j };
            expectClose(reached.keyQuery[i]![j]!, predicted.keyQuery[i]![j]!, {
              tolerance: 1e-6,
              reason,
              input,
            });
          }
        }
        expectClose(keyQueryExcess(reached), keyQueryExcess(start), { tolerance: 1e-8, reason });
        // What is left of the noise is visible: without it the few-shot risk would be another.
        const risk = (parameters: AttentionParameters): number =>
          exactRisk(FLOAT, problem, targetTask, 5, parameters);
        const clean = zeroShotFullFrom(problem, noisy(sign, 0, seed), targetTask);
        expect(Math.abs(risk(clean) - risk(predicted))).toBeGreaterThan(1e-3);
      }
    }
  });

  it("solves c² − |θ|²/c² = excess + drift, for targets of any length", () => {
    const start = noisy(1, 0.05, 4);
    for (const drift of [-0.3, 0, 0.5]) {
      for (const length of [0.5, 1, 3]) {
        const target = targetTask.map((x) => length * x);
        const { value, keyQuery } = zeroShotFullFrom(problem, start, target, drift);
        const c = keyQuery[0]![0]!;
        const input = { drift, length };
        expectClose(c ** 2 - (length / c) ** 2, keyQueryExcess(start) + drift, {
          tolerance: 1e-13,
          reason: "rounding",
          input,
        });
        expectClose(c * value[1]!, length * 0.8, { tolerance: 1e-14, reason: "rounding", input });
      }
    }
  });

  it("gives c the sign of the start's score M₀₀ + tr(ΣM_xx)", () => {
    // Σ against it: 0.2 + 2 · 0.3 · 0.1 − 1.5 · 0.1 = 0.11.
    const block = [
      [0.2, 0.1],
      [0.1, -0.1],
    ];
    for (const sign of [1, -1]) {
      const start = blockParameters(FLOAT, {
        block: block.map((row) => row.map((x) => sign * x)),
        labelWeight: 1,
      });
      expect(Math.sign(zeroShotFullFrom(problem, start, targetTask).keyQuery[0]![0]!)).toBe(sign);
    }
  });
});
