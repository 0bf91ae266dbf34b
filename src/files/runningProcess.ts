import { readFileSync } from "node:fs";

let boot: { readonly id: string | undefined } | undefined;

/**
 * Names this process among all that this machine ever runs, in a text that file names may hold: its number, and where the system has /proc its start
 * (ticks since the boot) and the boot, `812.6788318.b9000bb4`. A number alone comes again: in a container that is started anew the
 * first process is 1 every time.
 */
export const THIS_PROCESS: string = markOf(process.pid);

function markOf(pid: number): string {
  const start = statOf(pid)?.start;
  const boot = bootOf();
  return start === undefined || boot === undefined ? String(pid) : `${pid}.${start}.${boot}`;
}

/**
 * Whether the process with such a mark runs. Of a mark without a start the number has to do: one that the system gave to another process
 * since counts as running, and for the number of this process `isOurs` decides, whether this process knows of what it would have marked.
 */
export function isRunning(mark: string, isOurs = false): boolean {
  const [, number, start, boot] = /^(\d+)(?:\.(\d+)\.([0-9a-f]+))?$/.exec(mark) ?? [];
  const pid = Number(number);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (boot !== undefined && bootOf() !== undefined && boot !== bootOf()) return false;
  const found = statOf(pid);
  // One that was killed and that nobody has collected stays in the table, in a container without an init for ever.
  if (found !== undefined && (found.state === "Z" || found.state === "X")) return false;
  if (found !== undefined && start !== undefined) return found.start === start;
  return pid === process.pid ? isOurs : answersSignals(pid);
}

/** The process that left a file or folder of a name that begins with `prefix` and goes on with its mark and a random end; undefined for other names. */
export const writerOf = (name: string, prefix: string): string | undefined =>
  name.startsWith(prefix) ? /^([\d.a-f]+)-[0-9A-Za-z]+$/.exec(name.slice(prefix.length))?.[1] : undefined;

/** State and start of a process, where the system tells: proc(5), fields 3 and 22. The name before them may hold spaces and brackets. */
function statOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  const fields = textOf(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

/** Which boot of the system this is, in eight hexadecimal digits. */
function bootOf(): string | undefined {
  boot ??= { id: /^[0-9a-f]{8}/.exec(textOf("/proc/sys/kernel/random/boot_id") ?? "")?.[0] };
  return boot.id;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One that belongs to somebody else may not be signalled, and is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
