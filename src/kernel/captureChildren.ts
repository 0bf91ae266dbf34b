import childProcess, { type ChildProcess, type SpawnOptions, type StdioOptions } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StreamName } from "./threadMessages";

type Options = { readonly stdio?: StdioOptions | undefined };
type Sync = (this: unknown, ...parameters: unknown[]) => unknown;

const SLOTS: readonly (readonly [slot: number, name: StreamName])[] = [
  [1, "stdout"],
  [2, "stderr"],
];
const PIECE = 65536;

/**
 * Shows what programs print that inherit standard output or error of a cell, which are the kernel's and seen by nobody: they write into
 * a pipe instead, or into a file where the cell waits for them, and the text becomes the cell's own.
 */
export function captureChildren(): void {
  const own = childProcess.ChildProcess.prototype as ChildProcess & { spawn(options: SpawnOptions): unknown };
  const spawn = own.spawn;
  own.spawn = function (options) {
    const inherited = inheritedBy(options);
    if (inherited.size === 0) return spawn.call(this, options);
    const stdio = slotsOf(options).map((each, slot) => (inherited.has(slot) ? "pipe" : each));
    const result = spawn.call(this, { ...options, stdio: stdio as StdioOptions });
    for (const [slot, name] of inherited) {
      const from = slot === 1 ? "stdout" : "stderr";
      // A cell that was interrupted prints no more, and its child is not to wait for a reader.
      this[from]?.on("data", (bytes: Buffer) => printQuietly(name, bytes));
      // As for every child that inherits.
      this[from] = null as never;
      if (Array.isArray(this.stdio)) (this.stdio as unknown[])[slot] = null;
    }
    return result;
  };
  for (const name of ["spawnSync", "execFileSync", "execSync"] as const)
    childProcess[name] = intoFiles(childProcess[name] as Sync) as never;
  syncBuiltinESMExports();
}

/** The function, with files in place of the streams that its options let a program inherit. */
function intoFiles(run: Sync): Sync {
  return function (this: unknown, ...parameters) {
    const at = parameters.map(isOptions).lastIndexOf(true);
    const options = parameters[at] as Options | undefined;
    const inherited = options ? inheritedBy(options) : new Map<number, StreamName>();
    if (!options || inherited.size === 0) return run.apply(this, parameters);
    const folder = mkdtempSync(join(tmpdir(), "kernel-child-"));
    const files = new Map<StreamName, number>();
    try {
      for (const name of inherited.values())
        if (!files.has(name)) files.set(name, openSync(join(folder, name), "a+"));
      const stdio = slotsOf(options).map((each, slot) => files.get(inherited.get(slot)!) ?? each);
      const changed = parameters.map((each, index) => (index === at ? { ...options, stdio } : each));
      return run.apply(this, changed);
    } finally {
      for (const [name, file] of files) {
        for (const piece of piecesOf(file)) process[name].write(piece);
        closeSync(file);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

function isOptions(parameter: unknown): boolean {
  return typeof parameter === "object" && parameter !== null && !Array.isArray(parameter);
}

function slotsOf({ stdio }: Options): readonly unknown[] {
  return Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
}

/** Which streams a program would write to that are the kernel's own, by their place among the program's. */
function inheritedBy(options: Options): ReadonlyMap<number, StreamName> {
  const slots = slotsOf(options);
  return new Map(
    SLOTS.flatMap(([slot, name]) => {
      const given = slots[slot];
      if (given === "inherit") return [[slot, name] as const];
      const found = SLOTS.find(([number, stream]) => given === number || given === process[stream]);
      return found ? [[slot, found[1]] as const] : [];
    }),
  );
}

function* piecesOf(file: number): Generator<Buffer> {
  for (let position = 0; ; ) {
    const piece = Buffer.alloc(PIECE);
    const length = readSync(file, piece, 0, PIECE, position);
    if (length === 0) return;
    position += length;
    yield piece.subarray(0, length);
  }
}

function printQuietly(name: StreamName, bytes: Buffer): void {
  try {
    process[name].write(bytes);
  } catch {
    // The cell has been interrupted.
  }
}
