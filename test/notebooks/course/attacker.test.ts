import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer, AnswerValue } from "../../../src/notebooks/course/answer";
import { readAnswer } from "../../../src/notebooks/course/answer";
import {
  type AnswerKey,
  type CheckValues,
  openKey,
  toldRelations,
} from "../../../src/notebooks/course/answerKey";
import { guessesFor } from "../../../src/notebooks/course/guesses";
import { fits, quantise } from "../../../src/notebooks/course/quantise";
import { wholeOf } from "../../../src/notebooks/course/relation";
import { seal, sealedKey } from "../../../src/notebooks/course/seal";
import { verdictOn } from "../../../src/notebooks/course/verdict";

/** A check with these right answers, one for each input. */
function check(correct: readonly Answer[], mistakes: CheckValues["mistakes"] = []): CheckValues {
  return { correct: correct.map(readAnswer), mistakes, tolerance: 1e-9 };
}

/** What somebody reads who gives these answers. */
function ask(key: AnswerKey, answers: readonly unknown[]): string {
  const attempts = answers.map((each) => ({ kind: "gave" as const, value: readAnswer(each) }));
  return verdictOn(attempts, key, { inputs: answers.map((_, at) => `(${at})`) }) ?? "correct";
}

/** Everything that somebody reads who gives the same number at every input, for many numbers. */
function transcript(values: CheckValues, constants: readonly number[]): ReadonlySet<string> {
  const key = openKey(values);
  return new Set(
    constants.map((constant) =>
      ask(
        key,
        values.correct.map(() => constant),
      ),
    ),
  );
}

// Without bias towards the ends, where two draws would be nearly equal.
const digits = fc.noBias(fc.integer({ min: 1e8, max: 1e11 })).map((x) => (x * Math.PI) / 1e9);

describe("an attacker who sees only messages", () => {
  it("reads the same whatever the right answer is, unless the answer given equals it in some respect", () => {
    const answer = fc.oneof(digits, fc.integer({ min: -100, max: 100 }), fc.constantFrom(0.5, 0, -1e9, 1e-9));
    const guess = fc.oneof(
      answer.map((x) => [x, x, x]),
      fc.tuple(answer, answer, answer),
    );
    fc.assert(
      fc.property(fc.tuple(digits, digits, digits), fc.tuple(digits, digits, digits), guess, (a, b, got) => {
        // Of numbers that are simple ones within the tolerance, a check tells less.
        const told = (each: readonly number[]) => toldRelations(check(each)).map(({ relation }) => relation);
        fc.pre(told(a).length === told(b).length);
        expect(ask(openKey(check(a)), got)).toBe(ask(openKey(check(b)), got));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("learns nothing by bisection, from the direction in which an answer errs", () => {
    const steps = Array.from({ length: 60 }, (_, k) => 12.34567890123 * (1 + 2 ** -k));
    const said = transcript(check([12.34567890123, Math.PI ** 5, Math.E ** 7]), steps.slice(0, 25));
    expect([...said]).toEqual(["for the input (0), the answer is wrong. (0 of 3 inputs are right.)"]);
  });

  it.each([12, 60, 0.25])("does not get the factor to divide by from %d times a simple answer", (size) => {
    const said = transcript(check([size, 3 * size, 7 * size]), [1, 2, 0.1, 1e6, -1, size / 12]);
    for (const message of said) expect(message).not.toMatch(/factor|large|small|\d+ of 3/);
  });

  it("does not learn at which input a small whole number is right, by trying all", () => {
    const said = transcript(check([4, 60, 11]), [...Array(100).keys()].slice(1));
    expect([...said]).toEqual(["the answer is wrong at one of the 3 inputs at least."]);
  });

  it("does not learn at which input yes or no is right, nor which word", () => {
    for (const [right, given] of [
      [
        [true, false, true],
        [true, true, true],
      ],
      [
        ["value", "key"],
        ["value", "value"],
      ],
    ] as const)
      expect(ask(openKey(check(right)), given)).toMatch(/^the answer is (wrong|another word .*) at one of/);
  });
});

describe("an attacker who reads the student's copy", () => {
  const correct = [Math.E, Math.PI ** 3, Math.LN2];
  const values = check(correct, [
    { says: "The noise is forgotten.", values: [1.5, 2.5, 3.5].map(readAnswer) },
  ]);
  const sealed = seal(values, "lesson 4.1");
  const text = Buffer.from(sealed, "base64").toString("utf8");

  it("finds neither answers nor messages, and what can be read is the same for other answers", () => {
    for (const x of correct) expect(text).not.toContain(String(x).slice(0, 5));
    expect(text).not.toMatch(/noise|right|wrong/);
    const open = (sealedText: string) => {
      const {
        draw: _,
        entries,
        relations,
        ...rest
      } = JSON.parse(Buffer.from(sealedText, "base64").toString());
      return { ...rest, lengths: entries.map((entry: string) => entry.length), told: Object.keys(relations) };
    };
    const other = check(
      [1.2345678901, 77.123456789, -5.678901234],
      [{ says: "The square is forgotten", values: [7, 8, 9].map(readAnswer) }],
    );
    expect(open(seal(other, "lesson 4.1"))).toEqual(open(sealed));
  });

  it("opens it with the answer, and only so", () => {
    const key = sealedKey(sealed);
    expect(key.recognise(correct.map(readAnswer))).toEqual({ kind: "right" });
    expect(key.recognise([1.5, 2.5, 3.5].map(readAnswer))).toEqual({
      kind: "mistake",
      says: "The noise is forgotten.",
    });
    for (const factor of [1 + 1e-7, 2, 0.5, 4, -1])
      expect(key.recognise(correct.map((x) => readAnswer(factor * x))), `${factor}`).toBeUndefined();
  });

  it("has the same bytes from the same lesson, and others from another", () => {
    expect(seal(values, "lesson 4.1")).toBe(sealed);
    expect(seal(values, "lesson 4.2")).not.toBe(sealed);
  });
});

describe("a sealed answer", () => {
  const entry = fc.oneof(
    digits,
    fc.constantFrom(0, 1, -1, 2, 0.5, 1024, 1e-7, 1e9),
    digits.map((x) => -x),
  );
  const value: fc.Arbitrary<Answer> = fc.oneof(entry, fc.array(entry, { minLength: 1, maxLength: 4 }));

  it("is found by everything within the tolerance, and by nothing a hundred tolerances away", () => {
    const shares = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), shares, (answers, share) => {
        const right = wholeOf(answers.map(readAnswer));
        const grid = [...Array(500).keys()]
          .map((draw) => ({ tolerance: 1e-9, draw: `${draw}` }))
          .find((each) => fits(right, each))!;
        let at = 0;
        const moved = (by: number): readonly AnswerValue[] =>
          right.values.map((each, index) => {
            if (!("entries" in each)) return each;
            const scale =
              right.scales[index]! === 1 && each.entries.every((x) => x === 0) ? 0 : right.scales[index]!;
            const entries = each.entries.map((x) => x + by * scale * share[at++ % share.length]!);
            return { ...each, entries } as AnswerValue;
          });
        expect(quantise(wholeOf(moved(0.99e-9)), grid)).toBe(quantise(right, grid));
        const far = right.values.map((each) =>
          "entries" in each
            ? ({ ...each, entries: each.entries.map((x) => x * (1 + 1e-7)) } as AnswerValue)
            : each,
        );
        const isZero = right.values.every((each) => "entries" in each && each.entries.every((x) => x === 0));
        if (!isZero) expect(quantise(wholeOf(far), grid)).not.toBe(quantise(right, grid));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe("the number of guesses", () => {
  it.each<[string, Answer, number, number]>([
    ["yes or no", true, 2, 2],
    ["a small whole number", 12, 12, 100],
    ["a simple fraction", 2 / 9, 18, 100],
    ["a root", Math.SQRT2, 2, 100],
    ["two digits", 0.45, 10, 1e4],
    ["six digits", 0.314159, 1e6, 1e9],
    ["all digits", Math.PI, 1e6, 1e12],
  ])("is small for what is tried first: %s", (_name, answer, least, most) => {
    const guesses = guessesFor([readAnswer(answer)], 1e-8);
    expect(guesses).toBeGreaterThanOrEqual(least);
    expect(guesses).toBeLessThanOrEqual(most);
  });
});
