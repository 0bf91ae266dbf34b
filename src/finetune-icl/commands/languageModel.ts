import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { readInputText } from "@finetune-icl/files";
import { resultsFolder } from "@finetune-icl/lab/units";
import {
  type LanguageProfile,
  prepareLanguageStudy,
  readChoices,
  readWordTasks,
  summariseLanguageStudy,
  type TaskRoles,
} from "@finetune-icl/transformer";
import type { Command } from "commander";
import { say } from "../say";
import { printJson } from "./jsonInput";
import { readOutFolder } from "./outOption";

interface PrepareOptions {
  readonly out: string;
  readonly short?: true;
  readonly tiny?: true;
  readonly choices?: string;
}

/** Adds `finetune-icl language-model`: what fine-tuning leaves of a real language model's in-context learning. */
export function registerLanguageModelCommand(program: Command): void {
  const command = program
    .command("language-model")
    .description(
      "Fine-tune a language model on zero-shot prompts of one word task and measure what remains of in-context learning: prompts and tables here, the training by one Python program.",
    );
  command
    .command("prepare")
    .description("Write the plan and its prompts into a folder, and say the command that runs them.")
    .requiredOption("--out <folder>", "where plan.json and prompts/ go")
    .option(
      "--short",
      "one target, three seeds, no and eight examples: what two processor cores do in some hours",
    )
    .option("--tiny", "a plan of a few steps, to try the Python program")
    .option("--choices <file>", "multiple-choice questions in JSON lines in place of the word tasks")
    .addHelpText(
      "after",
      '\nA line of --choices: {"task": "a subject", "question": "…", "choices": ["…", "…"], "answer": 0}. The first subject is the target, the next four are the pool that replay draws on, the rest are unseen.',
    )
    .action(prepare);
  command
    .command("summarise")
    .description("Make the tables of what is finished.")
    .argument("<folder>", "the folder that was prepared and run")
    .option("--out <folder>", "where the tables go (default: the same folder)")
    .action((folder: string, options: { readonly out?: string }) => {
      const out = readOutFolder(options.out ?? folder);
      const counts = summariseLanguageStudy(folder, out);
      say(`Fine-tuning a language model: ${join(out, "README.md")}\n`);
      printJson(counts);
    });
}

function prepare(options: PrepareOptions): void {
  const out = readOutFolder(options.out);
  const profile: LanguageProfile = options.tiny ? "tiny" : options.short ? "short" : "full";
  const tasks =
    options.choices === undefined
      ? readWordTasks(resultsFolder("word-tasks"))
      : readChoiceFile(options.choices);
  const counts = prepareLanguageStudy(out, {
    profile,
    tasks,
    ...(options.choices !== undefined && { targets: [rolesOf(tasks.map(({ name }) => name))] }),
  });
  const python = join(require.resolve("@finetune-icl/transformer/package.json"), "..", "pytorch");
  const folder = JSON.stringify(out);
  say(
    `Now, in a Python with ${join(python, "requirements.txt")} installed (it goes on where it was interrupted):\n\n  python ${join(python, "language_model.py")} ${folder}${profile === "tiny" ? " --tiny" : ""}\n\nand then: npx finetune-icl language-model summarise ${folder}\n`,
  );
  printJson(counts);
}

function readChoiceFile(path: string) {
  const allowed = "a file of JSON lines that can be read";
  try {
    return readChoices(readInputText(path, { field: "--choices", allowed }));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError("--choices", path, allowed);
  }
}

const POOL = 4;
/** Nats: of the answer a letter, so two answers out of three. */
const LEVEL = 0.5;

/** The first subject is the target, the next four the pool, the rest unseen. */
function rolesOf(names: readonly string[]): TaskRoles {
  if (names.length < POOL + 2)
    throw new InputError("--choices", `${names.length} subjects`, `at least ${POOL + 2} subjects`);
  return { target: names[0]!, pool: names.slice(1, 1 + POOL), unseen: names.slice(1 + POOL), level: LEVEL };
}
