import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { measuredCells, riskCurve } from "../../../src/core/simulate/riskCurve";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";

describe("a risk curve", () => {
  const { problem, pretraining } = isotropicSetting({
    dimension: 2,
    noiseVariance: 0.1,
    pretrainingShots: 20,
  });
  const parameters = pretrainedParameters(FLOAT, problem, pretraining);

  it("has the prediction at every n, and a simulation of its own stream where one is asked for", () => {
    const curve = riskCurve(problem, [1, 0], parameters, (n) => n / 10, {
      shots: [0, 1, 5],
      simulated: [5],
      prompts: 50,
      seed: 3,
      stream: 100,
    });
    const { mean, standardError } = monteCarloRisk(problem, [1, 0], 5, parameters, {
      prompts: 50,
      seed: 3,
      stream: 105,
    });
    expect(curve).toEqual([
      { shots: 0, predicted: 0, ...measuredCells() },
      { shots: 1, predicted: 0.1, ...measuredCells() },
      { shots: 5, predicted: 0.5, measured: mean, standardError },
    ]);
  });

  it("leaves the cells of what was not measured without a number", () => {
    expect(measuredCells()).toEqual({ measured: Number.NaN, standardError: Number.NaN });
  });
});
