import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";

const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
const parameters = pretrainedParameters(FLOAT, problem, pretraining);
const short = { ...parameters, value: [1] };

describe("public functions", () => {
  it.each([
    [
      "exactRisk, task",
      () => exactRisk(FLOAT, problem, [1], 0, parameters),
      "task: holds [1]; allowed: an array of 2 numbers",
    ],
    [
      "exactRisk, value",
      () => exactRisk(FLOAT, problem, [1, 0], 0, short),
      "value: holds [1]; allowed: an array of 4 numbers",
    ],
    [
      "exactRisk, shots",
      () => exactRisk(FLOAT, problem, [1, 0], 0.5, parameters),
      'shots: holds 0.5; allowed: a whole number, 0 or more, or "infinity"',
    ],
    [
      "monteCarloRisk, task",
      () => monteCarloRisk(problem, [], 0, parameters, { prompts: 2, seed: 1 }),
      "task: holds []; allowed: an array of 2 numbers",
    ],
    [
      "monteCarloRisk, shots",
      () => monteCarloRisk(problem, [1, 0], -1, parameters, { prompts: 2, seed: 1 }),
      "shots: holds -1; allowed: a whole number, 0 or more",
    ],
    [
      "predict, target",
      () => predict(problem, pretraining, { kind: "zero-shot-full", targetTask: [1] }),
      "targetTask: holds [1]; allowed: an array of 2 numbers",
    ],
    [
      "predict, task",
      () => predict(problem, pretraining, { kind: "pretrained" }).risk([1, 2, 3], 0),
      "task: holds [1,2,3]; allowed: an array of 2 numbers",
    ],
    [
      "predict, shots",
      () => predict(problem, pretraining, { kind: "pretrained" }).risk([1, 2], Number.NaN),
      "shots: holds NaN; allowed: a whole number, 0 or more",
    ],
    [
      "isotropicSetting, dimension",
      () => isotropicSetting({ dimension: 0, noiseVariance: 0, pretrainingShots: 1 }),
      "dimension: holds 0; allowed: a whole number, 1 or more",
    ],
    [
      "isotropicSetting, noise",
      () => isotropicSetting({ dimension: 1, noiseVariance: Number.POSITIVE_INFINITY, pretrainingShots: 1 }),
      "noiseVariance: holds Infinity; allowed: a finite number, 0 or more",
    ],
    [
      "isotropicSetting, shots",
      () => isotropicSetting({ dimension: 1, noiseVariance: 0, pretrainingShots: 0 }),
      'pretrainingShots: holds 0; allowed: a whole number, 1 or more, or "infinity"',
    ],
  ])("refuse in one line: %s", (_name, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});
