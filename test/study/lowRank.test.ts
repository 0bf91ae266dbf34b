import { describe, expect, it } from "vitest";
import { runLowRank } from "../../src/study/lowRank/unit";
import { expectClose } from "../support/expectClose";

describe("a low-rank unit", () => {
  it("of V and M has the offset that its products force, and the limits that follow", () => {
    const input = { set: "all", rank: 2, auxiliary: false, seed: 3, time: 300 } as const;
    const end = runLowRank(input);
    const close = {
      tolerance: 0.03,
      reason: "the flow still drifts: ε lags behind its best value",
      input: end,
    };
    expectClose(end.offset / end.predictedOffset!, 1, close);
    expectClose(end.unrelatedLimit / end.predictedLimit!, 1, { ...close, tolerance: 0.06 });
    expectClose(end.targetLimit / end.predictedTargetLimit!, 1, { ...close, tolerance: 0.06 });
  });

  it("says nothing where theory does not: one matrix alone, an auxiliary loss, more products than directions", () => {
    const input = { set: "all", rank: 2, auxiliary: false, seed: 3, time: 1 } as const;
    expect(runLowRank(input).predictedOffset).toBeGreaterThan(0);
    for (const other of [{ set: "value" }, { auxiliary: true }, { rank: 7 }] as const) {
      const end = runLowRank({ ...input, ...other });
      expect([end.predictedOffset, end.predictedLimit, end.predictedTargetLimit]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });
});
