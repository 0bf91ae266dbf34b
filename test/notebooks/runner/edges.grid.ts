import { expect } from "vitest";
import { readShownNumber, shownNumber } from "../../../src/base/numberText";
import type { EdgeRun } from "./support/edgeRun";

/**
 * The edges of what a reader may set in each lesson: the settings at which a lesson is most likely to fail, or to say what is not so.
 * A setting is given as `--set name=value` gives it. Either the lesson refuses it (`refuses` names the parameter that its cell of
 * parameters complains of), or it runs to its end and `holds` checks what it then says.
 *
 * Beside these checks every setting that runs is held against what is true of all lessons (test/notebooks/runner/edges.test.ts): no text shows
 * NaN, undefined or an infinite number, and no logarithmic axis reaches rounding errors.
 *
 * A run costs seconds: set `prompts` and the like low, and put several edges into one setting where they do not hide each other.
 * Refusals are nearly free.
 */
export type EdgeSetting = {
  readonly set: Readonly<Record<string, number | string | readonly (number | string)[]>>;
} & (
  | { readonly refuses: string }
  | {
      readonly holds: (run: EdgeRun) => void;
      /** Takes some ten seconds or more: run with LESSONS=all, as the workflow for GitHub does. */
      readonly isLong?: true;
    }
);

/** Lesson 12b as small as its other constants let it be. */
const FEW_DIMENSIONS = { largestDimension: 300, simulatedDimension: 16, prompts: 100 } as const;

/** Notebook files, by what stands before their first hyphen. */
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
        expect(run.text("opening-read")).toContain("from panel to panel there is more to read");
        expect(run.text("curve-turn")).toContain(
          "here they are not: with $\\Gamma = \\tfrac12 I$ the first example helps; with $\\Gamma = I$ the first example helps",
        );
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
    {
      // So few prompts that the truth, too, is far from its samples by their own errors: nothing is shown then.
      set: { dimension: 2, models: 2, prompts: 100 },
      holds: (run) => {
        const [, square] = /exact risk +6 +([\d.]+)/.exec(run.text("agreement"))!;
        expect(Number(square)).toBeGreaterThan(1 + 6 * Math.sqrt(2 / 6));
        expect(run.text("controls-read")).toContain("here *nothing* is shown");
        expect(run.text("controls-read")).not.toContain("rejected");
      },
    },
  ],
  "03": [
    { set: { pretrainingShots: "infinity" }, refuses: "pretrainingShots" },
    { set: { pretrainingShots: 0 }, refuses: "pretrainingShots" },
    { set: { pretrainingShots: 1001 }, refuses: "pretrainingShots" },
    { set: { dimension: 0 }, refuses: "dimension" },
    { set: { noiseVariance: -1 }, refuses: "noiseVariance" },
    // Beyond it a start does not come to rest in the time it is given.
    { set: { noiseVariance: 2.1 }, refuses: "noiseVariance" },
    {
      set: { noiseVariance: 2, pretrainingShots: 1, prompts: 200 },
      holds: (run) => expect(run.text("traps-count")).toContain("All 25 runs came to rest."),
    },
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
      // Some flows are still on their way when their time is up: they have ended nowhere, and no sentence says where.
      set: { dimension: 1, noiseVariance: 2, pretrainingShots: 1000, prompts: 100, seed: 3 },
      isLong: true,
      holds: (run) => {
        const [, moving, all] =
          /(\d+) of (\d+) runs still moved when their time was up, and are left out/.exec(
            run.text("traps-count"),
          )!;
        expect(Number(moving)).toBeGreaterThan(0);
        const points = run
          .table("03-where-descent-ends")
          .filter((row) => row.measured !== null && Number.isFinite(row.measured));
        expect(points).toHaveLength(Number(all) - Number(moving));
        const above = points.filter((row) => row.ends !== "optimum").length;
        expect(run.text("traps-count")).toContain(
          above === 0 ? "that came to rest found the optimum" : `${above} of those at rest ended above`,
        );
      },
    },
    {
      set: { dimension: 8, noiseVariance: 2, pretrainingShots: 60, prompts: 200 },
      isLong: true,
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
      isLong: true,
      holds: (run) => expect(run.text("descent-check")).not.toContain("false"),
    },
  ],
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
        saysWhatIsKept(run, 0);
      },
    },
    {
      // So little is shrunk that −θ₀ fares better than θ₀ at a hundred examples: the wrong sign of the memory is not what decides.
      set: { dimension: 2, pretrainingShots: 1000, prompts: 101, seed: 7 },
      isLong: true,
      holds: (run) => {
        saysWhatIsKept(run, 0.1);
        const [, onTarget, onOpposite] = / is ([\d.]+) times .+ and ([\d.]+) times on \$-/.exec(
          run.text("excess-on-target"),
        )!;
        expect(Number(onOpposite)).toBeLessThan(Number(onTarget));
        expect(run.text("excess-on-target")).toContain("but makes $\\varphi = v_x + w\\theta$ shorter");
      },
    },
    {
      set: { noiseVariance: 0, pretrainingShots: 1, prompts: 100 },
      isLong: true,
      holds: (run) => {
        saysWhatIsKept(run, 0);
        // Worse than the memory alone, with no noise to blame.
        expect(run.text("excess-on-target")).toContain(
          "even endless examples, through a block that pretraining has shrunk",
        );
        expect(run.text("excess-on-target")).not.toContain("nois");
      },
    },
    {
      // Examples take the risk on −θ₀ far below its start, and not below silence.
      set: { noiseVariance: 5, dimension: 20, pretrainingShots: 1, prompts: 100 },
      isLong: true,
      holds: (run) => {
        saysWhatIsKept(run, 5);
        expect(run.text("excess-table")).toContain("On one task examples are worth no more than silence");
        expect(run.text("price-read")).toContain("at $m = 1,\\ 5$ and $20$");
      },
    },
    {
      set: { noiseVariance: 5, dimension: 12, pretrainingShots: "infinity", prompts: 400 },
      isLong: true,
      holds: (run) => {
        // Γ = I: nothing shrinks, and on the target the memory is a loss with a hundred examples, too.
        expect(run.text("descent-check")).not.toContain("false");
        expect(run.text("limit-table")).toMatch(/^infinity/m);
        saysWhatIsKept(run, 5);
      },
    },
  ],
  "06": [
    { set: { noiseVariance: 0 }, refuses: "noiseVariance" },
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { auxiliaryShots: 0 }, refuses: "auxiliaryShots" },
    {
      // The border is nearly a straight line through the task zero: centre and radius are alike to three digits.
      set: { noiseVariance: 0.001, dimension: 2, auxiliaryShots: 1, prompts: 200 },
      isLong: true,
      holds: (run) => {
        saysTheBorder(run, 1);
        expect(run.text("map-read")).toMatch(
          /It passes the task zero at a distance of [\d.]+(?: × 10⁻[⁰-⁹¹²³]+)?, on which/,
        );
      },
    },
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
      isLong: true,
      holds: (run) => {
        saysTheBorder(run, 1);
        expect(run.text("path-why")).toContain("nothing balances the scatter, and the line lies below 1");
        expect(run.text("map-read")).toContain(
          "There is no border: every task gains, the task zero included",
        );
        expect(run.text("curves-read")).not.toContain("by little");
        expect(run.text("full-read")).toContain("which trusts 1 example, does worse still");
        for (const id of ["path-read", "curves-read", "angle-read", "full-read"])
          expect(run.text(id), id).not.toMatch(/[^{]-\d|\b1 examples/);
      },
    },
    {
      // An odd number of prompts, of which some cells draw half.
      set: {
        noiseVariance: 1,
        dimension: 2,
        pretrainingShots: 2,
        auxiliaryShots: 3,
        prompts: 201,
        seed: 7,
      },
      holds: (run) => {
        saysTheBorder(run, 3);
        expect(run.text("map-read")).toContain("and endless prompts in the auxiliary loss and in the test");
      },
    },
    {
      // A border at one length only; and with all parameters free most of the block stays.
      set: { noiseVariance: 10, dimension: 2, pretrainingShots: 1, auxiliaryShots: 1, prompts: 201 },
      holds: (run) => {
        saysTheBorder(run, 1);
        expect(run.text("angle-read")).toContain("A border exists for test prompts of 1 example only.");
        const [, after, before] = /has the size ([\d.]+), after ([\d.]+) in/.exec(run.text("full-read"))!;
        expect(Number(after)).toBeGreaterThan(0.5 * Number(before));
        expect(run.text("full-read")).toContain("asks them one question more: *do you agree");
      },
    },
    {
      // The weight rises above 1: who is far from the target gains most, and long prompts gain.
      set: { auxiliaryShots: 200, prompts: 200 },
      isLong: true,
      holds: (run) => {
        saysTheBorder(run, 200);
        expect(run.text("path-read")).toContain("the memory is its zero-shot optimum to three digits");
        expect(run.text("path-why")).toContain("the line lies above 1");
      },
    },
    {
      set: { pretrainingShots: 5, prompts: 200 },
      isLong: true,
      holds: (run) => saysTheBorder(run, 20),
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
      holds: (run) => {
        expect(run.text("separate-seeds-read")).toContain("4 of 8 seeds gain");
        // The smaller the batches, the larger the error that is left: at 200 it is 0.003.
        const [, own, least] = / above the floor, by ([\d.]+) on average and ([\d.]+) at least/.exec(
          run.text("sampled-read"),
        )!;
        expect(Number(own)).toBeGreaterThan(0.01);
        expect(Number(least)).toBeGreaterThan(0);
        expect(run.text("causes")).not.toMatch(/-\d/);
      },
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
        // Pretrained on two examples it gains on the target itself; what is kept is said of a task that the memory does not favour.
        expect(run.text("forgetting-read")).toMatch(
          /keeps 9\d(?:\.\d)? % of what 20 examples are worth on a task at right/,
        );
        expect(run.text("hyperbola-table")).not.toContain("false");
      },
    },
    {
      // In so much noise a change of a few per cent of the risk is a tenth of what the examples are worth.
      set: { noiseVariance: 2, dimension: 2, pretrainingShots: 1000, prompts: 101, seed: 3 },
      isLong: true,
      holds: (run) => {
        const said =
          /20 examples lose ([\d.]+) % of what they are worth \(([\d.]+) before, ([\d.]+) now/.exec(
            run.text("forgetting-read"),
          )!;
        const [share, before, now] = said.slice(1).map(Number);
        // The risks are shown with three digits: 0.005 of their difference.
        expect(Math.abs((now! - before!) / (3 - before!) - share! / 100)).toBeLessThan(0.02);
        expect(share).toBeGreaterThan(5);
      },
    },
    {
      set: { noiseVariance: 2, dimension: 3, pretrainingShots: "infinity", prompts: 200 },
      isLong: true,
      holds: (run) => expect(run.text("hyperbola-table")).not.toContain("false"),
    },
  ],
  "08b": [
    { set: { dimension: 7 }, refuses: "dimension" },
    { set: { noiseVariance: -1 }, refuses: "noiseVariance" },
    { set: { noiseVariance: 0, dimension: 1, pretrainingShots: 2 }, holds: saysTheDrift },
    {
      set: { noiseVariance: 2, dimension: 6, pretrainingShots: "infinity" },
      isLong: true,
      holds: saysTheDrift,
    },
  ],
  "09": [
    { set: { dimension: 1 }, refuses: "dimension" },
    { set: { noiseVariance: 0 }, refuses: "noiseVariance" },
    // Steps with which the descent overshoots: by their size, and by the curvature that dimension and pretraining bring.
    { set: { learningRate: 0.05 }, refuses: "learningRate" },
    { set: { dimension: 12 }, refuses: "learningRate" },
    { set: { dimension: 8, pretrainingShots: 1000 }, refuses: "learningRate" },
    {
      set: { learningRate: 0.0202, steps: 40 },
      isLong: true,
      holds: (run) => {
        descends(run);
        expect(titleOf(run, "stopping-figure")).toMatch(/at little cost$/);
        expect(run.text("stopping-read")).toContain("the loss comes later");
      },
    },
    {
      // Where the block is small the path ends most steeply.
      set: { dimension: 12, noiseVariance: 10, pretrainingShots: 1, learningRate: 0.03, steps: 1500 },
      isLong: true,
      holds: (run) => {
        descends(run);
        expect(titleOf(run, "stopping-figure")).toContain("then the loss");
      },
    },
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
      isLong: true,
      holds: (run) => {
        for (const row of run.table("11-one-target"))
          expect(
            Number(row.halfBar) / Number(row.standardError),
            "half of t with one degree of freedom",
          ).toBeCloseTo(12.706 / 2, 3);
      },
    },
    {
      // A step is not enough to fit the training rows as well as a linear task does.
      set: { table: "quakes", target: "mag", splits: 2, prompts: 2, steps: 1 },
      holds: (run) => {
        expect(run.text("curves-read")).toContain("on the training rows it has 1.00, not below");
        expect(run.text("curves-read")).not.toContain("a polynomial of degree three also fits");
      },
    },
  ],
  "12": [
    { set: { dimension: 0 }, refuses: "dimension" },
    {
      set: { dimension: 1, noiseVariance: 0, prompts: 401 },
      holds: (run) => {
        expect(run.text("path-read")).toMatch(/promises 0\.\d+ at zero shots/);
        // The stored study has a noise of its own, which the line in its figure shows.
        expect(JSON.stringify(run.figures("study-curves")[0]!.layout)).toMatch(/"y0":0\.1,/);
      },
    },
  ],
  "12b": [
    { set: { noiseVariance: 0 }, refuses: "noiseVariance" },
    { set: { pretrainingRatio: 0.1 }, refuses: "pretrainingRatio" },
    // Here full fine-tuning would leave less than the pretrained model pays, and nothing of order 1/√d would show.
    { set: { pretrainingRatio: 0.5 }, refuses: "pretrainingRatio" },
    { set: { noiseVariance: 10 }, refuses: "pretrainingRatio" },
    {
      // The largest ridge that is allowed, with the most noise.
      set: {
        noiseVariance: 10,
        pretrainingRatio: 5.5,
        ...FEW_DIMENSIONS,
      },
      holds: (run) => {
        const risks = run.table("12b-two-point-spectrum").filter(({ limit }) => Number(limit) > 0);
        const of = (model: string, spectrum: string) =>
          risks
            .filter((row) => row.model === model && row.spectrum === spectrum)
            .map((row) => Number(row.limit));
        const better = of("pretrained", "1/10 and 19/10").filter(
          (risk, k) => risk < of("pretrained", "all 1")[k]!,
        );
        expect(better.length).toBeGreaterThan(0);
        expect(better.length).toBeLessThan(25);
        expect(run.text("spectrum-read")).toContain(`is better off at ${better.length} of 25 lengths here`);
        expect(titleOf(run, "spectrum-figure")).toMatch(/the pretrained layer gains with long prompts only$/);
        expect(
          of("all parameters", "1/10 and 19/10").every((risk, k) => risk > of("all parameters", "all 1")[k]!),
        ).toBe(true);
        const [pays, leaves] = [
          /With 1\/10 and 19\/10 the pretrained model's is ([\d.]+)/,
          /fully fine-tuned one's ([\d.]+):/,
        ].map((pattern) => Number(pattern.exec(run.text("spectrum-read"))![1]));
        expect(leaves).toBeGreaterThan(pays!);
        const [, slope] = /The fourth falls with a slope of (−[\d.]+):/.exec(run.text("convergence-read"))!;
        expect(/only slowly falls/.test(run.text("convergence-read"))).toBe(readShownNumber(slope!) > -0.75);
      },
    },
    {
      // The limit's border is so near zero that in finitely many dimensions no prompt is short enough for a cost.
      set: {
        noiseVariance: 1,
        pretrainingRatio: 2.1,
        ...FEW_DIMENSIONS,
      },
      holds: (run) => {
        expect(run.text("price-read")).toContain("= 0.05$ examples per dimension");
        for (const d of [20, 64, 256])
          expect(run.text("price-read")).toContain(`nowhere (a gain from one example on) for $d = ${d}$`);
      },
    },
    { set: { largestDimension: 256 }, refuses: "largestDimension" },
    { set: { simulatedDimension: 8 }, refuses: "simulatedDimension" },
    {
      // γ ≤ ½: no border, and the panel of m/d = 1 is there once only.
      set: {
        noiseVariance: 1,
        pretrainingRatio: 1,
        ...FEW_DIMENSIONS,
      },
      holds: (run) => {
        expect(run.text("price-read")).toContain("there is no border");
        const changes = run.table("12b-change-on-the-target").filter((row) => row.pretraining === "m/d = 1");
        expect(Math.max(...changes.map((row) => Number(row.change)))).toBeLessThan(0);
        expect(run.text("opening-read")).toContain("*above* the 2 of a model that says nothing");
      },
    },
    {
      // Beside the best predictor the layer is worst with few examples here; what stays of its excess is the bias.
      set: {
        noiseVariance: 1,
        pretrainingRatio: 100,
        ...FEW_DIMENSIONS,
      },
      holds: (run) => saysTheBias(run, 2 / 100),
    },
    {
      set: {
        noiseVariance: 0.01,
        pretrainingRatio: 100,
        ...FEW_DIMENSIONS,
      },
      holds: (run) => {
        // Nearly no shrinking: at 20 dimensions no prompt is long enough for a gain.
        expect(run.text("price-read")).toContain("nowhere (a cost at every length) for $d = 20$");
        const limits = run.table("12b-beside-the-best").filter((row) => Number(row.limit) > 0);
        expect(limits.length).toBeGreaterThan(80);
        for (const row of limits) expect(row.limit).toBeGreaterThan(0.01);
        saysTheBias(run, 1.01 / 100);
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
      set: { dimension: 2, noiseVariance: 0, prompts: 41, flowTime: 5 },
      isLong: true,
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
    {
      // A block that short prompts of many dimensions left small: the two ways part before value-only has come to its price.
      set: { dimension: 12, noiseVariance: 10, pretrainingShots: 2 },
      holds: (run) => {
        const rows = run.table("15-full-less-value-only");
        const largest = Math.max(...rows.map(({ measured }) => Math.abs(Number(measured)))) / 1000;
        expect(largest).toBeGreaterThan(0.02);
        expect(Math.max(...rows.map(({ gain }) => Number(gain)))).toBeGreaterThan(0.7);
        expect(run.text("sides-read")).toContain(`the difference comes to ${largest.toPrecision(2)}`);
        expect(run.text("sides-read")).not.toContain("nearly the same model");
        expect(run.text("sides-read")).toContain("while the gain is small: at n = 8 and 32");
        expect(rows.some(({ count, measured }) => count === 8 && Number(measured) > 0)).toBe(true);
      },
    },
  ],
  "16": [
    { set: { pretrainingSteps: 0 }, refuses: "pretrainingSteps" },
    { set: { rate: 0.1 }, refuses: "rate" },
    { set: { noiseVariance: -0.1 }, refuses: "noiseVariance" },
    { set: { testPrompts: 4 }, refuses: "testPrompts" },
    {
      // Nothing was learned, so that nothing can be forgotten; and nothing reaches the level.
      set: { pretrainingSteps: 2, fineTuningSteps: 1, testPrompts: 64, noiseVariance: 0 },
      holds: (run) => {
        expect(run.text("risk-read")).toContain("there is nothing to forget");
        expect(run.text("coefficients-read")).toContain("it had little before");
      },
    },
    {
      set: { pretrainingSteps: 200, fineTuningSteps: 1, rate: 0.0001, testPrompts: 64 },
      isLong: true,
      holds: (run) => {
        expect(run.text("risk-read")).toContain("there is nothing to compare");
        expect(run.text("coefficients-read")).toContain("that is no fair comparison");
        expect(titleOf(run, "risk-figure")).not.toContain("at the same zero-shot risk");
        // The largest intrusion is largest by size, whatever its sign.
        const rows = run
          .table("16-intrusion-and-gain")
          .filter(({ panel, shots }) => panel === "intrusion a(n)" && shots === 4);
        const most = Math.max(...rows.map(({ measured }) => Math.abs(Number(measured))));
        const [, said] = /of the five, by size, has: .+?, a = (−?[\d.]+)\. The values/.exec(
          run.text("coefficients-read"),
        )!;
        expect(Math.abs(Math.abs(readShownNumber(said!)) - most)).toBeLessThan(0.0051);
      },
    },
    {
      set: { pretrainingSteps: 200, fineTuningSteps: 40, rate: 0.03, testPrompts: 64, noiseVariance: 0.01 },
      isLong: true,
      holds: (run) => saysTheOrder(run),
    },
  ],
  "17": [
    { set: { target: "plural" }, refuses: "target" },
    { set: { role: "target" }, refuses: "role" },
    { set: { shots: 0 }, refuses: "shots" },
    {
      // Tasks of the pool, two of them replayed, of a target that one kind of training never reached.
      set: { target: "category", role: "pool", shots: 1 },
      holds: (run) => {
        expect(run.text("path-table")).toContain("stands where it is at most 1: the line is halved");
        const [figure] = run.figures("tasks-figure");
        expect(JSON.stringify(figure)).toContain("plural (replayed)");
        expect(JSON.stringify(figure)).toContain("accuracy with 1 example, task by task");
        // What is said of all targets does not move with the one that is looked at.
        expect(run.text("opening-read")).toContain("category: no run reached the loss");
        expect(run.text("tasks-read")).toContain("*capital* on 0 of 3 targets");
        const table = run.table("17-accuracy-by-examples");
        expect(new Set(table.map(({ panel }) => panel)).size).toBe(2);
      },
    },
    {
      set: { target: "first-letter", shots: 12 },
      isLong: true,
      holds: (run) => {
        const onTarget = run
          .table("17-accuracy-by-examples")
          .filter(({ panel, trained }) => panel === "the target itself" && trained === "all");
        const at = (n: number) => Number(onTarget.find(({ shots }) => shots === n)!.accuracy);
        expect(at(1)).toBeLessThan(at(0) - 0.5);
        expect(run.table("17-accuracy-by-task").map(({ task }) => task)).toContain("past");
      },
    },
  ],
};

/** Lesson 16: the order of the models that reached the level is that of the risks in the table behind the figure. */
function saysTheOrder(run: EdgeRun): void {
  const rows = run.table("16-risk-on-fresh-tasks");
  const most = Math.max(...rows.map(({ shots }) => Number(shots)));
  const names: Readonly<Record<string, string>> = {
    all: "all parameters",
    value: "value matrices",
    "own-value": "values a token gives itself",
    mlp: "MLP",
    "all, replay": "all, with replay",
  };
  const said = /is: (.+?)\. Change/.exec(run.text("risk-read"))?.[1]?.split("; ") ?? [];
  expect(said.length).toBeGreaterThan(1);
  const sorted = rows
    .filter(({ model, shots }) => shots === most && said.includes(names[String(model)] ?? ""))
    .sort((a, b) => Number(a.risk) - Number(b.risk));
  expect(said).toEqual(sorted.map(({ model }) => names[String(model)]));
}

/** Lesson 5: what is kept of the benefit of a hundred examples is what the curves of the figure say, beside silence. */
function saysWhatIsKept(run: EdgeRun, noiseVariance: number): void {
  const rows = run.table("05-risk-after-value-only-fine-tuning");
  // The figure ends before n = 100, but a risk is of degree two in 1/N: three points of a curve hold it all.
  const risk = (regime: string, task: string): number => {
    const curve = rows.filter((row) => row.regime === regime && row.task === task);
    const points = [0, 1, 40].map((n) => {
      const row = curve.find(({ shots }) => Number(shots) === n)!;
      return [1 / (n + 1), Number(row.predicted)] as const;
    });
    return points.reduce(
      (sum, [q, value]) =>
        sum + points.reduce((part, [p]) => (p === q ? part : (part * (1 / 101 - p)) / (q - p)), value),
      0,
    );
  };
  const before = risk("pretrained", "θ₀");
  const shares = ["unrelated task", "−θ₀"].map(
    (task) => (1 + noiseVariance - risk("zero-shot-value", task)) / (1 + noiseVariance - before),
  );
  const text = run.text("excess-table");
  if (before >= 1 + noiseVariance) {
    expect(text).toContain("A hundred examples are too few here");
    return;
  }
  const said = [/benefit (−?[\d.]+) % are left on the unrelated/, /and (−?[\d.]+) % on \$-/].map((pattern) =>
    readShownNumber(pattern.exec(text)![1]!),
  );
  for (const [k, share] of shares.entries())
    expect(Math.abs(said[k]! - 100 * share)).toBeLessThan(1e-9 + 0.006 * Math.abs(100 * share));
  const least = Math.min(...shares);
  expect(text.includes("In-context learning is kept")).toBe(least >= 0.9);
  expect(text.includes("worth no more than silence")).toBe(least <= 0);
}

/** Lesson 6: the sentence on the border holds for the curve of the auxiliary length, at 0° and at 180°. */
function saysTheBorder(run: EdgeRun, auxiliaryShots: number): void {
  const curve = run.table("06-change-against-angle").filter(({ shots }) => shots === `n = ${auxiliaryShots}`);
  const [near, far] = [0, 180].map((angle) => Number(curve.find((row) => row.angle === angle)!.predicted));
  const said =
    near! * far! < 0
      ? "At that length the border stands at "
      : `At that length there is no border: every task of the target's length ${far! <= 0 ? "gains" : "pays"}`;
  expect(run.text("angle-read")).toContain(said);
  for (const shots of new Set(run.table("06-change-against-angle").map((row) => row.shots))) {
    const changes = run.table("06-change-against-angle").filter((row) => row.shots === shots);
    const rises = Number(changes[0]!.predicted) < Number(changes[changes.length - 1]!.predicted);
    expect(run.text("angle-agreement-read"), String(shots)).toContain(
      rises ? "All curves rise" : "All curves fall",
    );
  }
  expect(run.text("path-table")).toContain("agree to 1e-6: true");
}

/** Lesson 8b: where the conserved quantity is said to go is where the table of ends has it. */
function saysTheDrift(run: EdgeRun): void {
  const energies = run
    .text("sgd-table")
    .split("\n")
    .slice(1)
    .flatMap((line) => line.split(/ {2,}/).slice(1, 2))
    .map(readShownNumber);
  const said = / to ([−\d.]+) without momentum, to ([−\d.]+) with it, and to ([−\d.]+) when/.exec(
    run.text("sgd-read"),
  )!;
  for (const [k, text] of said.slice(1).entries())
    expect(Math.abs(readShownNumber(text) / energies[k + 2]! - 1)).toBeLessThan(0.006);
}

/** The title of the first figure of a cell */
function titleOf(run: EdgeRun, id: string): string {
  return String((run.figures(id)[0]!.layout as { readonly title: { readonly text: string } }).title.text);
}

/** Lesson 9: no step of the descent raises the zero-shot risk. */
function descends(run: EdgeRun): void {
  const risks = run
    .table("09-early-stopping")
    .filter((row) => row.quantity === "zero-shot, target")
    .map((row) => Number(row.risk));
  expect(risks.length).toBeGreaterThan(10);
  for (const [k, risk] of risks.slice(1).entries())
    expect(risk, `step shown as number ${k + 2}`).toBeLessThanOrEqual(risks[k]! * (1 + 1e-12));
}

/** Lesson 12b: the bias of a block shrunk by a ridge is what it says to stay however many examples there are. */
function saysTheBias(run: EdgeRun, ridge: number): void {
  expect(run.text("best-read")).toContain(
    `$(1-\\gamma)^2 = ${shownNumber((ridge / (1 + ridge)) ** 2, 3)}$ of its shrunk block stays`,
  );
}
