/**
 * Keeps SIGINT where the kernel hears it. A listener that a cell adds, or a package that it loads, would have Node take the signal
 * for the main thread, away from the thread that waits for it and does not loop; so Node is not told of such listeners, and the
 * kernel calls them when it is interrupted.
 */
export function keepInterrupts(): void {
  const start = process
    .listeners("newListener" as never)
    .find(({ name }: { readonly name: string }) => name === "startListeningIfSignal") as
    | ((this: NodeJS.Process, event: string | symbol) => void)
    | undefined;
  // A Node that does it in another way takes the signal while a cell listens.
  if (!start) return;
  process.off("newListener", start);
  process.on("newListener", (event: string | symbol) => {
    if (event !== "SIGINT") start.call(process, event);
  });
}
