import { InputError, printable } from "@finetune-icl/base";
import { Command, CommanderError } from "commander";
import { registerExperimentCommand } from "./commands/experiment";
import { registerIdentitiesCommand } from "./commands/identities";
import { registerMergeCommand } from "./commands/merge";
import { registerPredictCommand } from "./commands/predict";
import { registerPromptCommand } from "./commands/prompt";
import { registerRiskCommand } from "./commands/risk";
import { registerStudyCommand } from "./commands/study";
import { registerSweepCommand } from "./commands/sweep";
import { registerTrainCommand } from "./commands/train";
import { registerVerifyCommand } from "./commands/verify";
import { DoneElsewhere } from "./fetchedCommand";
import { Interrupted, workBegins } from "./interrupted";
import { registerOptionalCommands } from "./optionalCommands";
import { say } from "./say";
import { guardStandardOutput } from "./standardOutput";

/** Exit codes that other programs rely on, beside those of {@link Interrupted}. */
const EXIT = { done: 0, failed: 1, wrongInput: 2 } as const;

/** As {@link main}, for a process of its own: also what its standard output refuses ends it with one line. */
export function run(argv: readonly string[]): Promise<number> {
  guardStandardOutput((error) => {
    complain(error);
    process.exit(EXIT.failed);
  });
  return main(argv);
}

/** Parses `argv` (without node and script), runs the command, and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("finetune-icl")
    .description(
      "Fine-tuning and in-context learning in linear attention: exact theory, simulation, notebooks.",
    )
    .version(version())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `finetune-icl: ${printable(text.trim().replace(/^error: /, ""))} (add --help for the options)\n`,
        ),
    });
  registerRiskCommand(program);
  registerPredictCommand(program);
  registerPromptCommand(program);
  registerTrainCommand(program);
  registerExperimentCommand(program);
  registerSweepCommand(program);
  registerMergeCommand(program);
  registerStudyCommand(program);
  registerVerifyCommand(program);
  registerIdentitiesCommand(program);
  await registerOptionalCommands(program, argv[0]);
  await workBegins();
  try {
    await program.parseAsync([...argv], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof DoneElsewhere) return error.exitCode;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    complain(error);
    if (error instanceof Interrupted) return error.exitCode;
    return error instanceof InputError ? EXIT.wrongInput : EXIT.failed;
  }
}

/** One line, whatever the message holds: names from outside may hold line breaks and escape sequences. */
function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  say(`finetune-icl: ${printable(text)}\n`);
}

function version(): string {
  return (require("finetune-icl/package.json") as { version: string }).version;
}
