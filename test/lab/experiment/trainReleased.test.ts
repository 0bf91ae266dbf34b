import { describe, expect, it } from "vitest";
import { trainReleased } from "../../../src/lab/experiment/trainReleased";
import { runUnit } from "../../../src/lab/experiment/unit";

const SMALL = {
  optimiser: "sgd",
  steps: 40,
  batchSize: 50,
  test: { seeds: 2, prompts: 20 },
  largestShots: 2,
} as const;

describe("the released experiment in one call", () => {
  it("trains what the command trains, unit by unit, and records on the way", () => {
    for (const method of ["exact", "sampled"] as const) {
      const run = { method, keyQuery: "merged", seed: 1 } as const;
      const { stages, targetTask } = trainReleased({
        ...run,
        ...SMALL,
        regimes: ["zs_v"],
        record: { schedule: { every: 20 }, measure: ({ value }) => value[6]! },
      });
      expect([...stages.keys()]).toEqual(["pretrained", "zs_v"]);
      expect(Math.hypot(...targetTask)).toBeCloseTo(1, 12);
      const pretrained = runUnit({ ...run, regime: "pretrained" }, SMALL);
      const tuned = runUnit({ ...run, regime: "zs_v", pretrained: pretrained.point }, SMALL);
      expect(stages.get("zs_v")).toMatchObject(tuned);
      const { records, parameters, curve } = stages.get("zs_v")!;
      expect(records.map(({ at }) => at)).toEqual([0, 20, 40]);
      expect(records.at(-1)!.value).toBe(parameters.value[6]);
      expect(curve.map(({ step }) => step)).toEqual([0, 39]);
    }
  });

  it("names the regimes there are when asked for another", () => {
    expect(() => trainReleased({ keyQuery: "merged", regimes: ["zs_q"] })).toThrow(
      /^regimes\[0\]: holds "zs_q"; allowed: zs, zs_v, zs_kq, both/,
    );
  });
});
