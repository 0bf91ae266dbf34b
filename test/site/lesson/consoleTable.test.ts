import { Console } from "node:console";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { consoleTable } from "../../../src/site/lesson/platform/consoleTable";

/** What Node itself prints. */
function printed(value: unknown, properties?: readonly string[]): string {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  new Console(stream).table(value, properties as string[] | undefined);
  return text;
}

describe("console.table in a lesson's page", () => {
  it.each<[string, unknown, (readonly string[])?]>([
    ["rows", [{ risk: 0.25, name: "exact" }, { risk: 1 }]],
    ["rows and plain values", [{ a: 1 }, { b: { c: 1, d: [1, 2, 3, 4] } }, 5, null]],
    ["lists", [[1, 2], [3]]],
    ["some columns", [{ a: 1, b: 2 }, { b: 3 }, 4], ["b"]],
    ["an object", { first: { a: 1 }, second: { a: "two" } }],
    ["a typed array", new Float64Array([0.5, 2])],
    ["a map", new Map<string, unknown>([["k", { a: { b: 1 } }]])],
    ["a set", new Set([1, "x"])],
    ["nothing", []],
    ["a wide object", [{ o: { a: 1, b: 2, c: 3 } }]],
  ])("is drawn as by Node: %s", (what, value, properties) => {
    expect(`${consoleTable(value, properties)}\n`, what).toBe(printed(value, properties));
  });

  it("prints what has no rows as it is", () => {
    expect([5, "text", null, undefined].map((value) => consoleTable(value))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
