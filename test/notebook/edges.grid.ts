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

/** Notebook files, by what stands before their first hyphen. */
export const EDGES: Readonly<Record<string, readonly EdgeSetting[]>> = {
  "01": [],
  "02": [],
  "03": [],
  "04": [],
  "05": [
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { noiseVariance: -1 }, refuses: "noiseVariance" },
    { set: { noiseVariance: 6 }, refuses: "noiseVariance" },
    { set: { pretrainingShots: 0 }, refuses: "pretrainingShots" },
    {
      // Without noise full fine-tuning answers its target without an error: no z, and no axis down to rounding errors.
      set: { noiseVariance: 0, dimension: 2, pretrainingShots: 1, prompts: 400 },
      holds: (run) => {
        const exact = run
          .table("05-risk-after-value-only-fine-tuning")
          .filter((row) => Number(row.measured) < 1e-20 && Number(row.predicted) < 1e-20);
        expect(exact.length).toBeGreaterThan(0);
        expect(run.text("agreement")).toMatch(new RegExp(`^ *\\d+ +${exact.length} `, "m"));
        expect(run.text("descent-check")).not.toContain("false");
      },
    },
    {
      set: { noiseVariance: 5, dimension: 12, pretrainingShots: "infinity", prompts: 400 },
      holds: (run) => {
        // Γ = I: nothing shrinks, and on the target the memory is a loss with a hundred examples, too.
        expect(run.text("descent-check")).not.toContain("false");
        expect(run.text("limit-table")).toMatch(/^infinity/m);
      },
    },
  ],
  "06": [
    { set: { noiseVariance: 0 }, refuses: "noiseVariance" },
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { auxiliaryShots: 0 }, refuses: "auxiliaryShots" },
    {
      set: { noiseVariance: 0.001, dimension: 2, pretrainingShots: 1, auxiliaryShots: 5, prompts: 400 },
      holds: (run) => saysTheBorder(run, 5),
    },
    {
      set: {
        noiseVariance: 10,
        dimension: 6,
        pretrainingShots: "infinity",
        auxiliaryShots: 1,
        prompts: 400,
      },
      holds: (run) => saysTheBorder(run, 1),
    },
  ],
  "07": [
    { set: { steps: 100 }, refuses: "steps" },
    { set: { seed: -1 }, refuses: "seed" },
    {
      set: { seed: 3, steps: 3000 },
      holds: (run) => {
        // The row that does not move is that of the pretrained model, number for number.
        const rows = run.text("exact-table").split("\n");
        const row = (regime: string) =>
          rows
            .find((line) => line.startsWith(`${regime} `))!
            .split(/ +/)
            .slice(1);
        expect(row("zs_kq")).toEqual(row("pretrained"));
      },
    },
  ],
  "07b": [
    { set: { steps: 100 }, refuses: "steps" },
    { set: { liveBatch: 5 }, refuses: "liveBatch" },
    {
      set: { seed: 3, steps: 3000, liveBatch: 20 },
      holds: (run) => expect(run.text("separate-seeds-read")).toContain("4 of 8 seeds gain"),
    },
  ],
  "08": [
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { dimension: 6 }, refuses: "dimension" },
    { set: { pretrainingShots: 0 }, refuses: "pretrainingShots" },
    {
      set: { noiseVariance: 0, dimension: 2, pretrainingShots: 2, prompts: 200 },
      holds: (run) => {
        expect(run.text("forgetting-read")).toContain("creeps down to 0, ");
        expect(run.text("hyperbola-table")).not.toContain("false");
      },
    },
    {
      set: { noiseVariance: 2, dimension: 3, pretrainingShots: "infinity", prompts: 200 },
      holds: (run) => expect(run.text("hyperbola-table")).not.toContain("false"),
    },
  ],
  "08b": [
    { set: { dimension: 7 }, refuses: "dimension" },
    { set: { noiseVariance: -1 }, refuses: "noiseVariance" },
    { set: { noiseVariance: 0, dimension: 1, pretrainingShots: 2 }, holds: saysTheDrift },
    { set: { noiseVariance: 2, dimension: 6, pretrainingShots: "infinity" }, holds: saysTheDrift },
  ],
  "09": [],
  "10": [],
  "11": [],
  "12": [],
  "13": [],
  "14": [],
  "15": [],
};

/** Lesson 6: the sentence on the border holds for the curve of the auxiliary length, at 0° and at 180°. */
function saysTheBorder(run: EdgeRun, auxiliaryShots: number): void {
  const curve = run.table("06-change-against-angle").filter(({ shots }) => shots === `n = ${auxiliaryShots}`);
  const [near, far] = [0, 180].map((angle) => Number(curve.find((row) => row.angle === angle)!.predicted));
  const said =
    near! * far! < 0
      ? "At that length the border stands at "
      : `At that length there is no border: every task of the target's length ${far! <= 0 ? "gains" : "pays"}`;
  expect(run.text("angle-read")).toContain(said);
  expect(run.text("path-table")).toContain("agree to 1e-6: true");
}

/** Lesson 8b: where the conserved quantity is said to go is where the table of ends has it. */
function saysTheDrift(run: EdgeRun): void {
  const energies = run
    .text("sgd-table")
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(/ {2,}/)[1]));
  const said = / to ([−\d.]+) without momentum, to ([−\d.]+) with it, and to ([−\d.]+) when/.exec(
    run.text("sgd-read"),
  )!;
  for (const [k, text] of said.slice(1).entries())
    expect(Math.abs(Number(text.replace("−", "-")) / energies[k + 2]! - 1)).toBeLessThan(0.006);
}
