import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { printRational } from "../../../src/core/algebra/rational";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { ownValueModel, ownValueRisk } from "../../../src/core/theory/ownValue";
import { pretrainedBlock } from "../../../src/core/theory/pretraining";
import { valueOnlyOptimum, valueOnlyRisk } from "../../../src/core/theory/zeroShotValue";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({ dimension: 3, noiseVariance: 0.1, pretrainingShots: 20 });
const gamma = pretrainedBlock(FLOAT, problem, pretraining);
const target = [0.6, 0, -0.8];
const valueVector = valueOnlyOptimum(FLOAT, problem, gamma, target);
const before = blockParameters(FLOAT, { block: gamma });

describe("a value that a token gives itself", () => {
  it("is told by hand: d = 1, Σ = Γ = 1, v_x = u, n = 1", () => {
    const [u, t, noise] = [RATIONAL.from(1).div(5), RATIONAL.from(2).div(3), RATIONAL.from(1).div(10)];
    const line = { dimension: 1, covariance: [[RATIONAL.one]], noiseVariance: noise };
    // f = ½[x₁² t x + ε₁x₁x + u x³], so f − y has, given x, the mean (½t + ½ux² − t)x and the variance ¼x²(2t² + σ²).
    const half = RATIONAL.from(1).div(2);
    const [square, fourth, sixth] = [1, 3, 15].map((m) => RATIONAL.from(m));
    const lack = half.mul(t).neg();
    const own = half.mul(u);
    const mean = lack
      .mul(lack)
      .mul(square!)
      .add(lack.mul(own).mul(2).mul(fourth!))
      .add(own.mul(own).mul(sixth!));
    const scatter = t.mul(t).mul(2).add(noise).div(4);
    const byHand = noise.add(mean).add(scatter);
    const got = ownValueRisk(RATIONAL, line, [[RATIONAL.one]], [u], [t], 1);
    expect(printRational(got)).toBe(printRational(byHand));
  });

  it("has the zero-shot risk of value-only fine-tuning, and with endless examples the pretrained risk, on every task", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (task) => {
          const after = { valueVector, labelWeight: 1 };
          const input = `task ${task}`;
          const reason = "sums of some ten terms in another order";
          expectClose(
            ownValueRisk(FLOAT, problem, gamma, valueVector, task, 0),
            valueOnlyRisk(FLOAT, problem, gamma, after, task, 0),
            { tolerance: 1e-12, reason, input },
          );
          expectClose(
            ownValueRisk(FLOAT, problem, gamma, valueVector, task, "infinity"),
            exactRisk(FLOAT, problem, task, "infinity", before),
            { tolerance: 1e-12, reason, input },
          );
        },
      ),
    );
  });

  it("predicts what the layer does with n examples and 1/N of what the updated layer does with none", () => {
    const vector = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(vector, fc.double({ min: -3, max: 3, noNaN: true })), { maxLength: 4 }),
        vector,
        (examples, query) => {
          const prompt = { covariates: examples.map(([x]) => x), labels: examples.map(([, y]) => y), query };
          const alone = { covariates: [], labels: [], query };
          const updated = blockParameters(FLOAT, { block: gamma, valueVector });
          expectClose(
            predictLabel(ownValueModel(FLOAT, gamma, valueVector), prompt),
            predictLabel(before, prompt) + predictLabel(updated, alone) / (examples.length + 1),
            { tolerance: 1e-10, reason: "sums of products below 1e3", input: JSON.stringify(prompt) },
          );
        },
      ),
    );
  });

  it("is simulated without examples to the last bit as the value row that is the sum of both", () => {
    const sampling = { prompts: 200, seed: 5 };
    const model = ownValueModel(FLOAT, gamma, valueVector);
    const sum = blockParameters(FLOAT, { block: gamma, valueVector });
    expect(monteCarloRisk(problem, target, 0, model, sampling)).toEqual(
      monteCarloRisk(problem, target, 0, sum, sampling),
    );
    expect(monteCarloRisk(problem, target, 3, model, sampling).mean).not.toBe(
      monteCarloRisk(problem, target, 3, sum, sampling).mean,
    );
  });

  it("is refused where the row has another length", () => {
    const { parameters } = ownValueModel(FLOAT, gamma, valueVector);
    const short = { parameters, ownValue: [0, 1] };
    expect(() => monteCarloRisk(problem, target, 1, short, { prompts: 2, seed: 1 })).toThrow(/ownValue/);
    expect(() => predictLabel(short, { covariates: [], labels: [], query: [1, 2, 3] })).toThrow(/ownValue/);
  });
});
