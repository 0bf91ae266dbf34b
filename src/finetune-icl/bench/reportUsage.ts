import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

// Preloaded into a process that is measured: when it ends well, its usage goes to file descriptor 3.
if (isMainThread) {
  process.on("exit", (code) => {
    if (code !== 0) return;
    const { user, system } = process.cpuUsage();
    writeSync(3, JSON.stringify({ seconds: (user + system) / 1e6, megabytes: peakKilobytes() / 1000 }));
  });
}

/** Linux counts what the parent held into ru_maxrss of a new process, but keeps the process's own peak in /proc. */
function peakKilobytes(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (peak !== null) return 1.024 * Number(peak[1]);
  } catch {
    // No such file on other systems.
  }
  return 1.024 * process.resourceUsage().maxRSS;
}
