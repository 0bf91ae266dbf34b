import { vi } from "vitest";
import { main } from "../../src/finetune-icl/cli";
import type { CliResult } from "./runCli";

/** Runs the command line in this process, for what ends before any work: a process of its own takes a second to start. */
export async function runMain(...args: readonly string[]): Promise<CliResult> {
  const written = { out: "", err: "" };
  const capture = (to: "out" | "err") => (text: string | Uint8Array) => {
    written[to] += String(text);
    return true;
  };
  const out = vi.spyOn(process.stdout, "write").mockImplementation(capture("out"));
  const err = vi.spyOn(process.stderr, "write").mockImplementation(capture("err"));
  try {
    return { code: await main(args), ...written };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
