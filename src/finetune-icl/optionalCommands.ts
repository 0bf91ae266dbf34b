import type { Command } from "commander";
import { runFetched } from "./fetchedCommand";

/** A command whose package is installed only where it is wanted. */
export interface OptionalCommand {
  readonly name: string;
  readonly description: string;
  /** The package that does its work. */
  readonly needs: string;
  /** Whether it is called once, where nothing is installed yet: what it needs is then fetched for the run. */
  readonly isFetched?: boolean;
  readonly register: (program: Command) => Promise<void>;
}

export const OPTIONAL_COMMANDS: readonly OptionalCommand[] = [
  {
    name: "bench",
    description: "Measure speed and memory, each ratio within one run, its two sides in turn.",
    needs: "@finetune-icl/notebooks",
    register: async (program) => (await import("./commands/bench")).registerBenchCommand(program),
  },
  {
    name: "notebooks",
    description: "Run notebooks, each on a fresh kernel, and save them with their outputs.",
    needs: "@finetune-icl/notebooks",
    register: async (program) => (await import("./commands/notebooks")).registerNotebooksCommand(program),
  },
  {
    name: "kernel",
    description: "Install the kernel for Jupyter, remove it, or find out what is wrong with it.",
    needs: "@finetune-icl/kernel",
    register: async (program) => (await import("./commands/kernel")).registerKernelCommands(program),
  },
  {
    name: "course",
    description: "Make copies of the lessons: for students without solutions, for teachers with notes.",
    needs: "@finetune-icl/notebooks",
    register: async (program) => (await import("./commands/course")).registerCourseCommand(program),
  },
  {
    name: "grade",
    description: "Run students' copies and say which checks pass.",
    needs: "@finetune-icl/notebooks",
    register: async (program) => (await import("./commands/grade")).registerGradeCommand(program),
  },
  {
    name: "new",
    description: "Make a course of one's own: notebooks, their data, and a package.json that runs them.",
    needs: "@finetune-icl/notebooks",
    isFetched: true,
    register: async (program) => (await import("./commands/new")).registerNewCommand(program),
  },
  {
    name: "transformer",
    description: "Pretrain small GPTs, fine-tune them, and measure what remains of in-context learning.",
    needs: "@finetune-icl/transformer",
    register: async (program) => (await import("./commands/transformer")).registerTransformerCommand(program),
  },
  {
    name: "language-model",
    description:
      "Fine-tune a language model on one word task and measure what remains of in-context learning.",
    needs: "@finetune-icl/transformer",
    register: async (program) =>
      (await import("./commands/languageModel")).registerLanguageModelCommand(program),
  },
  {
    name: "book",
    description: "Build the book: a static site of the notebooks, the docs and the live figures.",
    needs: "@finetune-icl/site",
    register: async (program) => (await import("./commands/book")).registerBookCommand(program),
  },
  {
    name: "readme",
    description:
      "Draw the picture at the top of the README, on light and on dark ground, and save its table.",
    needs: "@finetune-icl/site",
    register: async (program) => (await import("./commands/readme")).registerReadmeCommand(program),
  },
];

/**
 * Adds the optional commands: whole where the first word of the command line asks for one or for none of the others, and else
 * by name and description alone, since what they need takes time to load.
 */
export async function registerOptionalCommands(
  program: Command,
  firstWord: string | undefined,
): Promise<void> {
  const asksForAnother = (own: string): boolean =>
    firstWord !== own &&
    (program.commands.some((command) => command.name() === firstWord) ||
      OPTIONAL_COMMANDS.some(({ name }) => name === firstWord));
  for (const command of OPTIONAL_COMMANDS) {
    if (asksForAnother(command.name)) program.command(command.name).description(command.description);
    // An option of the program itself, such as --help: names and descriptions, and what is not installed.
    else if (firstWord?.startsWith("-") && isInstalled(command.needs))
      program.command(command.name).description(command.description);
    else await registerWhole(program, command);
  }
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

async function registerWhole(
  program: Command,
  { name, description, needs, isFetched = false, register }: OptionalCommand,
): Promise<void> {
  if (!isInstalled(needs)) {
    program
      .command(name)
      .description(`${description} (needs ${needs})`)
      .argument("[words...]")
      .allowUnknownOption()
      .action((words: readonly string[]) => {
        if (isFetched) runFetched(needs, [name, ...words]);
        throw new Error(
          `${name} needs the package ${needs}: npm install ${needs} brings it (docs/install.md says more)`,
        );
      });
    return;
  }
  await register(program);
}
