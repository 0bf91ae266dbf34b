import { text } from "node:stream/consumers";
import { describeFailure, type Failure } from "../runner/cellFailure";
import { makeTrialTables } from "../runner/figureTables";
import type { Notebook } from "../runner/nbformat";
import { runNotebook } from "../runner/runNotebook";
import type { GuardedRun, GuardMessage } from "./guardMessage";

/**
 * The program that runs one submission: a process of its own between the grader and the kernel, so that what a submission does
 * to its parent, or to everything in its sandbox, does not reach the grader. It holds nothing worth reading.
 */
const MOST_TEXT = 1_000_000;

async function main(): Promise<void> {
  // Else this signal opens Node's inspector, through which the submission could run code in here.
  if (process.platform !== "win32") process.on("SIGUSR1", () => {});
  const { notebook, timeoutMs, wanted, mark } = JSON.parse(await text(process.stdin)) as GuardedRun;
  const trial = makeTrialTables();
  let done = 0;
  say({ done });
  const outcome = await runNotebook(notebook, {
    cwd: process.cwd(),
    timeoutMs,
    env: trial.env,
    keepGoing: true,
    onCellDone: () => {
      done += 1;
      say({ done });
    },
  }).finally(trial.remove);
  const failures = outcome.status === "failed" ? outcome.failures : [];
  say({
    failures: failures.map((failure) => ({ cell: cellOf(failure), text: textOf(failure) })),
    isComplete: outcome.notebook !== undefined,
    printed: Object.fromEntries(wanted.map((id) => [id, printedBy(outcome.notebook, id, mark)])),
  });
}

function say(message: GuardMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function cellOf(failure: Failure): string | null {
  return failure.kind === "cell" ? failure.cell.id : null;
}

function textOf(failure: Failure): string {
  if (failure.kind === "cell" && failure.failure.kind === "timed out")
    return `did not end within ${failure.failure.seconds} s`;
  const described = describeFailure("", failure);
  return described.slice(described.indexOf("` ") + 2).slice(0, MOST_TEXT);
}

/** The last line that begins so, however much is printed before and after it. */
function printedBy(notebook: Notebook | undefined, id: string, mark: string): string {
  const cell = notebook?.cells.find((each) => each.id === id);
  if (cell?.cell_type !== "code") return "";
  const text = cell.outputs
    .map((output) => (output.output_type === "stream" && output.name === "stdout" ? output.text : ""))
    .join("");
  const start = `\n${text}`.lastIndexOf(`\n${mark}`);
  return start < 0 ? "" : text.slice(start).split("\n", 1)[0]!.slice(0, MOST_TEXT);
}

void main();
