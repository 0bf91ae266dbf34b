import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { LockedError, lock, withFolderLock, withLock } from "../../src/files/lock";
import { packageRoot } from "../support/root";

const folder = mkdtempSync(join(tmpdir(), "lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
interface Counts {
  readonly times: number;
  readonly together: number;
}
/** Which boot of the system this is, where it has /proc. */
const BOOT = existsSync("/proc/sys/kernel/random/boot_id")
  ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8)
  : undefined;
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

  // A container that is started anew has the same name, and its first process is 1 again.
  it.each([
    ["a process of the same number that started at another time", process.ppid, `${process.ppid}.1.${BOOT}`],
    [
      "a process of the same number before the machine was started anew",
      process.ppid,
      `${process.ppid}.1.00000000`,
    ],
    ["a process that had the number of this one", process.pid, `${process.pid}.1.${BOOT}`],
    ["this number, in which this process does not know of it", process.pid, undefined],
  ])("of %s is taken over", (_, pid, mark) => {
    const owner = { pid, host: hostname(), ...(mark !== undefined && { process: mark }) };
    writeFileSync(lockFile("again"), JSON.stringify(owner));
    lock(join(folder, "again"))();
    expect(existsSync(lockFile("again"))).toBe(false);
  });

  it.skipIf(BOOT === undefined)(
    "of a process that was killed, and that nobody has collected, is taken over",
    async () => {
      // The shell becomes a program that waits for nobody.
      const parent = spawn("sh", ["-c", "sh -c 'echo $$; kill -9 $$' & exec sleep 60"]);
      const pid = Number(String((await once(parent.stdout, "data"))[0]));
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /));
      writeFileSync(lockFile("zombie"), JSON.stringify({ pid, host: hostname() }));
      lock(join(folder, "zombie"))();
      parent.kill();
    },
  );

  it.skipIf(BOOT === undefined)(
    "of this process tells it from all others, and is kept while it has it",
    () => {
      const release = lock(join(folder, "marked"));
      const { pid, process: mark } = JSON.parse(readFileSync(lockFile("marked"), "utf8")) as Record<
        string,
        unknown
      >;
      expect(pid).toBe(process.pid);
      expect(mark).toMatch(new RegExp(`^${process.pid}\\.\\d+\\.${BOOT}$`));
      expect(() => lock(join(folder, "marked"))).toThrow(LockedError);
      release();
    },
  );

  it.each([
    ["a folder", (file: string) => mkdirSync(file), /it is a folder, EISDIR/],
    ["a link that leads back to itself", (file: string) => symlinkSync(file, file), /ELOOP/],
  ])("in whose place stands %s is refused in one line that says what to do", (name, make, reason) => {
    make(lockFile(name));
    const attempt = (): unknown => lock(join(folder, name));
    expect(attempt).toThrow(LockedError);
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(`${lockFile(name)} stands where its lock belongs`);
    expect(readdirSync(folder).filter((each) => each.startsWith(`.${name}`))).toEqual([`.${name}.lock`]);
  });

  it("that somebody filled with something else counts for nothing", () => {
    for (const content of ["{}", "null", '{"pid": "1", "host": 2}', "[]"]) {
      writeFileSync(lockFile("filled"), content);
      lock(join(folder, "filled"))();
    }
  });

  it("takes away what a process left that was killed while it took the lock", () => {
    const { pid } = spawnSync("true");
    const machine = hostname().replace(/[^\w.-]/g, "_");
    const left = [pid, process.ppid].map((owner) => `.e.lock-${machine}-${owner}-abcd`);
    for (const name of left) writeFileSync(join(folder, name), "");
    lock(join(folder, "e"))();
    expect(readdirSync(folder).filter((name) => name.startsWith(".e"))).toEqual([left[1]]);
  });

  it("of another machine is kept, and the message says how to remove it", () => {
    writeFileSync(lockFile("c"), JSON.stringify({ pid: 1, host: "elsewhere" }));
    expect(() => lock(join(folder, "c"))).toThrow(/of elsewhere \(if it is gone, delete .*\.c\.lock\)/);
  });

  it("of a folder is in it, so that nobody need write beside it, and work that is refused leaves no folder", async () => {
    const [parent, results] = [join(folder, "parent"), join(folder, "parent", "results")];
    mkdirSync(parent);
    symlinkSync("results", join(parent, "link"));
    await withFolderLock(results, async () => {
      expect([readdirSync(parent).sort(), readdirSync(results)]).toEqual([["link", "results"], [".lock"]]);
      await expect(withFolderLock(results, async () => {})).rejects.toThrow(LockedError);
      await expect(withFolderLock(join(parent, "link"), async () => {})).rejects.toThrow(LockedError);
    });
    expect(readdirSync(parent)).toEqual(["link"]);
    await withFolderLock(results, async () => writeFileSync(join(results, "kept"), ""));
    expect(readdirSync(results)).toEqual(["kept"]);
    // What a killed process left is taken over, there too.
    const owner = { pid: spawnSync("true").pid, host: hostname() };
    writeFileSync(join(results, ".lock"), JSON.stringify(owner));
    await withFolderLock(results, async () => {});
    expect(readdirSync(results)).toEqual(["kept"]);
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

  it("is in one process at a time, however often another one dies in it and all find it dead at once", async () => {
    const { pid } = spawnSync("true");
    const [path, inside] = [join(folder, "raced"), join(folder, "inside")];
    // Who has the lock makes a file that must not be there; half of them leave as one leaves that is killed.
    const program = `
      const { lock } = require(${JSON.stringify(join(packageRoot, "src/files/dist/lock.js"))});
      const fs = require("node:fs");
      const dead = ${JSON.stringify(JSON.stringify({ pid, host: hostname() }))};
      let [times, together] = [0, 0];
      for (const end = Date.now() + 1500; Date.now() < end; ) {
        let release;
        try { release = lock(${JSON.stringify(path)}); } catch (error) { if (error.name !== "LockedError") throw error; continue; }
        try { fs.closeSync(fs.openSync(${JSON.stringify(inside)}, "wx")); } catch { together += 1; }
        times += 1;
        fs.rmSync(${JSON.stringify(inside)}, { force: true });
        if (times % 2 === 0) fs.writeFileSync(${JSON.stringify(lockFile("raced"))}, dead);
        release();
      }
      console.log(JSON.stringify({ times, together }));`;
    const rivals = Array.from({ length: 4 }, () => spawn(process.execPath, ["-e", program]));
    const counts = await Promise.all(
      rivals.map(async ({ stdout }) => JSON.parse(String((await once(stdout, "data"))[0])) as Counts),
    );
    expect(counts.reduce((sum, { times }) => sum + times, 0)).toBeGreaterThan(50);
    expect(
      counts.map(({ together }) => together),
      JSON.stringify(counts),
    ).toEqual([0, 0, 0, 0]);
  });
});
