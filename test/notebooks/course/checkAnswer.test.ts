import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../../src/base/inputError";
import type { Answer } from "../../../src/notebooks/course/answer";
import {
  type AnswerCheck,
  checkAnswer,
  type SealedCheck,
  WrongAnswer,
} from "../../../src/notebooks/course/checkAnswer";
import { missingAnswerMessage } from "../../../src/notebooks/course/missingAnswer";
import { sealedForm } from "./support/checks";

const printed = vi.spyOn(console, "log");
beforeEach(() => {
  printed.mockImplementation(() => {});
});
afterEach(() => printed.mockReset());

/** What a student reads: the message of the error, or what was printed. */
function verdict<Input extends readonly unknown[]>(
  answer: (...input: never[]) => unknown,
  check: AnswerCheck<Input> | SealedCheck<Input>,
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

// Answers with many digits: of one that is a small number a check says less, since it could be found by trying.
const curve = (x: number): number => Math.exp(x);
const square = { inputs: [[2], [-3], [0.5]], correct: curve } satisfies AnswerCheck<[number]>;
const vector = {
  inputs: [[1], [2]],
  correct: (x: number) => [curve(x), 2 * Math.PI, Math.log(5 * x)],
} satisfies AnswerCheck<[number]>;
const matrix = {
  inputs: [[1], [3]],
  correct: (x: number) => [
    [curve(x), 2],
    [Math.PI, 7],
  ],
} satisfies AnswerCheck<[number]>;

describe("an answer that is right", () => {
  it("is confirmed with the number of inputs", () => {
    expect(verdict(curve, square)).toBe("Exercise 4.1: correct (3 inputs).");
    expect(verdict(curve, { ...square, inputs: [[1]] })).toBe("Exercise 4.1: correct (1 input).");
  });

  it.each<[string, Answer]>([
    ["a number", 3],
    ["an infinity", Number.POSITIVE_INFINITY],
    ["zero", 0],
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
  ])("may be %s, sealed or not", (_name, value) => {
    const check: AnswerCheck<[]> = { inputs: [[]], correct: () => structuredClone(value) };
    expect(verdict(() => value, check)).toContain("correct");
    expect(verdict(() => value, sealedForm(check))).toContain("correct");
  });

  it("may differ by the tolerance, relative to the largest entry, and not by more", () => {
    const check: AnswerCheck<[number]> = { inputs: [[1]], correct: () => [1000, 0], tolerance: 1e-6 };
    expect(verdict(() => [1000, 0.9e-3], check)).toContain("correct");
    expect(verdict(() => [1000, 1.1e-3], check)).not.toContain("correct");
    expect(verdict((x: number) => curve(x) * (1 + 0.9e-9), square)).toContain("correct");
    expect(verdict((x: number) => curve(x) * (1 + 1.1e-9), square)).not.toContain("correct");
  });

  it("may be zero but for rounding where other inputs give large values", () => {
    const check: AnswerCheck<[number]> = { inputs: [[1], [Math.PI]], correct: (x) => Math.sin(x) };
    const answer = (x: number) => (x === 1 ? Math.sin(1) : 0);
    expect(verdict(answer, check)).toContain("correct");
    expect(verdict(answer, sealedForm(check))).toContain("correct");
  });

  it("may change the inputs it gets", () => {
    const check: AnswerCheck<[number[]]> = { inputs: [[[3, 1, 2]]], correct: (list) => Math.max(...list) };
    expect(verdict((list: number[]) => list.sort((a, b) => b - a).splice(0, 3)[0], check)).toContain(
      "correct",
    );
  });
});

/** Wrong answers, with what is said of them. */
const WRONG: readonly [string, (x: number) => unknown, string][] = [
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
    (x) => [curve(x)],
    "has the wrong shape: it is a vector of 1 number; a number is asked for",
  ],
  ["zero", () => 0, "is zero at every input, which it should not be"],
  ["twice", (x) => 2 * curve(x), "is right but for one factor, the same everywhere"],
  ["−π times", (x) => -Math.PI * curve(x), "is right but for one factor, the same everywhere"],
  ["negative", (x) => -curve(x), "for the input (2), the answer has the wrong sign at every input."],
  [
    "of another power",
    (x) => curve(x) ** 2,
    "for the input (2), the answer is wrong. (0 of 3 inputs are right.)",
  ],
  ["shifted", (x) => curve(x) + 1, "is off by the same amount at every input: an additive term"],
  ["a number", () => 0.25, "the answer is wrong. If it was rounded: let the code compute it"],
  [
    "wrong at some inputs",
    (x) => (x > 1 ? curve(x) : -curve(x)),
    "Exercise 4.1: for the input (-3), the answer has the wrong sign. (1 of 3 inputs are right.)",
  ],
];

describe("an answer that is wrong is told how", () => {
  it.each(WRONG)("%s", (_name, answer, says) => {
    expect(verdict(answer, square)).toContain(says);
  });

  // Each takes several slow hashes.
  it("in the same words by a sealed check", () => {
    const sealed = sealedForm(square);
    const kinds = ["throwing", "of another shape", "−π times", "negative", "shifted", "wrong at some inputs"];
    for (const [name, answer] of WRONG.filter(([name]) => kinds.includes(name)))
      expect(verdict(answer, sealed), name).toBe(verdict(answer, square));
  }, 300_000);

  it.each<[string, (x: number) => unknown, string]>([
    [
      "short",
      (x) => [curve(x), 2 * Math.PI],
      "it is a vector of 2 numbers; a vector of 3 numbers is asked for",
    ],
    [
      "scaled",
      (x) => vector.correct(x).map((y) => 4 * y),
      "is right but for one factor, the same everywhere",
    ],
    ["reversed", (x) => vector.correct(x).reverse(), "has the right entries in another order"],
    ["one entry", (x) => [curve(x), 2 * Math.PI, 4 * x], "is right in some of its entries, and wrong in [2]"],
    ["NaN", (x) => [x, Number.NaN, 4 * x], "is not a number (NaN) (entry [1])"],
  ])("vector: %s", (_name, answer, says) => {
    expect(verdict(answer, vector)).toContain(says);
  });

  it("matrix: transposed, flat", () => {
    const turned = (x: number) => [0, 1].map((column) => matrix.correct(x).map((row) => row[column]));
    expect(verdict(turned, matrix)).toContain("is transposed");
    expect(verdict(turned, sealedForm(matrix))).toContain("is transposed");
    expect(verdict((x: number) => [x, 2, 3, 7], matrix)).toContain("a matrix of 2 × 2 numbers is asked for");
  });

  it("with the hint, and by the inputs as a person would write them", () => {
    expect(verdict(() => Math.E, { ...square, hint: "Think of growth." })).toBe(
      "Exercise 4.1: for the input (2), the answer is wrong. (0 of 3 inputs are right.)\nHint: Think of growth.",
    );
    const missing = () => {
      throw new Error(missingAnswerMessage("4.1"));
    };
    expect(
      verdict(missing, { ...square, hint: "Think of growth." }),
      "no hint before there is an answer",
    ).toBe("Exercise 4.1: there is no answer yet.");
    const objects: AnswerCheck<[{ d: number }, readonly number[]]> = {
      inputs: [[{ d: 2 }, [1, 0]]],
      correct: () => Math.PI,
    };
    expect(
      verdict(() => {
        throw new Error("no");
      }, objects),
    ).toBe("Exercise 4.1: for the input ({ d: 2 }, [1, 0]), the answer throws Error: no.");
  });

  it("by the known mistake that it is, before anything else, sealed or not", () => {
    const check = {
      ...square,
      mistakes: [
        { answer: (x: number) => 3 * x, says: "The derivative is taken twice." },
        { answer: (x: number) => 2 * curve(x), says: "The label's noise is counted twice." },
        { answer: (x: number) => (x > 0 ? Number.NaN : curve(x)), says: "It overflows." },
      ],
    };
    for (const form of [check, sealedForm(check)]) {
      const says = verdict((x: number) => 2 * curve(x), form);
      expect(says).toContain("the answer is wrong: The label's noise is counted twice. (0 of 3");
      expect(says).not.toContain("factor");
      expect(verdict((x: number) => 7 * curve(x), form)).toContain("factor");
      expect(verdict((x: number) => (x > 0 ? Number.NaN : curve(x)), form)).toContain(
        "It overflows. (1 of 3",
      );
    }
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
      { ...square, mistakes: [{ answer: curve, says: "Squared." }] },
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

  it("that is a multiple is not told the factor", () => {
    fc.assert(
      fc.property(number, number, number, fc.integer({ min: 2, max: 50 }), (a, b, c, factor) => {
        const check: AnswerCheck<[number]> = { inputs: [[0], [1], [2]], correct: (at) => [a, b, c][at]! };
        const says = verdict((at: number) => [a, b, c][at]! * factor, check);
        expect(says).toBe(verdict((at: number) => [a, b, c][at]! / factor, check));
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
