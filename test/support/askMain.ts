import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliResult } from "./runCli";
import { runMain } from "./runMain";

/**
 * What a command answers to an input, JSON or a text, in this process. The input stands in a file: standard input belongs to
 * the process, and is tried by `runCli`.
 */
export async function askMain(
  command: string,
  input: unknown,
  ...options: readonly string[]
): Promise<CliResult> {
  const folder = mkdtempSync(join(tmpdir(), "ask-"));
  try {
    const file = join(folder, "input.json");
    writeFileSync(file, typeof input === "string" ? input : JSON.stringify(input));
    return await runMain(command, file, ...options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
