import { InputError } from "@finetune-icl/base";
import { Command, CommanderError } from "commander";
import { registerBenchCommand } from "./commands/bench";
import { registerExperimentCommand } from "./commands/experiment";
import { registerPredictCommand } from "./commands/predict";
import { registerRiskCommand } from "./commands/risk";
import { registerStudyCommand } from "./commands/study";
import { registerSweepCommands } from "./commands/sweep";
import { registerTrainCommand } from "./commands/train";
import { registerVerifyCommand } from "./commands/verify";
import { registerOptionalCommands } from "./optionalCommands";

/** Exit codes that other programs rely on. */
const EXIT = { done: 0, failed: 1, wrongInput: 2 } as const;

/** Parses `argv` (without node and script), runs the command, and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("finetune-icl")
    .description(
      "Fine-tuning and in-context learning in linear attention: exact theory, simulation, notebooks.",
    )
    .version(version())
    .exitOverride()
    .showHelpAfterError("(add --help for the options)");
  registerRiskCommand(program);
  registerPredictCommand(program);
  registerTrainCommand(program);
  registerExperimentCommand(program);
  registerSweepCommands(program);
  registerStudyCommand(program);
  registerVerifyCommand(program);
  registerBenchCommand(program);
  await registerOptionalCommands(program, argv[0]);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    process.stderr.write(`finetune-icl: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? EXIT.wrongInput : EXIT.failed;
  }
}

function version(): string {
  return (require("finetune-icl/package.json") as { version: string }).version;
}
