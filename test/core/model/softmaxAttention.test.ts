import { describe, it } from "vitest";
import { softmaxLabel } from "../../../src/core/model/softmaxAttention";
import { expectClose } from "../../support/expectClose";

describe("a softmax head", () => {
  it("averages more tokens than a call may have arguments", () => {
    const examples = 200_000;
    const zero = [0, 0, 0].map(() => [0, 0, 0]);
    const value = [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ];
    const ones = Array.from({ length: examples }, () => 1);
    const prompt = { covariates: ones.map((x) => [x]), labels: ones, query: [1] };
    // All scores are 0, so all weights 1/N, and the query token's label slot holds 0.
    expectClose(
      softmaxLabel([{ kind: "merged", value, keyQuery: zero }], prompt),
      examples / (examples + 1),
      {
        tolerance: 1e-10,
        reason: "a sum of 200,000 terms",
        input: `${examples} examples with the label 1`,
      },
    );
  });
});
