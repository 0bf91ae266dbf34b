import { describe, expect, it } from "vitest";
import { constantColumn, covariateBlock, symmetricBlockLength } from "../../../src/core/model/covariateBlock";

const parameters = {
  value: [0, 0, 0, 1],
  keyQuery: [
    [9, 9, 9, 9],
    [9, 1, 5, 9],
    [9, 3, 2, 9],
    [9, 9, 9, 9],
  ],
};

describe("the covariate block", () => {
  it("is M without the constant's and the label's row and column", () => {
    expect(covariateBlock(parameters)).toEqual([
      [1, 5],
      [3, 2],
    ]);
  });

  it("has the constant's column beside it", () => {
    const keyQuery = parameters.keyQuery.map((row, i) => row.map((_, j) => 10 * i + j));
    expect(constantColumn({ ...parameters, keyQuery })).toEqual([10, 20]);
  });

  it("has a symmetric part whose length counts every entry", () => {
    expect(symmetricBlockLength(parameters)).toBeCloseTo(Math.sqrt(1 + 4 + 2 * 16), 14);
    const turned = { ...parameters, keyQuery: parameters.keyQuery.map((row, i) => row.map((_, j) => i - j)) };
    expect(symmetricBlockLength(turned)).toBe(0);
  });
});
