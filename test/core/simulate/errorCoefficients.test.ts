import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { intrusionAndGain, linearResponse } from "../../../src/core/exact/linearResponse";
import { monteCarloCoefficients } from "../../../src/core/simulate/errorCoefficients";
import { RandomSource } from "../../../src/core/simulate/randomSource";

describe("the coefficients of a sampled error", () => {
  const problem = {
    dimension: 3,
    covariance: [
      [1, 0.4, 0],
      [0.4, 2, -0.3],
      [0, -0.3, 0.7],
    ],
    noiseVariance: 0.2,
  };
  const [targetTask, task] = [
    [1, 0.5, 0],
    [0.3, -1, 0.8],
  ];
  const random = new RandomSource(3);
  const normals = (): number[] => Array.from({ length: 5 }, () => random.normal() / Math.sqrt(5));
  const parameters = { value: normals(), keyQuery: Array.from({ length: 5 }, normals) };

  it("are the intrusion and 1 less the gain of the linear response: z scores of 100 streams have variance 1", () => {
    const shots = 2;
    const response = linearResponse(FLOAT, problem, task, shots, parameters);
    const { intrusion, gain } = intrusionAndGain(FLOAT, problem, { targetTask, task }, response);
    const scores = Array.from({ length: 100 }, (_, stream) => {
      const measured = monteCarloCoefficients(problem, { targetTask, task }, shots, parameters, {
        prompts: 2000,
        seed: 5,
        stream,
      });
      return [
        (measured.intrusion.mean - intrusion) / measured.intrusion.standardError,
        (measured.shortfall.mean - (1 - gain)) / measured.shortfall.standardError,
      ];
    });
    for (const which of [0, 1]) {
      const z = scores.map((pair) => pair[which]!);
      const mean = z.reduce((sum, x) => sum + x, 0) / z.length;
      const square = z.reduce((sum, x) => sum + x * x, 0) / z.length;
      const told = `coefficient ${which}: mean of z ${mean}, which has the standard deviation 0.1; mean square ${square}, 0.14`;
      expect(Math.abs(mean), told).toBeLessThan(0.4);
      expect(Math.abs(square - 1), told).toBeLessThan(0.56);
    }
  });

  it("are refused for parallel tasks, for fewer than two prompts and for a target of another length", () => {
    const measure = (target: readonly number[], prompts = 10) =>
      monteCarloCoefficients(problem, { targetTask: target, task }, 1, parameters, { prompts, seed: 1 });
    expect(() => measure(task.map((x) => -2 * x))).toThrow(/^task: holds .*no multiple of the target/);
    expect(() => measure(targetTask, 1)).toThrow(/^prompts: /);
    expect(() => measure([1, 2])).toThrow(/^targetTask: /);
  });
});
