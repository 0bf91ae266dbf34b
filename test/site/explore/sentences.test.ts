import { describe, expect, it } from "vitest";
import { readShownNumber, shownNumber } from "../../../src/base/numberText";
import {
  type AnyState,
  type Control,
  type ControlValue,
  initialState,
} from "../../../src/site/explore/controls";
import type { Answer } from "../../../src/site/explore/explorable";
import { EXPLORABLES } from "../../../src/site/explore/explorables";

/** The ends of a scale, and its start. */
function extremes(control: Control): readonly ControlValue[] {
  switch (control.kind) {
    case "range":
      return [...new Set([control.min, control.initial, control.max])];
    case "shots":
      return [...new Set([control.values[0]!, control.initial, control.values.at(-1)!])];
    case "choice":
      return control.options.map(({ value }) => value);
  }
}

/** Controls whose start says something that the ends of their scale do not. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  "risk-curves": ["labelWeight", "angle"],
  "task-map": ["auxiliaryShots", "pretrainingShots", "shots"],
  "gradient-flow": ["progress"],
};

const known = new Map<string, readonly (readonly [AnyState, Answer])[]>();

/** Every position in which each control stands at an end of its scale or, for those in `also`, at its start. */
function corners(
  id: string,
  also: readonly string[] = MORE[id] ?? [],
): readonly (readonly [AnyState, Answer])[] {
  const before = known.get(id);
  if (before !== undefined) return before;
  const explorable = EXPLORABLES.find((each) => each.id === id)!;
  const states = Object.entries(explorable.controls).reduce<readonly AnyState[]>(
    (all, [name, control]) => {
      const values = extremes(control).filter(
        (value) =>
          control.kind === "choice" || also.includes(name) || value !== control.initial || isEnd(control),
      );
      return all.flatMap((state) => values.map((value) => ({ ...state, [name]: value })));
    },
    [initialState(explorable.controls)],
  );
  const all = states.map(
    (state) =>
      [
        state,
        explorable.kind === "direct" ? explorable.answer(state) : explorable.start(state).answer(),
      ] as const,
  );
  known.set(id, all);
  return all;
}

/** Whether the start is an end of the scale already. */
function isEnd(control: Control): boolean {
  if (control.kind === "range") return [control.min, control.max].includes(control.initial);
  return control.kind === "shots" && [control.values[0], control.values.at(-1)].includes(control.initial);
}

/** A table of numbers by the name of its row and its column. */
function cell({ numbers }: Answer, row: number | string, column: number | string): number {
  const found = typeof row === "number" ? numbers.rows[row] : numbers.rows.find(([name]) => name === row);
  const at = typeof column === "number" ? column : numbers.columns.indexOf(column);
  return Number(found![at]);
}

function parts(sentence: string, pattern: RegExp, where: unknown): readonly string[] {
  const match = pattern.exec(sentence);
  if (match === null) expect.fail(`${JSON.stringify(where)}: "${sentence}" does not fit ${pattern}`);
  return match!.slice(1).map((part) => part ?? "");
}

/** −1, 0, 1, with what a double cannot tell apart as equal. */
function sign(difference: number, scale: number): number {
  return Math.abs(difference) <= 1e-9 * Math.abs(scale) ? 0 : Math.sign(difference);
}

/** The words stand for what the difference of two numbers of the table says. */
function expectWord(
  word: string,
  words: readonly [RegExp, RegExp, RegExp],
  a: number,
  b: number,
  where: unknown,
) {
  const expected = sign(a - b, Math.max(Math.abs(a), Math.abs(b)));
  expect(
    words[(expected + 1) as 0 | 1 | 2].test(word),
    `${JSON.stringify(where)}: "${word}" of ${a} beside ${b}`,
  ).toBe(true);
}

describe("the sentences of the risk curves, at every corner of the controls", () => {
  const all = corners("risk-curves");
  it("agree with the table beside them", () => {
    expect(all.length).toBeGreaterThan(50);
    const seen = new Set<string>();
    for (const [state, answer] of all) {
      const [pretrained, full, value, auxiliary] = answer.words;
      const n = Number(state.shots);
      const at = (row: string, column: "n = 0" | "n" | "n → ∞") =>
        cell(answer, row, column === "n" ? `n = ${n}` : column);
      const risk = parts(
        pretrained!,
        /^On .+, the pretrained model has the risk (.+) without examples and (.+) with \d+ examples?\.$/,
        state,
      );
      expect(risk).toEqual([shownNumber(at("pretrained", "n = 0")), shownNumber(at("pretrained", "n"))]);

      for (const [sentence, row] of [
        [full!, "all parameters"],
        [value!, "value matrix only"],
      ] as const) {
        const [weight, zero, few, endless, verb, verdict, percent, order] = parts(
          sentence,
          /^After fine-tuning (?:all parameters|the value matrix only)(?: \(with w = (.+?)\))? the risk is (.+?) without examples, (.+?) with \d+ examples? and (.+?) with endless ones: (?:the|these) \d+ examples? (.+?) it, and (.+?) \(with endless examples their task has (.+?) % of the weight in the answer that it has in the pretrained model's\)\. The risk is then (.+?)\.$/,
          state,
        ) as readonly string[];
        const where = JSON.stringify(state);
        expect(weight).toBe(state.labelWeight === 1 ? "" : String(state.labelWeight));
        expect([zero, few, endless]).toEqual(
          (["n = 0", "n", "n → ∞"] as const).map((column) => shownNumber(at(row, column))),
        );
        expectWord(
          verb!,
          [/^lowers?$/, /^do(es)? not change$/, /^raises?$/],
          at(row, "n"),
          at(row, "n = 0"),
          state,
        );
        // By the theorems of lesson 5 the gain is w·n/N times γ after value-only fine-tuning and 0 after that of all parameters.
        const share = row === "all parameters" ? 0 : Number(state.labelWeight);
        expect(Math.abs(readShownNumber(percent!) - 100 * share), where).toBeLessThanOrEqual(0.5001);
        expect(verdict, where).toBe(
          share < 0.1
            ? "learning from examples is lost"
            : share > 1.1
              ? "examples count for more than before"
              : "learning from examples is preserved",
        );
        const [far, before] = [at(row, "n → ∞"), at("pretrained", "n → ∞")];
        expectWord(order!, [/^below /, /^as much as /, /^above /], far, before, state);
        if (sign(far - before, far) !== 0) expect(order, where).toContain(`model's ${shownNumber(before)}`);
        expect(/by its memory alone/.test(order!), where).toBe(
          row === "value matrix only" && state.labelWeight === 1 && sign(far - before, far) !== 0,
        );
        seen.add(`${row}: ${verdict}`);
      }

      const [given, comparison] = parts(
        auxiliary!,
        /^With an auxiliary few-shot loss .+ is (.+?), (the same|lower by .+?|higher by .+?)\. Fine-tuning/,
        state,
      );
      const [few, other] = [at("value matrix, auxiliary loss", "n"), at("value matrix only", "n")];
      expect(given).toBe(shownNumber(few));
      expectWord(comparison!, [/^lower by/, /^the same/, /^higher by/], few, other, state);
      for (const column of ["n = 0", "n", "n → ∞"] as const) {
        expect(at("key-query matrix only", column)).toBe(at("pretrained", column));
      }
    }
    // The corners reach preserved and lost alike; otherwise the comparison above would say little.
    expect(seen).toContain("value matrix only: learning from examples is preserved");
    expect(seen).toContain("value matrix only: learning from examples is lost");
    expect(seen).toContain("all parameters: learning from examples is lost");
  });

  it("judge every label weight by the gain, which is w times the pretrained one, wherever the task stands", () => {
    const explorable = EXPLORABLES[0]!;
    if (explorable.kind !== "direct") throw new Error("not direct");
    const said = (state: AnyState) =>
      explorable.answer({ ...initialState(explorable.controls), ...state }).words[2];
    // On the target, after short pretraining, the memory alone comes near to the pretrained model's risk.
    const near = { dimension: 5, pretrainingShots: 1, noiseVariance: 2 };
    for (const angle of [0, 90, 180])
      for (const [labelWeight, verdict] of [
        [0, "learning from examples is lost (with endless examples their task has 0 %"],
        [0.05, "learning from examples is lost (with endless examples their task has 5 %"],
        [0.3, "less than half of the learning from examples is left ("],
        [0.7, "most of the learning from examples is left ("],
        [1, "learning from examples is preserved (with endless examples their task has 100 %"],
        [1.5, "examples count for more than before ("],
      ] as const)
        expect(said({ ...near, angle, labelWeight }), `angle ${angle}, w = ${labelWeight}`).toContain(
          verdict,
        );
  });
});

describe("the sentences of the map of tasks, at every corner of the controls", () => {
  it("agree with the table beside them", () => {
    const all = corners("task-map");
    const seen = new Set<string>();
    for (const [state, answer] of all) {
      const changes = answer.numbers.rows.map((row) => Number(row[3]));
      const angles = answer.numbers.rows.map((row) => Number.parseFloat(String(row[0])));
      // What is rounding of two risks is no change.
      const signs = answer.numbers.rows.map((row, i) => sign(changes[i]!, 1e-3 * Number(row[1])));
      const [who, each] = answer.words;
      if (state.shots === 0) {
        expect(signs, JSON.stringify(state)).toEqual(signs.map(() => 0));
        continue;
      }
      const verb = { gain: -1, lose: 1 } as const;
      const said = parts(who!, /^With \d+ examples? in the prompt, (.+)\.$/, state)[0]!;
      seen.add(said.replace(/[\d.]+°/, "°"));
      const within = /^tasks within ([\d.]+)° of the target (gain|lose), all others (gain|lose)$/.exec(said);
      const everyone = /^all tasks(?: but (?<but>.+))? (?<verb>gain|lose)$/.exec(said);
      angles.forEach((angle, i) => {
        const where = `${JSON.stringify(state)} at ${angle}°: "${said}", change ${changes[i]}`;
        if (within !== null) {
          const turn = Number(within[1]);
          if (Math.abs(angle - turn) < 0.1) return;
          expect(signs[i], where).toBe(verb[(angle < turn ? within[2] : within[3]) as "gain"]);
        } else if (everyone !== null) {
          const isExcepted =
            everyone.groups!.but ===
            (angle === 0 ? "the target" : angle === 180 ? "the opposite of the target" : "nobody");
          expect(signs[i], where).toBe(isExcepted ? 0 : verb[everyone.groups!.verb as "gain"]);
        } else {
          expect(said).toBe("no task gains or loses");
          expect(signs[i], where).toBe(0);
        }
      });
      const three = parts(
        each!,
        /^The target (.+), a task at right angles (.+), the opposite task (.+)\.$/,
        state,
      );
      [0, 3, 6].forEach((row, i) => {
        const expected =
          signs[row] === 0
            ? "neither gains nor loses"
            : `${changes[row]! < 0 ? "gains" : "loses"} ${shownNumber(Math.abs(changes[row]!))}`;
        expect(three[i], JSON.stringify(state)).toBe(expected);
      });
    }
    expect(seen.size).toBeGreaterThan(2);
  });
});

describe("the sentences of the gradient flow, at every corner of the controls", () => {
  it("take a short target many times longer, as the text above them promises", () => {
    const explorable = EXPLORABLES.find(({ id }) => id === "gradient-flow")!;
    if (explorable.kind !== "direct") throw new Error("not direct");
    const restsAt = (state: AnyState): number => {
      const [rest] = explorable.answer({ ...initialState(explorable.controls), ...state }).words;
      return readShownNumber(/comes to rest at time (.+?),/.exec(rest!)![1]!);
    };
    for (const pretrainingShots of [1, 20, "infinity"])
      for (const dimension of [2, 5]) {
        const [short, unit] = [0.25, 1].map((targetLength) =>
          restsAt({ pretrainingShots, dimension, targetLength }),
        );
        expect(short! / unit!, `${dimension}, ${pretrainingShots}`).toBeGreaterThan(5);
      }
    expect(Math.round(restsAt({ targetLength: 0.25 }) / restsAt({}))).toBe(15);
  });

  it("agree with the table beside them, and the flow comes to rest everywhere", () => {
    const all = corners("gradient-flow");
    const seen = new Set<string>();
    for (const [state, answer] of all) {
      const [rest, way, here, few] = answer.words;
      const n = Number(state.shots);
      const at = (row: string, column: string) => cell(answer, row, column);
      const [size, constant, block, predicted] = parts(
        rest!,
        /^The flow starts at M₀₀ = 0 with a covariate block of size (.+?)\. It comes to rest at time .+?, at M₀₀ = (.+?), (the block gone|with .+? of the block); the conservation law predicts M₀₀ = (.+?) and no block\.$/,
        state,
      );
      expect([size, constant, predicted]).toEqual([
        shownNumber(at("start", "size of the block")),
        shownNumber(at("end of the path", "M₀₀")),
        shownNumber(at("predicted end", "M₀₀")),
      ]);
      const left = (row: string) => at(row, "size of the block") / at("start", "size of the block");
      expect(block === "the block gone", `${JSON.stringify(state)}: ${left("end of the path")}`).toBe(
        left("end of the path") < 1e-3,
      );
      expect(
        Math.abs(at("end of the path", "M₀₀") / at("predicted end", "M₀₀") - 1),
        JSON.stringify(state),
      ).toBeLessThan(1e-3);
      expect(at("end of the path", "R(0, θ₀)") - Number(state.noiseVariance)).toBeLessThan(1e-6);
      expect(
        Number(
          readShownNumber(parts(way!, /^At time (.+?) the zero-shot risk has come down to /, state)[0]!),
        ),
      ).toBeGreaterThan(0);

      const [now, percent, risk, from, to] = parts(
        here!,
        /^At this point of the path M₀₀ is (.+?) and the block has (.+?) % of its size\. The zero-shot risk on the target is (.+?) \(from (.+?) at the start to (.+?) at the end\)\.$/,
        state,
      );
      expect([now, risk, from, to]).toEqual([
        shownNumber(at("here", "M₀₀")),
        ...["here", "start", "end of the path"].map((row) => shownNumber(at(row, "R(0, θ₀)"))),
      ]);
      expect(Math.abs(readShownNumber(percent!) - 100 * left("here"))).toBeLessThan(0.5001);
      const [target, opposite] = parts(
        few!,
        /^With \d+ examples? the risk on the target (.+?), on its opposite it (.+?)\.$/,
        state,
      );
      for (const [said, column] of [
        [target!, `R(${n}, θ₀)`],
        [opposite!, `R(${n}, −θ₀)`],
      ] as const) {
        const [before, after] = [at("start", column), at("here", column)];
        expectWord(said, [/^has fallen from/, /^is still/, /^has risen from/], after, before, state);
        for (const value of [before, after]) expect(said).toContain(shownNumber(value));
        seen.add(said.split(" ").slice(0, 2).join(" "));
      }
    }
    expect([...seen].sort()).toEqual(["has fallen", "has risen", "is still"]);
  });
});

describe("the sentences of the prompt's anatomy, at every corner of the controls", () => {
  it("agree with the table beside them", () => {
    const seen = new Set<string>();
    for (const [state, answer] of corners("prompt-anatomy")) {
      const rows = answer.numbers.rows;
      const contributions = rows.map((row) => Number(row[4]));
      const scores = rows.slice(0, -1).map((row) => Number(row[2]));
      const prediction = contributions.reduce((sum, x) => sum + x, 0);
      const own = contributions.at(-1)!;
      const [sum, label, error] = parts(
        answer.words[0]!,
        /^The contributions add up to the prediction (.+?)\. The true label of the query is (.+?), so the squared error of this one prompt is (.+?)\.$/,
        state,
      ).map(readShownNumber) as [number, number, number];
      expect(Math.abs(sum - prediction)).toBeLessThan(1e-3 * (1 + Math.abs(prediction)));
      expect(Math.abs(error - (sum - label) ** 2)).toBeLessThan(1e-2 * (1 + error));
      const where = JSON.stringify(state);
      if (state.shots === 0) {
        expect(answer.words[1], where).toMatch(
          /^There are no examples: the query token alone says (?:nothing|−?[\d.]+(?: × 10⁻?[⁰-⁹¹²³]+)?)\.$/,
        );
        continue;
      }
      const [, , nearer] = parts(
        answer.words[1]!,
        /^The query token itself adds (.+?), the \d+ examples add (.+?): they (.+)\.$/,
        state,
      );
      const [withExamples, without] = [Math.abs(prediction - label), Math.abs(own - label)];
      // The label is shown with four digits: nearer than that it cannot be told here.
      if (Math.abs(withExamples - without) > 1e-3) {
        expect(/^bring the prediction nearer/.test(nearer!), where).toBe(withExamples < without);
        seen.add(nearer!.slice(0, 5));
      }
      const alike =
        scores.length > 1 &&
        Math.max(...scores) - Math.min(...scores) < 1e-9 * Math.max(...scores.map(Math.abs));
      expect(/none is compared/.test(answer.words[2]!), where).toBe(alike);
      if (alike) continue;
      const positive = scores.filter((score) => score > 0).length;
      expect(answer.words[2], where).toContain(`Of the examples ${positive} of ${scores.length} ha`);
      expect(answer.words[2], where).toContain(`; ${scores.length - positive} of ${scores.length} count`);
      seen.add("compares");
    }
    expect([...seen].sort()).toEqual(["bring", "compares", "take "]);
  });
});

describe("the sentences of the prompt's anatomy, with one example", () => {
  it("speak of one example", () => {
    const explorable = EXPLORABLES.find(({ id }) => id === "prompt-anatomy")!;
    if (explorable.kind !== "direct") throw new Error("not direct");
    const seen = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { words } = explorable.answer({ ...initialState(explorable.controls), shots: 1, seed });
      const [verb] = parts(words[1]!, /, the 1 example adds .+?: it (\w+) the prediction /, seed);
      seen.add(verb!);
    }
    expect([...seen].sort()).toEqual(["brings", "takes"]);
  });
});

describe("the sentences of the live Monte Carlo, at every corner of the controls", () => {
  it("agree with the table beside them", () => {
    for (const [state, answer] of corners("monte-carlo")) {
      const at = (column: string) => cell(answer, 0, column);
      const apart = Math.abs(at("simulated") - at("exact")) / at("standard error");
      const [said, inside] = parts(
        answer.words[1]!,
        /^The two are (.+?) standard errors apart: the exact value is (inside|outside) the band/,
        state,
      );
      expect(Math.abs(readShownNumber(said!) - apart)).toBeLessThan(1e-3 * (1 + apart));
      expect(inside === "inside", JSON.stringify(state)).toBe(apart <= 2);
    }
  });
});

describe("every sentence at every corner", () => {
  it.each(EXPLORABLES.map(({ id }) => id))(
    "%s: starts with a capital, ends with a full stop, and writes numbers for people",
    (id) => {
      for (const [state, { words, figure }] of corners(id)) {
        for (const sentence of words) {
          expect(sentence, JSON.stringify(state)).toMatch(/^[A-Z].*\.$/s);
          expect(sentence, JSON.stringify(state)).not.toMatch(
            /NaN|undefined|Infinity|–|\de[-+]?\d|\d{8}|0\.0{4}|\$|(?<!\p{L})-\d/u,
          );
        }
        expect(figure.title, JSON.stringify(state)).not.toMatch(/NaN|\de[-+]?\d|-\d/);
        expect(JSON.stringify(figure), JSON.stringify(state)).not.toMatch(/NaN|null|Infinity/);
      }
    },
  );
});
