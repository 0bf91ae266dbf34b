import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { program, startNode } from "../../notebooks/runner/support/processes";
import { RISK } from "./support/fuzz";

const folder = mkdtempSync(join(tmpdir(), "signals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** Sends its own process a signal at the moment at which the command line begins to load. */
writeFileSync(
  file("whileLoading.cjs"),
  `const Module = require("node:module");
   const load = Module._load;
   Module._load = function (request, ...others) {
     if (request.endsWith("cli.js")) process.kill(process.pid, process.env.SIGNAL);
     return load.call(this, request, ...others);
   };`,
);
writeFileSync(file("risk.json"), JSON.stringify(RISK));

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
/** A second, and half of one more for two cores that tests share. */
const MOST_MS = 1500;

describe("a signal while modules are loaded", () => {
  it.each([
    ["train", file("none.json")],
    ["sweep", file("none.json"), "--out", file("out.json")],
    ["merge", file("none.json"), "--out", file("out.json")],
    ["experiment", "--out", file("out")],
    ["study", "low-rank"],
    ["transformer"],
    ["verify"],
    ["language-model", "prepare", "--out", file("out")],
    ["notebooks"],
    ["course", "--student", file("out")],
    ["grade", file("none.ipynb")],
    ["new", file("out")],
    ["book", "--out", file("out")],
    ["bench"],
    ["kernel", "install", "--prefix", file("out")],
    ["risk", file("risk.json")],
    ["predict", file("risk.json")],
  ])("ends %s before the work begins, with one line", async (...args) => {
    await Promise.all(
      (["SIGINT", "SIGTERM"] as const).map(async (signal) => {
        const run = startNode(["--require", file("whileLoading.cjs"), program, ...args], { SIGNAL: signal });
        expect(await run.ended, signal).toEqual({
          code: CODES[signal],
          signal: null,
          stdout: "",
          stderr: "finetune-icl: interrupted before the work began\n",
        });
      }),
    );
  });
});

describe("risk", () => {
  it("that Ctrl-C stops in its one long computation says so, with 130", async () => {
    const { child, ended } = startNode([program, "risk", file("risk.json"), "--monte-carlo", "4000000000"]);
    const said = new Promise((resolve) => child.stderr!.once("data", resolve));
    await said;
    const start = performance.now();
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(stderr.split("\n").slice(1)).toEqual(["finetune-icl: interrupted; nothing is kept", ""]);
    expect(code, stderr).toBe(130);
    expect(stdout).toBe("");
    expect(performance.now() - start, "milliseconds from SIGINT to the end").toBeLessThan(MOST_MS);
  });

  it("that waits for its input is ended by a signal at once", async () => {
    const { child, ended } = startNode([program, "risk", "-"], {}, "pipe");
    // More than a pipe holds: it is gone when the program has begun to read.
    await new Promise((resolve) => child.stdin!.write(" ".repeat(2 ** 20), resolve));
    await sleep(50);
    const start = performance.now();
    child.kill("SIGINT");
    await ended;
    expect(performance.now() - start, "milliseconds from SIGINT to the end").toBeLessThan(MOST_MS);
  });
});
