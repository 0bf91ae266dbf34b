import { describe, expect, it } from "vitest";
import { predict } from "../../../src/core/predict/predict";
import { proportionalModels } from "../../../src/core/theory/proportionalModels";
import { expectClose } from "../../support/expectClose";

const TARGET = [0.3, -1, 0.2, 0.5, 0, 0.7];

describe("the three models of a member of the sequence", () => {
  for (const { spectrum, pretrainingRatio } of [
    { spectrum: [1], pretrainingRatio: 4 },
    { spectrum: [0.5, 2], pretrainingRatio: 1.5 },
    { spectrum: [3, 1, 0.1], pretrainingRatio: Number.POSITIVE_INFINITY },
  ])
    it(`are those that \`predict\` finds with matrices: Σ of ${spectrum}, m/d = ${pretrainingRatio}`, () => {
      const setting = { spectrum, noiseVariance: 0.25, pretrainingRatio };
      const { problem, parameters } = proportionalModels(setting, 6, TARGET);
      const pretraining = {
        taskCovariance: TARGET.map((_, i) => TARGET.map((_x, j) => (i === j ? 1 / 6 : 0))),
        shots: Number.isFinite(pretrainingRatio) ? 6 * pretrainingRatio : ("infinity" as const),
      };
      for (const [name, kind] of [
        ["pretrained", "pretrained"],
        ["valueOnly", "zero-shot-value"],
        ["full", "zero-shot-full"],
      ] as const) {
        const regime = kind === "pretrained" ? { kind } : { kind, targetTask: TARGET };
        const expected = predict(problem, pretraining, regime).parameters;
        const got = parameters[name];
        for (const [i, row] of [got.value, ...got.keyQuery].entries())
          for (const [j, entry] of row.entries())
            expectClose(entry, [expected.value, ...expected.keyQuery][i]![j]!, {
              tolerance: 1e-13,
              reason: "rounding of a few operations on numbers of order one",
              input: { name, row: i, column: j },
            });
      }
    });

  it("is refused where it is none", () => {
    const setting = { spectrum: [1, 2], noiseVariance: 0, pretrainingRatio: 1 };
    expect(() => proportionalModels(setting, 3, [1, 0, 0])).toThrow(
      "dimension: holds 3; allowed: a positive multiple of 2, the length of the spectrum",
    );
    expect(() => proportionalModels(setting, 0, [])).toThrow(/^dimension: holds 0/);
    expect(() => proportionalModels(setting, 2, [1])).toThrow(/^targetTask/);
    expect(() => proportionalModels(setting, 2, [0, 0])).toThrow(/^targetTask: holds/);
    expect(() => proportionalModels({ ...setting, noiseVariance: -1 }, 2, [1, 0])).toThrow(/^noiseVariance/);
  });
});
