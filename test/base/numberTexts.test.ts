import { describe, expect, it } from "vitest";
import { checkNumbers } from "../../src/base/numberTexts";

describe("numbers of JSON", () => {
  it.each([
    ["1e-400", /^line 1: the number 1e-400 is nearer to 0 than floats hold/],
    ["0.00000001e-330", /nearer to 0/],
    ["2.2345e-320", /nearer to 0/],
    [`{"a": "1e-400",\n "b": [1, -1e-400]}`, /^line 2: the number -1e-400/],
  ])("that floats cannot hold are refused: %s", (json, message) => {
    expect(() => checkNumbers(json, false)).toThrow(message);
  });

  it.each([
    "0",
    "-0.0",
    "0e5",
    "0.000e-999",
    "5e-324",
    "3e-310",
    "1.7976931348623157e308",
    "0.1234567890123456789",
    "9007199254740993",
    String.raw`{"1e400": "a \"1e400\" b\\"}`,
  ])(
    // biome-ignore format: a list
    "that floats hold, or round as any, are taken: %s",
    (json) => {
      expect(() => checkNumbers(json, false)).not.toThrow();
    },
  );

  it.each([
    [
      "9007199254740993",
      /the number 9007199254740993 has more digits.*write it as a text, "9007199254740993"/,
    ],
    ["0.1234567890123456789", /more digits/],
    ["1e-400", /more digits/],
    ["1e400", /more digits/],
    [`1.${"0".repeat(60)}1`, /the number 1\.0{38}… has more digits/],
  ])("that are another number as a float are refused of exact work: %s", (json, message) => {
    expect(() => checkNumbers(json, true)).toThrow(message);
  });

  it.each(["0.1", "1e23", "100000000000000000000000", "1.50e3", "-0.00012", "5e-324", "0e0", "12300e-2"])(
    "that read as themselves are taken for exact work: %s",
    (json) => {
      expect(() => checkNumbers(json, true)).not.toThrow();
    },
  );
});
