import { InputError } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../src/core/algebra/numberField";
import { averagedRisk } from "../../src/core/exact/averagedRisk";
import { priorCubature } from "../../src/core/exact/priorCubature";
import { isotropicSetting } from "../../src/core/problem/isotropicSetting";
import { RandomSource } from "../../src/core/simulate/randomSource";
import { auxiliaryValueOptimum } from "../../src/core/theory/auxiliaryValue";
import { blockParameters } from "../../src/core/theory/blockParameters";
import { leftInErased, lowRankParameters, lowRankPrice } from "../../src/core/theory/lowRankDescent";
import { noiselessAuxiliaryLoss } from "../../src/core/theory/noiselessAuxiliary";
import { proportionalBayesRisk, proportionalRidge } from "../../src/core/theory/proportionalLimit";
import { softmaxRisk } from "../../src/core/theory/softmax";
import { afterProducts } from "../../src/core/theory/updateRank";
import { noisyFactors } from "../../src/core/train/saddleEscape";
import { expectClose } from "../support/expectClose";

const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
const identity = [
  [1, 0],
  [0, 1],
];
const task = [0.6, -0.8];
const state = { dimension: 2, blockScale: 0.8, rank: 1, scoreScale: 4 };
const head = (scale: number) => ({
  tilt: identity.map((row) => row.map((x) => scale * x)),
  valueVector: [0, 0],
  labelWeight: 1,
});
const values = { valueVector: [0, 0], labelWeight: 1 };
const directions = { erased: [[1, 0]], offset: [1, 0] };
const cube = { kind: "cube" as "sphere", taskCovariance: identity };
const auxiliary = (weight: number) =>
  auxiliaryValueOptimum(FLOAT, problem, identity, task, { shots: 20, weight });
const products = (rank: number) => afterProducts(FLOAT, { root: identity, scoreRoot: 1, rank }, values);
const noisy = (gamma: number) => noisyFactors(2, gamma, { deviation: 0.1, random: new RandomSource(1) });
const spectrum = (value: number) =>
  proportionalRidge({ spectrum: [value, 1], noiseVariance: 0.1, pretrainingRatio: 1 });

/** Finite numbers outside of a formula's domain, which would give another number, NaN or a library's error. */
const OUTSIDE: readonly (readonly [what: string, call: () => unknown, field: string])[] = [
  ["softmax scores at the border", () => softmaxRisk(problem, task, 9, head(Math.SQRT1_2 + 1e-9)), "tilt"],
  ["softmax scores with a singular tilt", () => softmaxRisk(problem, task, 9, head(1)), "tilt"],
  ["softmax scores far outside", () => softmaxRisk(problem, task, 9, head(3)), "tilt"],
  ["more directions than dimensions", () => leftInErased({ ...state, rank: 3 }), "rank"],
  ["their price", () => lowRankPrice({ ...state, rank: 3 }), "rank"],
  [
    "a negative constant score",
    () => lowRankParameters({ ...state, scoreScale: -4 }, directions, values),
    "scoreScale",
  ],
  ["a block of zero", () => leftInErased({ ...state, blockScale: 0 }), "blockScale"],
  [
    "fewer directions than the rank",
    () => lowRankParameters({ ...state, rank: 2 }, directions, values),
    "erased",
  ],
  ["more products than dimensions", () => products(3), "rank"],
  ["a root of a negative number", () => noisy(-1), "gamma"],
  ["a prior of no known kind", () => averagedRisk(problem, cube), "prior.kind"],
  ["its cubature", () => priorCubature(cube), "prior.kind"],
  ["a negative auxiliary weight", () => auxiliary(-5), "weight"],
  ["the same without noise", () => noiselessAuxiliaryLoss(problem, task, { shots: 3, weight: -5 }), "weight"],
  ["an auxiliary weight that is no number", () => auxiliary(Number.NaN), "weight"],
  ["a spectrum with a zero", () => spectrum(0), "spectrum[0]"],
  ["no examples a dimension", () => proportionalBayesRisk(0.1, 0), "ratio"],
  [
    "a label weight that is no number",
    () => blockParameters(FLOAT, { block: identity, labelWeight: Number.NaN }),
    "labelWeight",
  ],
  [
    "a column of another length",
    () => blockParameters(FLOAT, { block: identity, firstColumn: [1] }),
    "firstColumn",
  ],
];

describe("what a formula is not for", () => {
  it.each(OUTSIDE)("%s is refused by name", (_what, call, field) => {
    const thrown = (() => {
      try {
        return call();
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as InputError).message).toContain(`${field}: holds `);
  });

  it("begins where the formula ends: softmax scores just within, every direction erased, weight 0", () => {
    expect(softmaxRisk(problem, task, 9, head(0.7))).toBeGreaterThan(0);
    expect(lowRankPrice({ ...state, rank: 2 })).toBe(0);
    expect(products(2).value).toHaveLength(4);
    expect(auxiliary(0).labelWeight).toBe(1);
  });

  it("is met by a limit: without noise a target of zero leaves the label weight at 1", () => {
    const silent = { ...problem, noiseVariance: 0 };
    for (const weight of [2, "annealed"] as const)
      expect(
        auxiliaryValueOptimum(FLOAT, silent, identity, [0, 0], { shots: 20, weight }).labelWeight,
        `${weight}`,
      ).toBe(1);
  });

  it("is no loss of digits: the least risk of any predictor with very many examples is σ²(1 + 1/α)", () => {
    const [noise, ratio] = [1e-3, 1e6];
    expectClose(((proportionalBayesRisk(noise, ratio) - noise) * ratio) / noise, 1, {
      tolerance: 1e-5,
      reason: "the next order, 1/α, and rounding of σ² to 1e-16 of an excess of 1e-9",
    });
  });
});
