import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LockedError, lock, withLock } from "../../src/files/lock";
import { packageRoot } from "../support/root";

const folder = mkdtempSync(join(tmpdir(), "lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const lockFile = (name: string): string => join(folder, `.${name}.lock`);

describe("a lock", () => {
  it("is refused while a living process has it, and free afterwards", async () => {
    const path = join(folder, "a");
    await withLock(path, async () => {
      expect(() => lock(path)).toThrow(LockedError);
      expect(() => lock(path)).toThrow(`process ${process.pid} is writing there`);
    });
    lock(path)();
    expect(readdirSync(folder).filter((name) => name.startsWith(".a"))).toEqual([]);
  });

  it("is that of the file itself, by whatever link it is called, also one that leads to nothing yet", () => {
    symlinkSync("linked", join(folder, "link"));
    const release = lock(join(folder, "link"));
    expect(() => lock(join(folder, "linked"))).toThrow(LockedError);
    release();
    writeFileSync(join(folder, "linked"), "");
    const again = lock(join(folder, "linked"));
    expect(() => lock(join(folder, "link"))).toThrow(LockedError);
    again();
  });

  it("of a process that is gone is taken over at once", () => {
    const { pid } = spawnSync("true");
    for (const content of [JSON.stringify({ pid, host: hostname() }), "", "{"]) {
      writeFileSync(lockFile("b"), content);
      const release = lock(join(folder, "b"));
      release();
      expect(existsSync(lockFile("b"))).toBe(false);
    }
  });

  it("takes away what a process left that was killed while it took the lock", () => {
    const { pid } = spawnSync("true");
    const machine = hostname().replace(/[^\w.-]/g, "_");
    const left = [pid, process.pid].map((owner) => `.e.lock-${machine}-${owner}-abcd`);
    for (const name of left) writeFileSync(join(folder, name), "");
    lock(join(folder, "e"))();
    expect(readdirSync(folder).filter((name) => name.startsWith(".e"))).toEqual([left[1]]);
  });

  it("of another machine is kept, and the message says how to remove it", () => {
    writeFileSync(lockFile("c"), JSON.stringify({ pid: 1, host: "elsewhere" }));
    expect(() => lock(join(folder, "c"))).toThrow(/of elsewhere \(if it is gone, delete .*\.c\.lock\)/);
  });

  it("goes to one of many processes that find a dead one, never to two", async () => {
    const { pid } = spawnSync("true");
    writeFileSync(lockFile("d"), JSON.stringify({ pid, host: hostname() }));
    // Each process says whether it got the lock, and holds it until its input ends.
    const program = `
      const { lock } = require(${JSON.stringify(join(packageRoot, "src/files/dist/lock.js"))});
      try { lock(${JSON.stringify(join(folder, "d"))}); console.log("mine"); } catch { console.log("refused"); }
      process.stdin.resume().on("end", () => process.exit());`;
    const rivals = Array.from({ length: 6 }, () => spawn(process.execPath, ["-e", program]));
    const answers = await Promise.all(
      rivals.map(async ({ stdout }) => String((await once(stdout, "data"))[0]).trim()),
    );
    await Promise.all(
      rivals.map(async (rival) => {
        rival.stdin.end();
        await once(rival, "exit");
      }),
    );
    expect(answers.filter((answer) => answer === "mine")).toHaveLength(1);
    expect(existsSync(lockFile("d"))).toBe(false);
  });
});
