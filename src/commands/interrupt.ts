/**
 * Until the returned function is called, Ctrl-C (or SIGTERM) ends the program at once with one line and exit code 1: for work
 * whose finished parts are already kept in files. `before` makes room for the line.
 */
export function exitOnInterrupt(line: () => string, before: () => void): () => void {
  const end = (): void => {
    before();
    process.stderr.write(`finetune-icl: interrupted; ${line()}\n`);
    process.exit(1);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  return () => {
    process.off("SIGINT", end).off("SIGTERM", end);
  };
}
