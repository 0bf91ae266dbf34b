import type { TableRecord } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";
import { ranged, shown, storedTable } from "../../transformer/storedRows";
import { said } from "./support/storedLesson";

/** What it says is held against the stored rows and against prompts sampled here. */
const LESSON = "16-a-gpt-that-forgets.ipynb";
const row = (trainable: string, objective = "zero-shot"): TableRecord =>
  storedTable("matched").find(
    (each) =>
      each.trainable === trainable &&
      each.objective === objective &&
      each.rate === 0.001 &&
      each.excessLeft === 0.1,
  )!;
const kept = (...key: Parameters<typeof row>): string => ranged(row(...key), "benefitKept", "benefit");

describe("lesson 16 says", () => {
  it("what the stored study holds, at a tenth of the excess", () => {
    const text = said(LESSON, "opening-read");
    for (const trainable of ["all", "value", "mlp", "lora-value-4"]) expect(text).toContain(kept(trainable));
    expect(text).toContain(`the difference is ${ranged(row("value"), "lessAll", "lessAll")}`);
    expect(text).toContain("neither clearly more nor clearly less");
    const means = ["all", "value", "mlp", "lora-value-4"].map((each) =>
      Number(row(each, "replay").benefitKept),
    );
    expect(text).toContain(`lifts the lowest of the four to ${shown(Math.min(...means))}`);
  });

  it("which layer and which position, from the rows of the second section", () => {
    const [table, text] = [said(LESSON, "which-layer-table"), said(LESSON, "which-layer-read")];
    for (const part of ["value-layer-1", "value-layer-2", "own-value", "mlp-layer-1", "mlp-layer-2"]) {
      expect(table).toContain(kept(part));
      expect(table).toContain(ranged(row(part), "lessValue", "lessValue"));
    }
    expect(Number(row("own-value").lessValueLow)).toBeGreaterThan(0);
    expect(text).toContain("keep clearly more than the value matrices");
    expect(text).toContain("and it is borne out");
    expect(text).toContain(kept("own-value"));
  });

  it("that intrusion was not what training everything took away in the gain", () => {
    const text = said(LESSON, "coefficients-read");
    for (const part of ["all", "value", "mlp"])
      expect(text).toContain(`a = ${shown(row(part).intrusion)}, b = ${shown(row(part).gain)}`);
    expect(text).toContain("does not take the ability away, as it does in one linear layer");
  });

  it("that an update kept off all that examples' tokens read learns nothing, and what others do beside it", () => {
    const [table, text] = [said(LESSON, "kept-off-table"), said(LESSON, "kept-off-read")];
    expect(text).toContain(
      "The strict form has 1.00 of the zero-shot excess left, as the proof says: it has learned nothing",
    );
    const reached = [...table.matchAll(/^(.*\S) +[\d.]+ +(yes|no) +\S+$/gm)].map(([, name, answer]) => [
      name,
      answer,
    ]);
    expect(reached).toEqual([
      ["off all that examples' tokens read", "no"],
      ["off 95 % of it", "no"],
      ["off as many directions, at random", "yes"],
      ["off 99 % of what label tokens read", "yes"],
      ["a token's own values, last layer", "yes"],
    ]);
    // What it says of the stored studies.
    const reachedOf = (study: string) =>
      ["value-off-examples-95", "value-off-random-examples-95"].map(
        (trainable) =>
          storedTable("matched", study).find(
            (line) => line.trainable === trainable && line.excessLeft === 0.1,
          )!.reached,
      );
    expect(text).toContain("the second reaches a tenth in none, the third in four");
    expect(reachedOf("transformer-confined/quick")).toEqual([0, 4]);
    expect(text).toContain("both do in all ten runs");
    expect(reachedOf("transformer-confined")).toEqual([10, 10]);
    expect(text).toContain("it is not how many directions are spared that matters, but which");
    for (const study of ["transformer-confined", "transformer-confined/quick"])
      for (const each of storedTable("differences", study).filter(
        ({ trainable, less, seeds }) =>
          trainable === "value-off-labels-99" && less === "value" && Number(seeds) > 1,
      )) {
        expect(Number(each.low)).toBeLessThan(0);
        expect(Number(each.high)).toBeGreaterThan(0);
      }
  });

  it("the intrusion of values that a token gives itself in one linear layer: sampled prompts say so too", () => {
    const [d, n] = [3, 4];
    const random = new RandomSource(16, 3);
    const prompts = 200_000;
    // Γ = I; v_x = θ₀/(d + 4) acts on the query's own token alone. θ₀ and θ are the first two axes.
    const [target, task] = [0, 1];
    const sums = { target: 0, own: 0, squares: 0 };
    const draw = () => Array.from({ length: d }, () => random.normal());
    for (let k = 0; k < prompts; k += 1) {
      const query = draw();
      const inner = (x: readonly number[]): number => x.reduce((sum, entry, i) => sum + entry * query[i]!, 0);
      let f = (inner(query) * query[target]!) / (d + 4);
      for (let j = 0; j < n; j += 1) {
        const x = draw();
        f += inner(x) * (x[task]! + Math.sqrt(0.1) * random.normal());
      }
      f /= n + 1;
      sums.target += f * query[target]!;
      sums.own += f * query[task]!;
      sums.squares += (f * query[target]!) ** 2;
    }
    const error = Math.sqrt(sums.squares) / prompts;
    const close = { tolerance: 4 * error, reason: "four standard errors of a mean over the sampled prompts" };
    expectClose(sums.target / prompts, (d + 2) / ((d + 4) * (n + 1)), { ...close, input: { d, n } });
    expectClose(sums.own / prompts, n / (n + 1), { ...close, tolerance: 8 * error, input: { d, n } });
  });
});
