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
  "01": [
    { set: { dimension: 0 }, refuses: "dimension" },
    { set: { dimension: 2.5 }, refuses: "dimension" },
    { set: { noiseVariance: -0.1 }, refuses: "noiseVariance" },
    { set: { noiseVariance: "infinity" }, refuses: "noiseVariance" },
    { set: { prompts: 1 }, refuses: "prompts" },
    { set: { seed: -1 }, refuses: "seed" },
    {
      set: { dimension: 1, noiseVariance: 0, prompts: 200 },
      holds: (run) => {
        expect(run.text("opening-read")).toContain("the more there is to read, the more it knows");
        expect(run.text("curve-turn")).toContain("with $\\Gamma = I$ the first example helps");
        expect(run.text("full-layer-check")).toContain("agree to 1e-12: true");
      },
    },
    {
      set: { dimension: 12, noiseVariance: 10, prompts: 200 },
      holds: (run) => {
        // n/N² [d(1 + σ²) + 1] of a hundred examples is 1.3: worse than to say nothing.
        expect(run.text("opening-read")).toContain("even 100 examples are too few");
        const risks = run.table("01-risk-against-shots").filter((row) => row.block === "Γ = 1 I");
        expect(Math.min(...risks.map((row) => Number(row.predicted)))).toBe(risks[0]!.predicted);
        expect(run.text("curve-turn")).toContain(
          "with $\\Gamma = I$ it is no better than without examples up to $n = 40$",
        );
      },
    },
  ],
  "02": [
    { set: { dimension: 7 }, refuses: "dimension" },
    { set: { dimension: 0 }, refuses: "dimension" },
    { set: { models: 1 }, refuses: "models" },
    { set: { prompts: 10 }, refuses: "prompts" },
    {
      set: { dimension: 1, models: 2, prompts: 300 },
      holds: (run) => {
        expect(run.text("versions-table").match(/true/g)).toHaveLength(3);
        expect(run.text("central-differences")).not.toContain("false");
        expect(run.text("central-differences")).not.toContain("x2");
        expect(run.text("opening-read")).toContain("After 300 prompts");
      },
    },
    {
      set: { dimension: 2, models: 3, prompts: 300 },
      holds: (run) => {
        expect(run.text("central-differences")).toContain("M[x1, x2]");
        // What the sentence says of the exact risk is the first row of the table above it.
        const [, square] = /exact risk +9 +([\d.]+)/.exec(run.text("agreement"))!;
        const [, said] = /The mean of \$z\^2\$ is ([\d.]+)/.exec(run.text("controls-read"))!;
        expect(Number(said)).toBeCloseTo(Number(square), 1);
      },
    },
  ],
  "03": [
    { set: { pretrainingShots: "infinity" }, refuses: "pretrainingShots" },
    { set: { pretrainingShots: 0 }, refuses: "pretrainingShots" },
    { set: { dimension: 0 }, refuses: "dimension" },
    { set: { noiseVariance: -1 }, refuses: "noiseVariance" },
    {
      set: { dimension: 1, noiseVariance: 0, pretrainingShots: 1, prompts: 200 },
      holds: (run) => {
        expect(run.text("gradient-check")).toContain("of that: true");
        expect(run.text("traps-count")).toContain("All 25 runs came to rest.");
        expect(run.text("curves-turn")).toContain("it helps from the first example on");
        expect(run.text("traps-table").match(/5 of 5/g)).toHaveLength(5);
      },
    },
    {
      set: { dimension: 8, noiseVariance: 2, pretrainingShots: 60, prompts: 200 },
      holds: (run) => {
        expect(run.text("gradient-check")).toContain("of that: true");
        expect(run.text("traps-count")).toMatch(/came to rest|still moved/);
        const bold = run.table("03-pretraining-length").filter((row) => row.pretraining === "m = ∞");
        const recovered = bold.findIndex((row, n) => n > 0 && row.predicted! < bold[0]!.predicted!);
        expect(run.text("curves-turn")).toContain(`up to $n = ${recovered - 1}$`);
      },
    },
  ],
  "04": [
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { dimension: "infinity" }, refuses: "dimension" },
    { set: { noiseVariance: -0.1 }, refuses: "noiseVariance" },
    { set: { pretrainingShots: 0 }, refuses: "pretrainingShots" },
    {
      set: { dimension: 2, noiseVariance: 0, prompts: 300 },
      holds: (run) => {
        expect(run.text("descent-check")).not.toContain("false");
        expect(run.text("agreement")).toContain("without scatter: 1, of them equal to the prediction: 1");
        expect(run.text("opening-read")).toContain("more than the 1 of a model that always says 0");
      },
    },
    {
      set: { dimension: 3, noiseVariance: 2, pretrainingShots: 1, prompts: 300 },
      holds: (run) => {
        expect(run.text("descent-check")).not.toContain("false");
        expect(run.text("agreement")).not.toContain("without scatter");
      },
    },
    {
      set: { pretrainingShots: "infinity", prompts: 100 },
      holds: (run) => expect(run.text("descent-check")).not.toContain("false"),
    },
  ],
  "05": [],
  "06": [],
  "07": [],
  "08": [],
  "09": [],
  "10": [],
  "11": [],
  "12": [],
  "13": [],
  "14": [],
  "15": [],
};
