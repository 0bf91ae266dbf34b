import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/base/inputError";
import type { Answer } from "../../../src/notebooks/course/answer";
import { type AnswerCheck, checkAnswer, WrongAnswer } from "../../../src/notebooks/course/checkAnswer";
import { missingAnswerMessage } from "../../../src/notebooks/course/missingAnswer";

const printed = vi.spyOn(console, "log");
beforeEach(() => {
  printed.mockImplementation(() => {});
});
afterEach(() => printed.mockReset());

/** What a student reads: the message of the error, or what was printed. */
function verdict<Input extends readonly unknown[]>(
  answer: (...input: never[]) => unknown,
  check: AnswerCheck<Input>,
): string {
  printed.mockClear();
  try {
    checkAnswer("4.1", answer as (...input: readonly unknown[]) => Answer, check);
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error;
    expect(printed).not.toHaveBeenCalled();
    return error.message;
  }
  expect(printed).toHaveBeenCalledOnce();
  return String(printed.mock.calls[0]?.[0]);
}

const square = { inputs: [[2], [-3], [0.5]], correct: (x: number) => x * x } satisfies AnswerCheck<[number]>;
const vector = {
  inputs: [[1], [2]],
  correct: (x: number) => [x, 2 * x, 5 * x],
} satisfies AnswerCheck<[number]>;
const matrix = {
  inputs: [[1], [3]],
  correct: (x: number) => [
    [x, 2],
    [3, 7],
  ],
} satisfies AnswerCheck<[number]>;

describe("an answer that is right", () => {
  it("is confirmed with the number of inputs", () => {
    expect(verdict((x: number) => x ** 2, square)).toBe("Exercise 4.1: correct (3 inputs).");
    expect(verdict((x: number) => x ** 2, { ...square, inputs: [[1]] })).toBe(
      "Exercise 4.1: correct (1 input).",
    );
  });

  it.each<[string, Answer]>([
    ["a number", 3],
    ["an infinity", Number.POSITIVE_INFINITY],
    ["a boolean", false],
    ["a word", "value"],
    ["a vector", [1, 2]],
    [
      "a matrix",
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])("may be %s", (_name, value) => {
    expect(verdict(() => value, { inputs: [[]], correct: () => structuredClone(value) })).toContain(
      "correct",
    );
  });

  it("may differ by the tolerance, relative to the largest entry, and not by more", () => {
    const check: AnswerCheck<[number]> = { inputs: [[1]], correct: () => [1000, 0], tolerance: 1e-6 };
    expect(verdict(() => [1000, 0.9e-3], check)).toContain("correct");
    expect(verdict(() => [1000, 1.1e-3], check)).not.toContain("correct");
    expect(verdict((x: number) => x * x * (1 + 0.9e-9), square)).toContain("correct");
    expect(verdict((x: number) => x * x * (1 + 1.1e-9), square)).toContain(
      "close, but not within the tolerance",
    );
  });

  it("may be zero but for rounding where other inputs give large values", () => {
    const check: AnswerCheck<[number]> = { inputs: [[1], [Math.PI]], correct: (x) => Math.sin(x) };
    expect(verdict((x: number) => (x === 1 ? Math.sin(1) : 0), check)).toContain("correct");
  });

  it("may change the inputs it gets", () => {
    const check: AnswerCheck<[number[]]> = { inputs: [[[3, 1, 2]]], correct: (list) => Math.max(...list) };
    expect(verdict((list: number[]) => list.sort((a, b) => b - a).splice(0, 3)[0], check)).toContain(
      "correct",
    );
  });
});

describe("an answer that is wrong is told how", () => {
  it.each<[string, (x: number) => unknown, string]>([
    [
      "missing",
      () => {
        throw new Error(missingAnswerMessage("4.1"));
      },
      "Exercise 4.1: there is no answer yet.",
    ],
    ["nothing", () => undefined, "is missing: the function returns nothing"],
    ["a promise", async (x) => x * x, "is a promise"],
    ["an object", () => ({}), "is an object, which cannot be compared"],
    ["ragged", () => [[1], [1, 2]], "is a matrix whose rows are not equally long"],
    [
      "throwing",
      () => {
        throw new RangeError("boom");
      },
      "for the input (2), the answer throws RangeError: boom.",
    ],
    ["NaN", () => Number.NaN, "is not a number (NaN)"],
    ["infinite", () => Number.POSITIVE_INFINITY, "is infinite"],
    ["of another kind", () => "4", "is a text; a number is asked for"],
    [
      "of another shape",
      (x) => [x * x],
      "has the wrong shape: it is a vector of 1 number; a number is asked for",
    ],
    ["zero", () => 0, "is zero, which it should not be"],
    ["twice", (x) => 2 * x * x, "is too large by a factor of 2 at every input."],
    ["a third", (x) => (x * x) / 3, "is too small by a factor of 3 at every input."],
    ["two thirds", (x) => (2 * x * x) / 3, "is too small by a factor of 3/2 at every input."],
    ["π times", (x) => Math.PI * x * x, "is too large by a factor of about 3.1 at every input."],
    ["negative", (x) => -x * x, "has the wrong sign at every input."],
    ["−2 times", (x) => -2 * x * x, "is too large by a factor of 2 at every input, and has the wrong sign."],
    [
      "of another power",
      (x) => Math.abs(x) ** 3,
      "too large by a factor of 2 here, and by other factors elsewhere.",
    ],
    [
      "shifted",
      (x) => x * x + 1,
      "is too large by the same amount at every input: an additive term is too much",
    ],
    [
      "shifted down",
      (x) => x * x - 1,
      "is too small by the same amount at every input: an additive term is missing",
    ],
    ["rounded", (x) => x * x * (1 + 1e-5), "is close, but not within the tolerance"],
  ])("%s", (_name, answer, says) => {
    expect(verdict(answer, square)).toContain(says);
  });

  it.each<[string, (x: number) => unknown, string]>([
    ["short", (x) => [x, 2 * x], "it is a vector of 2 numbers; a vector of 3 numbers is asked for"],
    ["scaled", (x) => [4 * x, 8 * x, 20 * x], "is too large by a factor of 4 at every input"],
    ["reversed", (x) => [5 * x, 2 * x, x], "has the right entries in another order"],
    [
      "one entry",
      (x) => [x, 2 * x, 4 * x],
      "is wrong in 1 of its 3 entries; the first of them (entry [2]) is too small",
    ],
    ["NaN", (x) => [x, Number.NaN, 4 * x], "is not a number (NaN) (entry [1])"],
  ])("vector: %s", (_name, answer, says) => {
    expect(verdict(answer, vector)).toContain(says);
  });

  it("matrix: transposed, flat, one entry", () => {
    expect(
      verdict(
        (x) => [
          [x, 3],
          [2, 7],
        ],
        matrix,
      ),
    ).toContain("is transposed"); // prettier-ignore
    expect(verdict((x: number) => [x, 2, 3, 7], matrix)).toContain("a matrix of 2 × 2 numbers is asked for");
    expect(
      verdict(
        (x) => [
          [x, 2],
          [9, 7],
        ],
        matrix,
      ),
    ).toContain("(entry [1][0]) is too large"); // prettier-ignore
  });

  it("names the first wrong input, how many are right, and the hint", () => {
    const check = { ...square, hint: "Think of a square." };
    expect(verdict((x: number) => (x > 0 ? x * x : -x * x), check)).toBe(
      "Exercise 4.1: for the input (-3), the answer has the wrong sign. (2 of 3 inputs are right.)\nHint: Think of a square.",
    );
    const objects: AnswerCheck<[{ d: number }, readonly number[]]> = {
      inputs: [[{ d: 2 }, [1, 0]]],
      correct: () => "both",
    };
    expect(verdict(() => "one", objects)).toBe(
      "Exercise 4.1: for the input ({ d: 2 }, [1, 0]), the answer is another word than the right one.",
    );
  });

  it("by the known mistake that it is, before anything else", () => {
    const mistakes = [
      { answer: (x: number) => 3 * x, says: "The derivative is taken twice." },
      { answer: (x: number) => 2 * x * x, says: "The label's noise is counted twice." },
    ];
    const says = verdict((x: number) => 2 * x * x, { ...square, mistakes });
    expect(says).toContain("the answer is wrong: The label's noise is counted twice. (0 of 3");
    expect(says).not.toContain("factor");
    expect(verdict((x: number) => 7 * x * x, { ...square, mistakes })).toContain("factor of 7");
  });

  it("without the stack of this program, where it is printed", () => {
    expect(inspect(new WrongAnswer("1.2", "what"))).toBe("WrongAnswer: Exercise 1.2: what");
  });
});

describe("a check that cannot work is its author's mistake", () => {
  it.each<[string, AnswerCheck<[number]>, RegExp]>([
    ["no inputs", { ...square, inputs: [] }, /^checkAnswer, exercise 4\.1: inputs: holds \[\]/],
    ["NaN for the correct value", { ...square, correct: () => Number.NaN }, /correct, input 1: holds/],
    [
      "a tolerance of 1",
      { ...square, tolerance: 1 },
      /tolerance: holds 1; allowed: a number from 0 to below 1/,
    ],
    [
      "a mistake that is none",
      { ...square, mistakes: [{ answer: (x) => x ** 2, says: "Squared." }] },
      /mistakes: holds "Squared\."; allowed: a mistake that gives a wrong answer at some input/,
    ],
  ])("%s", (_name, check, message) => {
    expect(() => checkAnswer("4.1", (x: number) => x * x, check)).toThrow(InputError);
    expect(() => checkAnswer("4.1", (x: number) => x * x, check)).toThrow(message);
  });
});

describe("any answer", () => {
  // Values with all digits of a double, which no factor, count or index has.
  const number = fc
    .double({ min: 1.1, max: 9.9, noNaN: true })
    .filter((x) => String(x).length > 12)
    .map((x) => x * 1.000000001);
  const value: fc.Arbitrary<number | number[] | number[][]> = fc.oneof(
    number,
    fc.array(number, { minLength: 1, maxLength: 4 }),
    fc.array(fc.array(number, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  );
  const wrong = (correct: Answer): fc.Arbitrary<unknown> =>
    fc.oneof(
      fc.constantFrom<unknown>(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, "word", true, {}, []),
      fc.constantFrom(-1, 2, 0.5, 1 + 1e-5, 3, 0).map((factor) => scaled(correct, factor)),
      value,
    );

  it("that is wrong is refused without its right value, and in one line", () => {
    fc.assert(
      fc.property(
        value.chain((correct) => fc.tuple(fc.constant(correct), wrong(correct))),
        ([correct, got]) => {
          const says = verdict(() => got, { inputs: [[1], [2]], correct: (_: number) => correct });
          expect(says).not.toContain("correct");
          expect(says.split("\n")).toHaveLength(1);
          for (const digits of [correct].flat(2).map((x) => String(x).slice(0, 6)))
            expect(says, `${JSON.stringify(got)} for ${JSON.stringify(correct)}`).not.toContain(digits);
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  it("that is right within the tolerance is accepted", () => {
    fc.assert(
      fc.property(value, fc.double({ min: -0.99, max: 0.99, noNaN: true }), (correct, share) => {
        const got = scaled(correct, 1 + share * 1e-9);
        expect(verdict(() => got, { inputs: [[1]], correct: (_: number) => correct })).toContain("correct");
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it("that is a multiple is told the factor or the sign", () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 2, max: 50 }), fc.boolean(), (correct, factor, negative) => {
        const check: AnswerCheck<[number]> = { inputs: [[1], [2]], correct: () => correct };
        const says = verdict(() => scaled(correct, negative ? -factor : factor), check);
        expect(says).toContain(`too large by a factor of ${factor} at every input`);
        expect(says.includes("wrong sign")).toBe(negative);
        expect(verdict(() => scaled(correct, 1 / factor), check)).toContain(
          `too small by a factor of ${factor} at`,
        );
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});

function scaled(value: Answer, factor: number): Answer {
  if (typeof value === "number") return value * factor;
  if (!Array.isArray(value)) return value;
  return value.map((entry: number | readonly number[]) => scaled(entry, factor)) as Answer;
}
