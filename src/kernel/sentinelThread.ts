import { rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { runInThisContext } from "node:vm";
import { type MessagePort, workerData } from "node:worker_threads";
import { type ConnectionInfo, filesOf } from "./connectionFile";
import { COUNTER } from "./threadMessages";

/**
 * The thread that sleeps, except when SIGINT arrives that nobody else takes, or when the process that started the kernel is
 * gone. Node gives a signal to the youngest of the scripts that asked for it (`breakOnSigint`), in whatever thread it runs:
 * synchronous code of a cell comes first, and otherwise it is this thread's sleep that ends.
 */
export interface SentinelData {
  readonly connection: ConnectionInfo;
  readonly counters: SharedArrayBuffer;
  readonly port: MessagePort;
  /** The parent process when the kernel started, if the kernel is to end with it. */
  readonly parent: number | undefined;
}

const POLL_MS = 500;

const { connection, counters: shared, port, parent } = workerData as SentinelData;
const counters = new Int32Array(shared);

function sleepForEver(): void {
  while (true) {
    Atomics.wait(counters, COUNTER.never, 0, POLL_MS);
    if (parent !== undefined && process.ppid !== parent) endWithParent();
  }
}

function endWithParent(): void {
  for (const file of filesOf(connection)) rmSync(file, { force: true });
  if (connection.transport === "ipc") {
    try {
      // A folder that held nothing else belonged to this connection.
      rmdirSync(dirname(connection.path));
    } catch {
      // It holds something else.
    }
  }
  try {
    // Clients start a kernel as the leader of a group, to which belongs what its cells started.
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}

function interruptible(work: () => void): boolean {
  Object.assign(globalThis, { interruptibleWork: work });
  try {
    runInThisContext("interruptibleWork()", { breakOnSigint: true });
    return false;
  } catch {
    return true;
  }
}

// Two levels, so that between two sleeps there is always one script that takes a signal.
while (true) {
  interruptible(() => {
    while (true) {
      Object.assign(globalThis, { interruptibleSleep: sleepForEver });
      try {
        runInThisContext("interruptibleSleep()", { breakOnSigint: true });
      } catch {
        port.postMessage("SIGINT");
      }
    }
  });
  port.postMessage("SIGINT");
}
