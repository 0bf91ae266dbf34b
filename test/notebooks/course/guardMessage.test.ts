import { describe, expect, it } from "vitest";
import { readGuardMessage } from "../../../src/notebooks/course/guardMessage";

describe("a line that a submission may have written", () => {
  it.each([
    ["no JSON", "{", undefined],
    ["no object", "[1]", undefined],
    ["no whole number of cells", '{"done":1.5}', undefined],
    ["how many cells have run", '{"done":3}', { done: 3 }],
    [
      "objects in the place of texts, which refuse to become any",
      '{"failures":[{"cell":1,"text":{"toString":1}},2],"isComplete":1,"printed":{"a":{"toString":1,"valueOf":1},"b":"said"}}',
      { failures: [{ cell: null, text: "" }], isComplete: false, printed: { b: "said" } },
    ],
  ])("%s", (_, line, read) => {
    expect(readGuardMessage(line)).toEqual(read);
  });
});
