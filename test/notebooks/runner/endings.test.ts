import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { makeWorkDirectory, removeDirectory, writeNotebook } from "./support/notebooks";
import { type Ended, findProcesses, isRunning, program, startNode, waitFor } from "./support/processes";

// The hardest kernel to be rid of: its main thread never comes back, and it has a child of its own.
const STUBBORN = `
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const child = spawn("sleep", ["600"], { stdio: "ignore" });
writeFileSync("NAME.pids", process.pid + " " + child.pid);
while (true) {}`;

const PROGRAM = `
const { existsSync } = require("node:fs");
const { readNotebook } = require("./src/notebooks/dist/runner/readNotebook");
const { runNotebook } = require("./src/notebooks/dist/runner/runNotebook");
const [path, go, directory] = process.argv.slice(1);
runNotebook(readNotebook(path), { cwd: directory, timeoutMs: 60_000 });
setInterval(() => { if (existsSync(go)) END; }, 50);`;

interface Case {
  readonly name: string;
  /** What ends the runner once the cell runs: a signal, or a statement that it executes itself. */
  readonly signal?: NodeJS.Signals;
  readonly inside?: string;
  readonly ended: Partial<Ended>;
}

const cases: readonly Case[] = [
  { name: "Ctrl-C (SIGINT)", signal: "SIGINT", ended: { code: 130 } },
  { name: "SIGTERM", signal: "SIGTERM", ended: { code: 143 } },
  { name: "SIGHUP", signal: "SIGHUP", ended: { signal: "SIGHUP" } },
  { name: "SIGKILL", signal: "SIGKILL", ended: { signal: "SIGKILL" } },
  { name: "an uncaught exception", inside: "throw new Error('a bug')", ended: { code: 1 } },
  { name: "process.exit", inside: "process.exit(7)", ended: { code: 7 } },
];

const directory = makeWorkDirectory();
const temporary = mkdtempSync(join(tmpdir(), "endings-"));
afterAll(() => {
  removeDirectory(directory);
  removeDirectory(temporary);
});

/** Where the runner keeps the sockets and the key of a kernel. */
const kernelFolders = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.includes("kernel"));

describe.concurrent("no kernel outlives a runner that ends by", () => {
  it.for(cases)("$name", async ({ name, signal, inside, ended: expected }, { onTestFinished }) => {
    const slug = basename(name.replaceAll(/\W+/g, "-"));
    const TMPDIR = join(temporary, slug);
    mkdirSync(TMPDIR);
    const { path, text } = writeNotebook(directory, slug, [STUBBORN.replace("NAME", slug)]);
    const pidsFile = join(directory, `${slug}.pids`);
    const goFile = join(directory, `${slug}.go`);
    const args =
      inside === undefined
        ? [program, "notebooks", path]
        : ["-e", PROGRAM.replace("END", inside), path, goFile, directory];

    const { child, ended } = startNode(args, { TMPDIR });
    const pids = await waitFor("the cell runs", () => readPids(pidsFile));
    onTestFinished(() => killAll(pids));
    const running = pids.filter(isRunning);
    const folders = kernelFolders(TMPDIR);
    const modes = folders.map((folder) => statSync(join(TMPDIR, folder)).mode & 0o777);
    const keyOnDisk = folders.some((folder) => existsSync(join(TMPDIR, folder, "connection.json")));
    if (signal === undefined) writeFileSync(goFile, "");
    else child.kill(signal);
    const { code, signal: endSignal, stderr } = await ended;

    // A kernel that finds its runner gone needs a moment; every other ending is over when the runner is.
    if (signal === "SIGKILL")
      await waitFor("the orphans end", () => !pids.some(isRunning) && kernelFolders(TMPDIR).length === 0, 10);
    else await waitFor("the killed processes end", () => !pids.some(isRunning), 2);

    // What a killed runner cannot remove itself, the tables it had not saved yet, the next run removes.
    const left = signal === "SIGKILL" ? kernelFolders(TMPDIR) : readdirSync(TMPDIR);
    const got = { running, folders: folders.length, modes, keyOnDisk, left };
    const wanted = { running: pids, folders: 1, modes: [0o700], keyOnDisk: false, left: [] };
    assertEqual(
      { ...got, code, signal: endSignal },
      { ...wanted, code: null, signal: null, ...expected },
      stderr,
    );
    assertEqual(readFileSync(path, "utf8"), text, "the file is as it was");
  });

  it("SIGKILL while the kernel starts", async ({ onTestFinished }) => {
    const TMPDIR = join(temporary, "starting");
    mkdirSync(TMPDIR);
    const { path } = writeNotebook(directory, "starting", ["1"]);
    const { child, ended } = startNode([program, "notebooks", path], { TMPDIR });
    const folder = await waitFor("the kernel is started", () => kernelFolders(TMPDIR)[0]);
    await waitFor("its process is there", () => findProcesses(folder).length > 0);
    onTestFinished(() => killAll(findProcesses(folder)));
    child.kill("SIGKILL");
    await ended;
    await waitFor("the kernel ends", () => findProcesses(folder).length === 0, 10);
    assertEqual(kernelFolders(TMPDIR), [], "the folder with the key is removed");
  });
});

function readPids(file: string): readonly number[] | undefined {
  if (!existsSync(file)) return undefined;
  const pids = readFileSync(file, "utf8").split(" ").map(Number);
  return pids.length === 2 && pids.every((pid) => pid > 0) ? pids : undefined;
}

/** When a test fails, what it found alive must not stay. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids.filter(isRunning)) process.kill(pid, "SIGKILL");
}

function assertEqual(got: unknown, expected: unknown, context: string): void {
  const [gotText, expectedText] = [JSON.stringify(got), JSON.stringify(expected)];
  if (gotText !== expectedText) throw new Error(`${context}\nexpected ${expectedText}\ngot      ${gotText}`);
}
