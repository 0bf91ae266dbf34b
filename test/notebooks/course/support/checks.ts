import { readAnswer } from "../../../../src/notebooks/course/answer";
import type { CheckValues } from "../../../../src/notebooks/course/answerKey";
import type { AnswerCheck, SealedCheck } from "../../../../src/notebooks/course/checkAnswer";
import type { Lesson } from "../../../../src/notebooks/course/lesson";
import type { LessonChecks } from "../../../../src/notebooks/course/lessonChecks";
import { seal } from "../../../../src/notebooks/course/seal";

export function valuesOf<Input extends readonly unknown[]>(check: AnswerCheck<Input>): CheckValues {
  return {
    correct: check.inputs.map((input) => readAnswer(check.correct(...input))),
    mistakes: (check.mistakes ?? []).map(({ says, answer }) => ({
      says,
      values: check.inputs.map((input) => readAnswer(answer(...input))),
    })),
    tolerance: check.tolerance ?? 1e-9,
  };
}

/** The check as it stands in a student's copy. */
export function sealedForm<Input extends readonly unknown[]>(
  check: AnswerCheck<Input>,
  salt = "lesson 4.1",
): SealedCheck<Input> {
  const sealed = seal(valuesOf(check), salt);
  return check.hint === undefined
    ? { inputs: check.inputs, sealed }
    : { inputs: check.inputs, hint: check.hint, sealed };
}

/** What the checks of the small lesson in `lesson.ts` know, without a kernel. */
export function checksOf({ exercises }: Lesson): LessonChecks {
  const known: Readonly<Record<string, (x: number) => number>> = { "4.1": (x) => 2 * x, "4.2": (x) => x + 1 };
  return new Map(
    exercises
      .filter(({ checks }) => checks.length > 0)
      .map(({ number }) => {
        const values = valuesOf({ inputs: [[1], [2]], correct: known[number]! });
        return [
          number,
          { exercise: number, ...values, inputs: ["[1]", "[2]"], printed: ["(1)", "(2)"] },
        ] as const;
      }),
  );
}
