import { Matrix as DenseMatrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import {
  forcedOffset,
  leftInErased,
  lowRankParameters,
  lowRankPrice,
} from "../../../src/core/theory/lowRankDescent";
import { expectClose } from "../../support/expectClose";

const DIMENSION = 4;
const { problem } = isotropicSetting({ dimension: DIMENSION, noiseVariance: 0.1, pretrainingShots: 20 });
const axis = (k: number): number[] => Array.from({ length: DIMENSION }, (_, i) => (i === k ? 1 : 0));
const blockScale = 0.8;
const stateOf = (rank: number, scoreScale = 9) => ({ dimension: DIMENSION, blockScale, rank, scoreScale });
/** Erases the first axes, θ₀'s own first; the offset points between all of them. */
const erasedOf = (rank: number) => {
  const erased = Array.from({ length: rank }, (_, k) => axis(k));
  return { erased, offset: axis(0).map((_, i) => (i < rank ? 1 / Math.sqrt(rank) : 0)) };
};
const zeroShot = (parameters: AttentionParameters): number =>
  exactRisk(FLOAT, problem, axis(0), 0, parameters);

/** The best multiple of θ₀ as v_x, by three evaluations of a parabola. */
function bestValue(at: (b: number) => AttentionParameters): { b: number; risk: number } {
  const [r0, r1, r2] = [0, 0.1, 0.2].map((b) => zeroShot(at(b)));
  const curvature = (r2! - 2 * r1! + r0!) / 0.02;
  const b = -((r1! - r0!) / 0.1 - 0.1 * curvature) / (2 * curvature);
  return { b, risk: zeroShot(at(b)) };
}

describe("what erasing r directions costs", () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 1],
    [5, 4],
    [8, 3],
  ])("d = %i, rank %i: as the best ε and v_x say, found without the formulas", (dimension, rank) => {
    const setting = isotropicSetting({ dimension, noiseVariance: 0.1, pretrainingShots: 20 });
    const state = { dimension, blockScale: 0.7, rank, scoreScale: 6 };
    const target = Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0));
    /** R(0, θ₀) at v_x = bθ₀: a parabola in b, whose lowest point is read off three values. */
    const best = (epsilon: number): number => {
      const [r0, r1, r2] = [0, 0.1, 0.2].map((b) =>
        exactRisk(
          FLOAT,
          setting.problem,
          target,
          0,
          blockParameters(FLOAT, {
            block: target.map((_, i) => target.map((_x, j) => (i === j ? (i < rank ? epsilon : 0.7) : 0))),
            scoreScale: state.scoreScale,
            valueVector: target.map((x) => b * x),
          }),
        ),
      );
      const curvature = r2! - 2 * r1! + r0!;
      const slope = (4 * r1! - 3 * r0! - r2!) / 2;
      return r0! - slope ** 2 / (2 * curvature);
    };
    const epsilon = leftInErased(state);
    const input = { dimension, rank };
    expectClose(best(epsilon), setting.problem.noiseVariance + lowRankPrice(state), {
      tolerance: 1e-12,
      reason: "the same number by a parabola through three exact risks",
      input,
    });
    for (const other of [epsilon - 0.02, epsilon + 0.02])
      expect(best(other), JSON.stringify({ ...input, other })).toBeGreaterThan(best(epsilon));
  });
});

describe("what zero-shot fine-tuning makes of a block with r products", () => {
  it.each([1, 2, 3, 4])("rank %i: the price in closed form, at the best of all ε", (rank) => {
    const state = stateOf(rank);
    const at = (b: number) =>
      lowRankParameters(state, erasedOf(rank), { valueVector: axis(0).map((x) => b * x), labelWeight: 1 });
    const best = bestValue(at);
    expectClose(best.risk, problem.noiseVariance + lowRankPrice(state), {
      tolerance: 1e-12,
      reason: "the same number by a parabola through three exact risks",
      input: state,
    });
    const shifted = (epsilon: number) =>
      bestValue((b) =>
        blockParameters(FLOAT, {
          block: axis(0).map((_, i) => axis(i).map((x) => x * (i < rank ? epsilon : blockScale))),
          scoreScale: state.scoreScale,
          valueVector: axis(0).map((x) => b * x),
        }),
      ).risk;
    const epsilon = leftInErased(state);
    expect(shifted(epsilon + 0.02)).toBeGreaterThan(best.risk);
    expect(shifted(epsilon - 0.02)).toBeGreaterThan(best.risk);
  });

  it.each([1, 2, 3, 4])(
    "rank %i: the offset makes the update fit into r products, and no other size does",
    (rank) => {
      const state = stateOf(rank);
      const { keyQuery } = lowRankParameters(state, erasedOf(rank), { valueVector: axis(0), labelWeight: 1 });
      const update = (factor: number): number[][] =>
        keyQuery.map((row, i) =>
          row.map((x, j) => {
            if ((i === 0) !== (j === 0)) return factor * x;
            return i === j && i > 0 && i <= DIMENSION ? x - blockScale : x;
          }),
        );
      const rankOf = (factor: number): number =>
        new SingularValueDecomposition(new DenseMatrix(update(factor))).diagonal.filter((s) => s > 1e-9)
          .length;
      expect(rankOf(1)).toBe(rank);
      expect([0, 0.5, 0.9, 1.1].map(rankOf)).toEqual([0, 0.5, 0.9, 1.1].map(() => rank + 1));
    },
  );

  it("costs (φᵀM_x0)² with endless examples, beside what the erased directions cost", () => {
    const [rank, w] = [2, 1.2];
    const state = stateOf(rank);
    const valueVector = [0.1, 0, 0, 0];
    const parameters = lowRankParameters(state, erasedOf(rank), { valueVector, labelWeight: w });
    const task = [0.3, 0.5, -0.7, 0.2];
    const phi = task.map((x, i) => valueVector[i]! + w * x);
    const epsilon = leftInErased(state);
    const offset = (forcedOffset(state) * (phi[0]! + phi[1]!)) / Math.SQRT2;
    const bias = phi.map((x, i) => (i < rank ? epsilon : blockScale) * x - task[i]!);
    expectClose(
      exactRisk(FLOAT, problem, task, "infinity", parameters),
      problem.noiseVariance + offset ** 2 + bias.reduce((sum, x) => sum + x * x, 0),
      { tolerance: 1e-12, reason: "a few dozen operations" },
    );
  });
});
