import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { InputError, parseStrictJson, readRecord } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";

/** An input and the one answer that is right. */
export type Pair = readonly [input: string, output: string];

/** A task that examples can teach: what is asked, and what is to be answered. */
export interface WordTask {
  readonly name: string;
  readonly pairs: readonly Pair[];
}

/**
 * What a fine-tuning on `target` is measured on, never mixed in one mean: the target; the pool of tasks of which replay takes the
 * first so many; and tasks of which no prompt is ever trained on.
 */
export interface TaskRoles {
  readonly target: string;
  /** Four; replay of k tasks takes the first k. */
  readonly pool: readonly string[];
  readonly unseen: readonly string[];
  /** The zero-shot loss (nats) on the target at which models are compared. */
  readonly level: number;
}

/** What a task is to a fine-tuning. */
export type Role = "target" | "pool" | "unseen";

/**
 * The targets of the study, and the zero-shot loss to which 30 steps surely bring each: a pilot's value, all and value-only, of the
 * zero-shot loss alone. Capitals are no target: none of other countries is learnt from the capitals of some. What is said of the
 * pretrained model (antonym, sentiment: hardly learnt from examples) decided the order of the others.
 */
export const TARGETS: readonly TaskRoles[] = [
  {
    target: "past",
    pool: ["plural", "category", "demonym", "sentiment"],
    unseen: ["first-letter", "continent", "capital", "antonym"],
    level: 0.5,
  },
  {
    target: "category",
    pool: ["plural", "past", "demonym", "antonym"],
    unseen: ["first-letter", "continent", "capital", "sentiment"],
    level: 1,
  },
  {
    target: "first-letter",
    pool: ["plural", "category", "demonym", "sentiment"],
    unseen: ["past", "continent", "capital", "antonym"],
    level: 0.5,
  },
];

/** The role of a task. */
export const roleOf = ({ target, pool }: TaskRoles, task: string): Role =>
  task === target ? "target" : pool.includes(task) ? "pool" : "unseen";

/** The word lists of a folder: `NAME.csv` with the columns input and output. @throws InputError naming a file that has other columns. */
export function readWordTasks(folder: string): readonly WordTask[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv"))
    .sort()
    .map((file) => {
      const { columns, rows } = loadTable(join(folder, file));
      if (columns.join() !== "input,output")
        throw new InputError(join(folder, file), columns, "the columns input,output");
      return {
        name: basename(file, ".csv"),
        pairs: rows.map(([input, output]): Pair => [String(input), String(output)]),
      };
    });
}

const LETTERS = "ABCDEFGHIJ";

/**
 * Multiple-choice questions as tasks, a subject each: the input is the question with its lettered choices, the answer a letter.
 * @param text JSON lines: {"task", "question", "choices": [two to ten], "answer": the number of the right one, from 0}.
 * @throws InputError naming the line and the field.
 */
export function readChoices(text: string): readonly WordTask[] {
  const tasks = new Map<string, Pair[]>();
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .forEach((line, i) => {
      const path = `line ${i + 1}`;
      const { task, question, choices, answer } = readRecord(jsonOf(line, path), path, [
        ...["task", "question", "choices", "answer"],
      ]);
      for (const [key, value] of Object.entries({ task, question }))
        if (typeof value !== "string" || value === "")
          throw new InputError(`${path}.${key}`, value, "a text");
      if (!Array.isArray(choices) || choices.length < 2 || choices.length > LETTERS.length)
        throw new InputError(`${path}.choices`, choices, `two to ${LETTERS.length} texts`);
      if (!Number.isInteger(answer) || Number(answer) < 0 || Number(answer) >= choices.length)
        throw new InputError(`${path}.answer`, answer, `a whole number from 0 to ${choices.length - 1}`);
      const input = [String(question), ...choices.map((choice, k) => `${LETTERS[k]}. ${choice}`)].join("\n");
      tasks.set(String(task), [...(tasks.get(String(task)) ?? []), [input, LETTERS[Number(answer)]!]]);
    });
  return [...tasks].map(([name, pairs]) => ({ name, pairs }));
}

function jsonOf(line: string, path: string): unknown {
  try {
    return parseStrictJson(line);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(path, line, "a JSON object");
  }
}
