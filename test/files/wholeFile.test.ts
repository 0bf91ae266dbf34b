import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../src/base/inputError";
import { lock } from "../../src/files/lock";
import { WriteError, writeAllWhole, writeWhole, writeWholeUnless } from "../../src/files/wholeFile";

/** What the disk does in these tests. */
const disk = vi.hoisted(() => ({
  /** Bytes taken by one call, however many it was given. */
  most: Number.POSITIVE_INFINITY,
  /** Bytes left on the disk. */
  room: Number.POSITIVE_INFINITY,
}));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (file: number, bytes: Uint8Array, from: number, length: number): number => {
    if (disk.room === 0) throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    const taken = real.writeSync(file, bytes, from, Math.min(length, disk.most, disk.room));
    disk.room -= taken;
    return taken;
  };
  return { ...real, writeSync };
});

const folder = fs.mkdtempSync(join(tmpdir(), "whole-file-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  disk.most = Number.POSITIVE_INFINITY;
  disk.room = Number.POSITIVE_INFINITY;
});
const fresh = (): string => fs.mkdtempSync(join(folder, "case-"));
const read = (path: string): string => fs.readFileSync(path, "utf8");
const deadPid = (): number => spawnSync("true").pid;

describe("writing a file", () => {
  it("writes every byte where the disk takes a few at a time", () => {
    const path = join(fresh(), "file");
    const text = "αβγ".repeat(1000);
    disk.most = 7;
    writeWhole(path, text);
    expect(read(path)).toBe(text);
  });

  it("leaves the old file, and nothing beside it, on a disk that is full after a part", () => {
    const at = fresh();
    writeWhole(join(at, "file"), "old");
    disk.room = 100;
    expect(() => writeWhole(join(at, "file"), "x".repeat(1000))).toThrow(
      /file: not written \(the disk is full, ENOSPC\); what was there before is untouched/,
    );
    expect(read(join(at, "file"))).toBe("old");
    expect(fs.readdirSync(at)).toEqual(["file"]);
  });

  it("is not locked on a full disk: the message names the lock, and nothing stays", () => {
    const at = fresh();
    for (const room of [0, 5]) {
      disk.room = room;
      expect(() => lock(join(at, "file"))).toThrow(/\.file\.lock: not written \(the disk is full, ENOSPC\)/);
      expect(fs.readdirSync(at)).toEqual([]);
    }
    disk.room = Number.POSITIVE_INFINITY;
    lock(join(at, "file"))();
  });

  it("is written a piece at a time unless it is given up, and then leaves the old file and nothing beside it", async () => {
    const at = fresh();
    writeWhole(join(at, "file"), "old");
    let heard = 0;
    const write = (most: number): Promise<boolean> => {
      heard = 0;
      const timer = setInterval(() => {
        heard += 1;
      }, 0);
      const pieces = Array.from({ length: 50 }, (_, i) => `${i}\n`);
      let asked = 0;
      const isGivenUp = (): boolean => {
        asked += 1;
        return asked > most;
      };
      return writeWholeUnless(join(at, "file"), pieces, isGivenUp).finally(() => clearInterval(timer));
    };
    expect(await write(20)).toBe(false);
    // Everything written, and given up before it takes its place.
    expect(await write(50)).toBe(false);
    expect([read(join(at, "file")), fs.readdirSync(at)]).toEqual(["old", ["file"]]);
    expect(await write(51)).toBe(true);
    expect(heard, "timers that ran meanwhile").toBeGreaterThan(0);
    expect(read(join(at, "file"))).toBe(Array.from({ length: 50 }, (_, i) => `${i}\n`).join(""));
    disk.room = 60;
    await expect(write(100)).rejects.toThrow(/file: not written \(the disk is full, ENOSPC\)/);
    expect(fs.readdirSync(at)).toEqual(["file"]);
    disk.room = Number.POSITIVE_INFINITY;
  });

  it("writes all of several files or none", () => {
    const at = fresh();
    writeWhole(join(at, "a"), "old a");
    disk.room = 10;
    const files = [
      [join(at, "a"), "new a"],
      [join(at, "b"), "new b, longer"],
    ] as const;
    expect(() => writeAllWhole(files)).toThrow(WriteError);
    expect(read(join(at, "a"))).toBe("old a");
    expect(fs.readdirSync(at)).toEqual(["a"]);
  });

  it("keeps the mode, follows links and makes folders", () => {
    const at = fresh();
    writeWhole(join(at, "deep", "er", "file"), "old");
    fs.chmodSync(join(at, "deep", "er", "file"), 0o640);
    fs.symlinkSync(join("deep", "er", "file"), join(at, "link"));
    writeWhole(join(at, "link"), "new");
    expect(fs.lstatSync(join(at, "link")).isSymbolicLink()).toBe(true);
    expect(read(join(at, "deep", "er", "file"))).toBe("new");
    expect(fs.statSync(join(at, "deep", "er", "file")).mode & 0o777).toBe(0o640);
  });

  it("writes through a link that leads to nothing yet, and refuses one that leads back to itself", () => {
    const at = fresh();
    fs.symlinkSync(join("nowhere", "none"), join(at, "dangling"));
    fs.symlinkSync("dangling", join(at, "second"));
    writeWhole(join(at, "second"), "new");
    for (const name of ["dangling", "second"])
      expect(fs.lstatSync(join(at, name)).isSymbolicLink(), name).toBe(true);
    expect(read(join(at, "nowhere", "none"))).toBe("new");
    fs.symlinkSync("circle", join(at, "circle"));
    expect(() => writeWhole(join(at, "circle"), "text")).toThrow(InputError);
  });

  it.each(["/dev/null", tmpdir()])("does not replace %s, which is no file", (path) => {
    const before = fs.statSync(path).mode;
    expect(() => writeWhole(path, "text")).toThrow(InputError);
    expect(fs.statSync(path).mode).toBe(before);
  });

  it("removes what a killed process left beside the file, and nothing of a living one", () => {
    const at = fresh();
    const left = (writer: number | string): string => `.file.writing-${hostname()}-${writer}-0123abcd`;
    // A number that lives is not enough where the process that left the file started at another time; nor is this one's.
    const again = `${process.ppid}.1.00000000`;
    for (const pid of [deadPid(), process.ppid, again, process.pid])
      fs.writeFileSync(join(at, left(pid)), "part");
    fs.writeFileSync(join(at, ".file.of-somebody"), "theirs");
    writeWhole(join(at, "file"), "text");
    expect(fs.readdirSync(at).sort()).toEqual([".file.of-somebody", left(process.ppid), "file"].sort());
  });
});
