import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { checkParameters, type ParameterDomain } from "../../../src/notebooks/runner/parameterDomain";

const DIMENSION: ParameterDomain = { kind: "whole", from: 2, to: 8, because: "two directions are compared" };
const SHOTS: ParameterDomain = { kind: "whole", from: 1, orInfinity: true };
const SHARE: ParameterDomain = { kind: "number", from: 0, to: 1 };
const POSITIVE: ParameterDomain = { kind: "number", above: 0 };
const TABLE: ParameterDomain = { kind: "choice", among: ["wine", "diabetes"] };
const LENGTHS: ParameterDomain = { kind: "list", of: SHOTS, to: 2 };

describe("the domain of a lesson's parameters", () => {
  it.each<[string, unknown, ParameterDomain]>([
    ["both ends of a range of whole numbers", 2, DIMENSION],
    ["both ends of a range of whole numbers", 8, DIMENSION],
    ["the limit", "infinity", SHOTS],
    ["zero where a range starts there", 0, SHARE],
    ["the upper end of a range", 1, SHARE],
    ["a small positive number", 1e-300, POSITIVE],
    ["one of the words", "wine", TABLE],
    ["a list", [1, "infinity"], LENGTHS],
  ])("holds %s", (_what, value, domain) => {
    expect(() => checkParameters({ value }, { value: domain })).not.toThrow();
  });

  it.each<[unknown, ParameterDomain, string]>([
    [1, DIMENSION, "value: holds 1; allowed: a whole number from 2 to 8 (two directions are compared)"],
    [9, DIMENSION, "value: holds 9; allowed: a whole number from 2 to 8 (two directions are compared)"],
    [2.5, DIMENSION, "value: holds 2.5; allowed: a whole number from 2 to 8 (two directions are compared)"],
    [
      "infinity",
      DIMENSION,
      'value: holds "infinity"; allowed: a whole number from 2 to 8 (two directions are compared)',
    ],
    [0, SHOTS, 'value: holds 0; allowed: a whole number, 1 or more, or "infinity"'],
    [-0.1, SHARE, "value: holds -0.1; allowed: a number from 0 to 1"],
    [Number.NaN, SHARE, "value: holds NaN; allowed: a number from 0 to 1"],
    ["0.5", SHARE, 'value: holds "0.5"; allowed: a number from 0 to 1'],
    [0, POSITIVE, "value: holds 0; allowed: a number above 0"],
    ["water", TABLE, 'value: holds "water"; allowed: "wine", "diabetes"'],
    [[], LENGTHS, "value: holds []; allowed: a list of entries, their number from 1 to 2"],
    [[1, 2, 3], LENGTHS, "value: holds [1,2,3]; allowed: a list of entries, their number from 1 to 2"],
    [[1, 0], LENGTHS, 'value[1]: holds 0; allowed: a whole number, 1 or more, or "infinity"'],
  ])("refuses %j in one line", (value, domain, message) => {
    expect(() => checkParameters({ value }, { value: domain })).toThrow(InputError);
    expect(() => checkParameters({ value }, { value: domain })).toThrow(message);
  });

  it("names the first parameter that is out of its domain", () => {
    const domains = { shots: SHOTS, share: SHARE };
    expect(() => checkParameters({ shots: 3, share: 2 }, domains)).toThrow("share: holds 2");
    expect(() => checkParameters({ shots: 0, share: 2 }, domains)).toThrow("shots: holds 0");
  });
});
