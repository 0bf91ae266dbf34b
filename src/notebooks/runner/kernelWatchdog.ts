import { rmSync } from "node:fs";
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { LIFELINE } from "./lifeline";

// Runs in a thread of its own inside the kernel, so that a cell that never gives the main thread back cannot outlive
// the runner. The whole process group goes: the kernel and whatever its cells started.
const { directory } = workerData as { readonly directory: string };

function end(): void {
  rmSync(directory, { recursive: true, force: true });
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}

new Socket({ fd: LIFELINE, readable: true, writable: false })
  .on("close", end)
  .on("error", () => {})
  .resume();
