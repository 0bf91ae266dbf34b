import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { packageRoot } from "../../support/root";

it.skipIf(process.platform === "win32")(
  "SIGUSR1 opens no inspector in the guard of a submission",
  async () => {
    const guard = spawn(process.execPath, [join(packageRoot, "src/notebooks/dist/course/guard.js")], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    let said = "";
    guard.stderr.on("data", (data: Buffer) => {
      said += String(data);
    });
    // It reads its standard input by now, and waits.
    await sleep(3000);
    for (let k = 0; k < 3; k += 1) {
      guard.kill("SIGUSR1");
      await sleep(300);
    }
    expect(guard.exitCode).toBeNull();
    guard.kill("SIGKILL");
    await once(guard, "close");
    expect(said).not.toMatch(/Debugger|inspector|ws:/);
  },
);
