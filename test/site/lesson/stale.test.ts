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

  it.each([
    ["counts", "let n = 0;", "n++;", "n"],
    ["counts down before", "let n = 0;", "--n;", "n"],
    ["takes apart into names", "let a = 1, b = 2;", "[a, b] = [b, a];", "a"],
    ["takes an object apart into names", "let a = 1;", "({ x: a } = { x: 2 });", "a"],
    ["goes through a list into a name", "let last = 0;", "for (last of [1, 2]);", "last"],
    ["deletes", "const o: { a?: number } = { a: 1 };", "delete o.a;", "o"],
    ["hands a stream to a function", "const stream = new RandomStream(1);", "draw(stream);", "draw(stream)"],
    ["hands a list to a constructor", "const list = [1];", "new Filler(list);", "list"],
    ["changes a list by a part of it", "const rows = [[1]];", "rows.at(0)!.push(2);", "rows"],
    ["calls a function that changes", "let n = 0;\nconst next = () => (n += 1);", "next();", "n"],
    [
      "calls a function that calls one that changes",
      "let n = 0;\nfunction next() { n += 1; }\nfunction twice() { next(); next(); }",
      "twice();",
      "n",
    ],
    ["changes a list under another name", "const list = [1];\nconst same = list;", "same.push(2);", "list"],
    ["imports", "1", 'import { a as f } from "finetune-icl";', "f()"],
    ["declares a variable in a block", "1", "if (true) { var inner = 1; }", "inner"],
    ["declares a namespace", "1", "namespace N { export const a = 1; }", "N.a"],
    ["declares a type", "1", "type Row = number;", "const row: Row = 1;"],
  ])("are those below a cell that %s, when that has run again", (what, above, cell, below) => {
    const got = staleCells(ts, [above, cell, below], [1, 4, 3]);
    expect(got, `a cell that ${what}: ran at 1, 4, 3; stale ${got.join()}, expected 2`).toEqual([2]);
  });

  it("are not those that share a number, a function or a type with it", () => {
    const shared =
      "const n = -1;\nconst word = 'a';\nconst f = (x: number) => x;\nfunction g(x: string) { return x; }";
    expect(staleCells(ts, [shared, "f(n);\ng(word);", "f(n) + g(word)"], [1, 4, 3])).toEqual([]);
  });
});
