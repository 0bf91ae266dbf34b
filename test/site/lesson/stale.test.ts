import ts from "typescript";
import { describe, expect, it } from "vitest";
import { staleCells } from "../../../src/site/lesson/worker/stale";

const CELLS = [
  "let base = 1;",
  "const double = base * 2;",
  "console.log('apart');",
  "const list: number[] = [];",
  "list.push(double);",
  "console.log(list, console);",
];

describe("cells that must run again", () => {
  it.each([
    [
      "nothing has run",
      [undefined, undefined, undefined, undefined, undefined, undefined],
      [0, 1, 2, 3, 4, 5],
    ],
    ["all have run in their order", [1, 2, 3, 4, 5, 6], []],
    ["the first has changed: all that follow from it, over others", [undefined, 2, 3, 4, 5, 6], [0, 1, 4, 5]],
    ["the first has run again by itself", [7, 2, 3, 4, 5, 6], [1, 4, 5]],
    ["what nobody uses has run again", [1, 2, 7, 4, 5, 6], []],
    ["a list was changed again behind the cell that shows it", [1, 2, 3, 4, 7, 6], [5]],
  ])("are right where %s", (what, ran, expected) => {
    const got = staleCells(ts, CELLS, ran);
    expect(got, `${what}: ran at ${ran.join()}, stale ${got.join()}, expected ${expected.join()}`).toEqual(
      expected,
    );
  });
});
