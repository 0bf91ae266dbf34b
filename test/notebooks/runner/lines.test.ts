import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "../../../src/notebooks/runner/lines";

const text = fc.string({
  unit: fc.constantFrom("a", " ", "é", "𝒩", "\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\0"),
});

describe("lines of a text", () => {
  it("joined give the text back", () => {
    fc.assert(fc.property(text, (value) => splitLines(value).join("") === value));
  });

  it("end where Python ends them: each line has one end, at its end, but for the last", () => {
    const oneLine = /^[^\n\r\v\f\x85\u2028]*(?:\r\n|[\n\r\v\f\x85\u2028])$/;
    fc.assert(
      fc.property(text, (value) => {
        const lines = splitLines(value.replaceAll("\x1c", ""));
        for (const line of lines.slice(0, -1)) expect(line).toMatch(oneLine);
        for (const line of lines) expect(line).not.toBe("");
      }),
    );
  });

  it.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a\n"]],
    ["\n\nb", ["\n", "\n", "b"]],
    ["a\r\nb\rc", ["a\r\n", "b\r", "c"]],
    ["x\u2028y", ["x\u2028", "y"]],
  ])("of %j", (value, lines) => expect(splitLines(value)).toEqual(lines));
});
