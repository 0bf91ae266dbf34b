import { spawnSync } from "node:child_process";
import { say } from "./say";

/** Another program did the work; it has said all there is to say. */
export class DoneElsewhere extends Error {
  override readonly name = "DoneElsewhere";
  constructor(readonly exitCode: number) {
    super(`done by another program, which ended with ${exitCode}`);
  }
}

/** Set for the program that was started with what was missing: it must not start a third one. */
const FETCHED = "FINETUNE_ICL_FETCHED";

/**
 * Runs a command once more with a package that is not installed, which npm fetches into its cache for this run: for commands that
 * are called once, by `npx`, in a folder that has nothing yet.
 * Returns when there is no npm, or when this program was itself started so.
 * @throws DoneElsewhere with the exit code.
 */
export function runFetched(
  needs: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): void {
  if (environment[FETCHED] !== undefined) return;
  const { name, version } = require("finetune-icl/package.json") as { name: string; version: string };
  say(`${name}: ${needs} is not installed; npm fetches it for this run\n`);
  const packages = [name, needs].map((each) => `--package=${each}@${version}`);
  const { status, error } = spawnSync("npm", ["exec", "--yes", ...packages, "--", name, ...args], {
    env: { ...environment, [FETCHED]: "1" },
    stdio: "inherit",
    // npm is a script there.
    shell: process.platform === "win32",
  });
  if (error === undefined) throw new DoneElsewhere(status ?? 1);
}
