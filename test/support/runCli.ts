import { spawnSync } from "node:child_process";
import { PROGRAM } from "./root";

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line as a child process, `input` on its standard input. */
export function runCli(args: readonly string[], input: unknown = ""): CliResult {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const child = spawnSync(process.execPath, [PROGRAM, ...args], {
    input: text,
    encoding: "utf8",
    // A command that hangs fails its test by name, instead of stopping all tests.
    timeout: 300_000,
  });
  return { code: child.status, out: child.stdout, err: child.stderr };
}
