import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { InputError } from "@finetune-icl/base";
import { onEnd } from "@finetune-icl/files";
import { describeFailure, type Failure, nameCell } from "../runner/cellFailure";
import { makeTrialTables } from "../runner/figureTables";
import { runNotebook } from "../runner/runNotebook";
import { requireTimeout } from "../runner/timeout";
import { FEWEST_GUESSES } from "./answerKey";
import { readCheckCell } from "./checkCell";
import { guessesFor } from "./guesses";
import type { Lesson } from "./lesson";
import { countNumbers, resolutionOf } from "./quantise";
import { RECORD_FOLDER_VARIABLE, type RecordedCheck, readRecords } from "./recordedCheck";
import { wholeOf } from "./relation";

/** What the checks of a lesson know, by exercise. */
export type LessonChecks = ReadonlyMap<string, RecordedCheck>;

/**
 * Runs a lesson with its solutions on a fresh kernel, and gives what its checks knew: the right answers as the package computes
 * them. Touches no file of the lesson.
 * @throws InputError when a check is not written as {@link readCheckCell} wants it, or what failed when one did not come to run.
 */
export async function recordChecks(lesson: Lesson, timeoutMs: number): Promise<LessonChecks> {
  requireTimeout(timeoutMs);
  const wanted = lesson.exercises.filter(({ checks }) => checks.length > 0);
  if (wanted.length === 0) return new Map();
  // Before the work: a check that cannot be sealed or asked is seen without running anything.
  for (const { checks } of wanted)
    for (const { id, source } of checks) readCheckCell(source, `${lesson.path}: cell ${id}`);
  const folder = mkdtempSync(join(tmpdir(), "lesson-checks-"));
  const remove = onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const trial = makeTrialTables();
  try {
    const outcome = await runNotebook(lesson.notebook, {
      cwd: dirname(resolve(lesson.path)),
      env: { ...trial.env, [RECORD_FOLDER_VARIABLE]: folder },
      timeoutMs,
      keepGoing: true,
    });
    const records = readRecords(folder);
    const missing = wanted.find(({ number }) => !records.has(number));
    if (missing) {
      const failures = outcome.status === "failed" ? outcome.failures : [];
      const unstarted = failures.find((failure) => failure.kind !== "cell");
      if (unstarted) throw new Error(describeFailure(lesson.path, unstarted));
      throw unknownCheck(lesson.path, missing.number, failures[0]);
    }
    return records;
  } finally {
    trial.remove();
    remove();
  }
}

/** What the right answers are is not known: why, in one line. */
function unknownCheck(path: string, number: string, failure: Failure | undefined): InputError {
  const field = `exercise ${number} of ${path}`;
  if (failure?.kind !== "cell")
    return new InputError(field, "a check that did not run", "a lesson that runs");
  const { cell, failure: what } = failure;
  const place = `${field}: ${nameCell(cell)}`;
  if (what.kind === "timed out")
    return new InputError(
      place,
      `work of more than ${what.seconds} s`,
      "cells that end within the limit, or a longer one (--timeout)",
    );
  const said = describeFailure(path, failure).slice(`${path}: ${nameCell(cell)} `.length);
  return new InputError(place, `code that ${said.replace(/\s+/g, " ")}`, "a lesson that runs");
}

/** The exercises whose answers somebody finds who tries simple values at all inputs: yes or no at four inputs has sixteen. */
export function easilyGuessed(checks: LessonChecks): readonly string[] {
  return [...checks.values()]
    .filter(({ correct, tolerance }) => {
      const resolution = resolutionOf(tolerance, countNumbers(wholeOf(correct)));
      return guessesFor(correct, resolution) < FEWEST_GUESSES;
    })
    .map(({ exercise }) => exercise);
}
