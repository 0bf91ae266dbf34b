import { createProgress } from "@finetune-icl/files";
import { say } from "../say";

/**
 * Does work whose finished parts are kept in files, with a bar over all of them. Ctrl-C (or SIGTERM) ends the program with one
 * line that says how many parts are kept, exit code 1.
 */
export async function withKeptProgress<Value>(
  { total, things, kept }: { readonly total: number; readonly things: string; readonly kept: () => number },
  work: (step: (count?: number) => void) => Promise<Value>,
): Promise<Value> {
  const progress = createProgress(total, process.stderr, things);
  const interrupt = (): void => {
    progress.stop();
    say(
      `finetune-icl: interrupted; ${kept()} of ${total} ${things} are kept; the same command goes on from there\n`,
    );
    process.exit(1);
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await work(progress.step);
  } finally {
    progress.stop();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
