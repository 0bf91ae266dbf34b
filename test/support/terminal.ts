import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { PROGRAM } from "./root";

/** Whether util-linux's `script` is here, which gives a program a terminal. */
export const HAS_TERMINAL = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

/** The command line on a pseudo-terminal, with what it has printed so far. */
export interface TerminalRun {
  readonly printed: () => string;
  /** Waits until the terminal shows a match. */
  readonly shows: (pattern: RegExp) => Promise<void>;
  /** Presses Ctrl-C. */
  readonly pressCtrlC: () => void;
  /** The exit code of the program. */
  readonly end: Promise<number | null>;
}

export function runOnTerminal(args: readonly string[]): TerminalRun {
  // `exec`, or a shell that stays in between answers Ctrl-C with an exit code of its own.
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`);
  const command = `exec ${words.join(" ")}`;
  const child: ChildProcess = spawn("script", ["-qec", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TERM: "xterm", COLUMNS: "120" },
  });
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  return {
    printed: () => text,
    shows: async (pattern) => {
      while (!pattern.test(text)) {
        if (child.exitCode !== null) throw new Error(`ended before it showed ${pattern}: ${text}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
    // The terminal turns this character into a real SIGINT for the program in its foreground.
    pressCtrlC: () => child.stdin!.write("\x03"),
    end: new Promise((done) => child.on("exit", done)),
  };
}
