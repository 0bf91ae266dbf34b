/** Whether a process of this machine is alive. A number that the system has given to another process counts as alive. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One that belongs to somebody else may not be signalled, and is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
