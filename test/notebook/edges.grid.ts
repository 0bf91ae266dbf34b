import { expect } from "vitest";
import type { EdgeRun } from "./support/edgeRun";

/**
 * The edges of what a reader may set in each lesson: the settings at which a lesson is most likely to fail, or to say what is not so.
 * A setting is given as `--set name=value` gives it. Either the lesson refuses it (`refuses` names the parameter that its cell of
 * parameters complains of), or it runs to its end and `holds` checks what it then says.
 *
 * Beside these checks every setting that runs is held against what is true of all lessons (test/notebook/edges.test.ts): no text shows
 * NaN, undefined or an infinite number, and no logarithmic axis reaches rounding errors.
 *
 * A run costs seconds: set `prompts` and the like low, and put several edges into one setting where they do not hide each other.
 * Refusals are nearly free.
 */
export type EdgeSetting = {
  readonly set: Readonly<Record<string, number | string | readonly (number | string)[]>>;
} & ({ readonly refuses: string } | { readonly holds: (run: EdgeRun) => void });

/** Notebook files, by the two digits they start with. */
export const EDGES: Readonly<Record<string, readonly EdgeSetting[]>> = {
  "01": [],
  "02": [],
  "03": [],
  "04": [],
  "05": [],
  "06": [],
  "07": [],
  "08": [],
  "09": [
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { noiseVariance: 0 }, refuses: "noiseVariance" },
    {
      set: { dimension: 3, steps: 200 },
      holds: (run) => {
        // The low-rank flows are those of the released setting, with five directions, whatever the dimension here.
        expect(run.text("low-rank-read")).toMatch(/leaves 4 of 5 directions/);
      },
    },
  ],
  "10": [
    { set: { exampleClaim: "no-such-claim" }, refuses: "exampleClaim" },
    {
      set: { exampleClaim: "softmax-zero-shot" },
      holds: (run) => {
        // No identity to break: the simulation is broken instead.
        expect(run.text("break-claim-table")).toMatch(/as it is\s+verified/);
        expect(run.text("break-claim-table")).toMatch(/refuted/);
        expect(run.text("break-claim-table")).toMatch(/inconclusive/);
      },
    },
  ],
  "11": [
    { set: { table: "boston" }, refuses: "table" },
    { set: { table: "quakes", target: "bmi" }, refuses: "target" },
    { set: { splits: 1 }, refuses: "splits" },
    {
      set: { table: "quakes", target: "mag", splits: 2, prompts: 50, steps: 50 },
      holds: (run) => {
        for (const row of run.table("11-one-target"))
          expect(
            Number(row.halfBar) / Number(row.standardError),
            "half of t with one degree of freedom",
          ).toBeCloseTo(12.706 / 2, 3);
      },
    },
  ],
  "12": [
    { set: { dimension: 0 }, refuses: "dimension" },
    {
      set: { dimension: 1, noiseVariance: 0, prompts: 400 },
      holds: (run) => {
        expect(run.text("path-read")).toMatch(/promises 0\.\d+ at zero shots/);
      },
    },
  ],
  "13": [
    { set: { pretrainingBlock: 0 }, refuses: "pretrainingBlock" },
    { set: { prompts: 1 }, refuses: "prompts" },
    {
      set: { prompts: 8, pretrainingBlock: 1, fineTuningBlock: 1 },
      holds: (run) => expect(run.text("live-softmax")).toMatch(/value matrix only/),
    },
  ],
  "14": [
    { set: { dimension: 1 }, refuses: "dimension" },
    {
      set: { dimension: 2, noiseVariance: 0, prompts: 40, flowTime: 5 },
      holds: (run) =>
        expect(run.text("descent-setting")).toContain("(d = 5) whatever the parameters above, for 0.01"),
    },
  ],
  "15": [
    { set: { pretrainingShots: 1 }, refuses: "pretrainingShots" },
    {
      set: { dimension: 1, noiseVariance: 0, pretrainingShots: 4 },
      holds: (run) => {
        expect(run.text("sides-read")).toMatch(/at n = 16 and 64 in/);
        expect(run.text("frontier-read")).toContain("0.644");
      },
    },
  ],
};
