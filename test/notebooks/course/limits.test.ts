import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { consumptionOf } from "../../../src/notebooks/course/consumption";
import { gradeSubmission } from "../../../src/notebooks/course/grade";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { findSandbox } from "../../../src/notebooks/course/sandbox";
import { studentCopy } from "../../../src/notebooks/course/studentCopy";
import { packageRoot } from "../../support/root";
import { checksOf } from "./support/checks";
import { CELLS, cellOf, notebookOf } from "./support/lesson";

const lesson = lessonOf(notebookOf(CELLS), join(packageRoot, "notebooks", "04-a.ipynb"));
const checks = checksOf(lesson);
// As in use, all together may take more than a kernel at its own limit and the processes around it: what one answer leaves to be
// collected is not counted against the next.
const limits = { processes: 100, processBytes: 6e8, bytes: 1.5e9 };
const TIMEOUT = 600_000;

/** Answers that take all they can get, and what is said of them. */
const GREEDY: Readonly<Record<string, readonly [code: string, says: RegExp]>> = {
  "objects without end": [
    "const answer41 = (x: number): any => { const all: unknown[] = []; while (true) all.push(new Array(1000).fill(x)); };",
    /ended the kernel|took more than 1\.5 GB of memory/,
  ],
  "buffers without end": [
    "const answer41 = (x: number): any => { const all: unknown[] = []; while (true) all.push(Buffer.alloc(1e7, x)); };",
    /Array buffer allocation failed|ended the kernel|took more than 1\.5 GB of memory/,
  ],
  "memory in many processes": [
    `const answer41 = (x: number): any => { for (let k = 0; k < 20; k++) require("child_process").spawn(process.execPath, ["-e", "const b = Buffer.alloc(2e8, 1); setTimeout(() => b, 1e6)"], { stdio: "ignore" }); require("child_process").execSync("sleep 100"); };`,
    /took more than 1\.5 GB of memory|did not end/,
  ],
  "processes without end": [
    `const answer41 = (x: number): any => { while (true) require("child_process").spawn("sleep", ["100"], { stdio: "ignore" }).on("error", () => {}); };`,
    /started more than 100 processes|did not end|ended the|EAGAIN/,
  ],
};

describe("an answer that takes", () => {
  it.each(Object.entries(GREEDY))(
    "%s costs its own point and no other, and nothing of it stays",
    { timeout: TIMEOUT },
    async (_, [code, says]) => {
      const sources = new Map([
        ["answer-4-1", code],
        ["answer-4-2", cellOf("answer-4-2").source],
      ]);
      const cells = studentCopy(lesson, checks).cells.map((cell) => ({
        ...cell,
        source: sources.get(cell.id) ?? cell.source,
      }));
      const options = { sandbox: findSandbox(), timeoutMs: 30_000, limits };
      const { exercises, points } = await gradeSubmission(notebookOf(cells), lesson, checks, options);
      expect(exercises[0]?.says).toMatch(says);
      expect([exercises[1]?.says, points]).toEqual(["", 1]);
    },
  );
});

describe.runIf(process.platform === "linux")("what a program takes", () => {
  it("is that of all it started, and nothing of others", async () => {
    const code =
      "const b = Buffer.alloc(1e8, 1); require('child_process').spawn('sleep', ['50']); console.log('on'); setTimeout(() => b, 1e6)";
    const child = spawn(process.execPath, ["-e", code], {
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const taken = consumptionOf(child.pid!)!;
      expect(taken.processes).toBe(2);
      expect(taken.bytes).toBeGreaterThan(1e8);
      expect(taken.bytes, "Node's own and the buffer").toBeLessThan(3e8);
      expect(consumptionOf(process.pid)!.processes).toBeGreaterThan(2);
    } finally {
      process.kill(-child.pid!, "SIGKILL");
    }
  });
});
