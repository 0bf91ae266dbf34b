import { createProgress } from "@finetune-icl/files";
import { exitCodeOf, onInterrupt } from "../interrupted";
import { say } from "../say";

/**
 * Does work whose finished parts are kept in files, with a bar over all of them. Ctrl-C (or SIGTERM) ends the program with one
 * line that says how many parts are kept, and the exit code of {@link exitCodeOf}.
 */
export async function withKeptProgress<Value>(
  { total, things, kept }: { readonly total: number; readonly things: string; readonly kept: () => number },
  work: (step: (count?: number) => void) => Promise<Value>,
): Promise<Value> {
  const progress = createProgress(total, process.stderr, things);
  const forget = onInterrupt((signal) => {
    progress.stop();
    const state =
      kept() === 0
        ? `none of ${total} ${things} is kept yet; the same command begins again`
        : `${kept()} of ${total} ${things} are kept; the same command goes on from there`;
    say(`finetune-icl: interrupted; ${state}\n`);
    process.exit(exitCodeOf(signal));
  });
  try {
    return await work(progress.step);
  } finally {
    progress.stop();
    forget();
  }
}
