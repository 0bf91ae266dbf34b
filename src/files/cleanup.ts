/**
 * Things to undo when this process ends, however it ends short of SIGKILL: normally, by `process.exit`, by an
 * uncaught exception, or by a signal. The listeners exist only while there is something to undo.
 */
const pending = new Set<() => void>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Registers a synchronous, idempotent action; the returned function performs it now and forgets it. */
export function onEnd(undo: () => void): () => void {
  if (pending.size === 0) {
    process.on("exit", undoAll);
    for (const signal of SIGNALS) process.on(signal, endBySignal);
  }
  pending.add(undo);
  return () => {
    if (pending.delete(undo)) undo();
    if (pending.size === 0) stopListening();
  };
}

function undoAll(): void {
  for (const undo of pending) {
    pending.delete(undo);
    try {
      undo();
    } catch (error) {
      // One failure must not keep the others from being undone.
      process.stderr.write(`while ending: ${String(error)}\n`);
    }
  }
}

function endBySignal(signal: NodeJS.Signals): void {
  undoAll();
  stopListening();
  // Ending by the signal itself lets the parent (a shell, a CI runner) see what happened.
  process.kill(process.pid, signal);
}

function stopListening(): void {
  process.off("exit", undoAll);
  for (const signal of SIGNALS) process.off(signal, endBySignal);
}
