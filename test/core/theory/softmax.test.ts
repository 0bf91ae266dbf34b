import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/core/algebra/formula";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import {
  SOFTMAX_SHOTS_COST,
  softmaxLimitRisk,
  softmaxParameters,
  softmaxRisk,
} from "../../../src/core/theory/softmax";
import { expectClose } from "../../support/expectClose";

const problem = {
  dimension: 2,
  covariance: [
    [1, 0.3],
    [0.3, 0.5],
  ],
  noiseVariance: 0.2,
};
const zero = [
  [0, 0],
  [0, 0],
];
const number = fc.double({ min: -2, max: 2, noNaN: true });

describe("a softmax layer with many examples", () => {
  it("without scores is a linear layer whose scores are all one", () => {
    fc.assert(
      fc.property(
        fc.tuple(number, number),
        fc.tuple(number, number),
        number,
        (task, valueVector, labelWeight) => {
          const head = { tilt: zero, valueVector, labelWeight };
          const linear = blockParameters(FLOAT, { block: zero, scoreScale: 1, valueVector, labelWeight });
          const limit = softmaxLimitRisk(problem, task, head);
          const input = { task, head };
          expectClose(limit, exactRisk(FLOAT, problem, task, "infinity", linear), {
            tolerance: 1e-12,
            reason: "the same polynomial, rounded",
            input,
          });
          const { covariance, noiseVariance } = problem;
          const cost = evaluate(SOFTMAX_SHOTS_COST, FLOAT, { covariance, noiseVariance, task, ...head });
          const shots = 1e5;
          expectClose(shots * (exactRisk(FLOAT, problem, task, shots, linear) - limit), cost, {
            tolerance: 1e-2,
            reason: "the next order is below 100/n for entries up to 2",
            input,
          });
        },
      ),
      { numRuns: 50, seed: 1 },
    );
  });

  it("one covariate, by hand: A = a, Σ = 1", () => {
    const [a, v, w, t, s2, shots] = [0.4, 1, 2, 0.5, 0.1, 50];
    const line = { dimension: 1, covariance: [[1]], noiseVariance: s2 };
    const phi = v + w * t;
    const answer = a * phi;
    // E e^{a²x²} = (1 − 2a²)^{-1/2}, and the weighted x² is 1/(1 − 2a²); the query's own weight e^{ax² − a²x²/2}: 1 − a for the root.
    const p = 1 / (1 - 2 * a * a);
    const q = 1 / (1 - a) ** 2;
    const context = Math.sqrt(p) * (phi ** 2 + w * w * s2 + p * answer ** 2 - 2 * (answer - t) * p * answer);
    const own = 2 * Math.sqrt(q) * (answer - t) * q * (v - answer);
    expectClose(
      softmaxRisk(line, [t], shots, { tilt: [[a]], valueVector: [v], labelWeight: w }),
      s2 + (answer - t) ** 2 + (context + own) / shots,
      { tolerance: 1e-14, reason: "a dozen operations" },
    );
  });

  it("forgets ‖θ₀‖²/w² when wΣA = I, whatever the task", () => {
    const w = 3;
    const tilt = [
      [0.5 / 0.41 / w, -0.3 / 0.41 / w],
      [-0.3 / 0.41 / w, 1 / 0.41 / w],
    ];
    const stored = [0.7, -0.2];
    const square = 0.7 ** 2 - 2 * 0.3 * 0.7 * 0.2 + 0.5 * 0.2 ** 2;
    for (const task of [
      [1, 0],
      [-2, 0.5],
      [0, 0],
    ]) {
      expectClose(
        softmaxLimitRisk(problem, task, { tilt, valueVector: stored, labelWeight: w }),
        problem.noiseVariance + square / w ** 2,
        { tolerance: 1e-14, reason: "a dozen operations", input: task },
      );
    }
  });

  it("is made with scores over √D: M_xx = √D A", () => {
    const { keyQuery, value } = softmaxParameters({
      tilt: [
        [1, 2],
        [3, 4],
      ],
      valueVector: [5, 6],
      labelWeight: 7,
    });
    expect(value).toEqual([0, 5, 6, 7]);
    expect(keyQuery[1]).toEqual([0, 2, 4, 0]);
  });
});
