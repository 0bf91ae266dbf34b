import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withFolderLock, withLock } from "../../../src/files/lock";
import { sealOfNumbers } from "../../../src/files/sealed";
import { makeWorkDirectory, removeDirectory, writeNotebook } from "../../notebooks/runner/support/notebooks";
import { program, startNode } from "../../notebooks/runner/support/processes";
import { packageRoot } from "../../support/root";
import { type CliResult, runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** Runs the command line under a shell that first does something else, such as setting a limit. */
function runUnder(before: string, args: readonly string[], after = ""): CliResult {
  const script = `${before}; "$0" "$@" ${after}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, program, ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { code: status, out: stdout, err: stderr };
}

const lines = (text: string): number => text.trimEnd().split("\n").length;
const expectOneLine = ({ code, err }: CliResult, wanted: 1 | 2, what: RegExp): void => {
  expect(err).toMatch(what);
  expect(lines(err), err).toBe(1);
  expect(code, err).toBe(wanted);
};

const TRAIN = { pretraining: { steps: 400 }, fineTuning: { steps: 400 } };
const STUDY = {
  base: { method: "exact", pretraining: { steps: 20 }, fineTuning: { steps: 10 } },
  grid: { seed: [...Array(24).keys()] },
  shots: [0, 1, 2, 3, 4, 5, 10, 20],
  test: { seeds: 2, prompts: 10 },
};
writeFileSync(file("train.json"), JSON.stringify(TRAIN));
writeFileSync(file("study.json"), JSON.stringify(STUDY));

/** Files grow to 4 KiB and no further. */
const FULL = "ulimit -f 4";

/** What `train` keeps before its first step, as long as what it kept at its end. */
function unfinished(done: string): string {
  const { seal: _, ...whole } = JSON.parse(done) as { readonly seal: string };
  const content = { ...whole, status: "unfinished", run: { finished: {} } };
  return JSON.stringify({ ...content, seal: sealOfNumbers(content) }, null, 1);
}

describe("on a disk that is full", () => {
  it("train says so in one line and leaves the file of --out alone", async () => {
    const out = file("trained.json");
    expect((await runMain("train", file("train.json"), "--out", out)).code).toBe(0);
    const good = readFileSync(out, "utf8");
    expect(good.length).toBeGreaterThan(4096);
    const before = unfinished(good);
    writeFileSync(out, before);
    expectOneLine(
      runUnder(FULL, ["train", file("train.json"), "--out", out]),
      1,
      /trained\.json: not written \(.*EFBIG\)/,
    );
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it("sweep keeps the rows that were there", () => {
    const out = file("rows.json");
    expect(runCli(["sweep", file("study.json"), "--shard", "1/2", "--jobs", "1", "--out", out]).code).toBe(0);
    const before = readFileSync(out, "utf8");
    const full = runUnder(FULL, ["sweep", file("study.json"), "--jobs", "1", "--out", out]);
    expectOneLine(full, 1, /rows\.json: not written/);
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it.each([
    ["a file that takes only a part", `${FULL}; cd ${folder}`, "> cut.json"],
    ["/dev/full", "true", "> /dev/full"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is bash
    ["a pipe that nobody reads", "true", "| true; exit ${PIPESTATUS[0]}"],
  ])("printing into %s ends with one line and 1", (_, before, after) => {
    const shots = Array.from({ length: 4000 }, (_x, n) => n);
    const input = {
      problem: { covariance: [[1]], noiseVariance: 0.1 },
      task: [1],
      shots,
      parameters: {
        value: [0, 0, 1],
        keyQuery: [
          [0, 0, 0],
          [0, 1, 0],
          [0, 0, 0],
        ],
      },
    };
    writeFileSync(file("risk.json"), JSON.stringify(input));
    expectOneLine(
      runUnder(before, ["risk", file("risk.json")], after),
      1,
      /standard output: not written to the end/,
    );
  });

  it.runIf(process.platform === "linux")(
    "printing into an output that the shell closed ends with one line and 1",
    () => {
      const ended = (after: string) => runUnder("true", ["--version"], `${after}; exit $?`);
      expectOneLine(ended(">&-"), 1, /standard output: not written to the end \(it is closed\)/);
      // Thrown away on purpose, by the shell and by whoever started it.
      expect(ended("> /dev/null").code).toBe(0);
      const ignored = spawnSync(process.execPath, [program, "--version"], { stdio: "ignore" });
      expect(ignored.status).toBe(0);
      const inherited = spawnSync(
        "bash",
        ["-c", '"$0" "$@"; exit $?', process.execPath, program, "--version"],
        {
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      expect(inherited.status, String(inherited.stderr)).toBe(0);
    },
  );

  it("notebooks leaves an author's notebook whole", async () => {
    const directory = makeWorkDirectory();
    try {
      const { path, text } = writeNotebook(directory, "long", [`"${"x".repeat(9000)}"`]);
      const ended = runUnder("ulimit -f 8", ["notebooks", path]);
      expect(ended.code, ended.err).toBe(1);
      expect(ended.err).toMatch(/long\.ipynb: not written \(.*EFBIG\)/);
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(readdirSync(directory)).toEqual(["long.ipynb"]);
    } finally {
      removeDirectory(directory);
    }
  });
});

/** A disk of 64 KiB, where this user may mount one. */
const disk = file("disk");
const mounted =
  spawnSync("bash", ["-c", `mkdir ${disk} && mount -t tmpfs -o size=64k tmpfs ${disk}`]).status === 0;
afterAll(() => mounted && spawnSync("umount", [disk]));
if (!mounted)
  console.log("A small tmpfs cannot be mounted here: the test of a disk that is really full is left out.");

describe.skipIf(!mounted)("on a small disk", () => {
  it("train leaves the old file and no other", async () => {
    const out = join(disk, "trained.json");
    expect((await runMain("train", file("train.json"), "--out", out)).code).toBe(0);
    const kept = unfinished(readFileSync(out, "utf8"));
    writeFileSync(out, kept);
    writeFileSync(join(disk, "ballast"), Buffer.alloc(65536 - 4096 * (Math.ceil(kept.length / 4096) + 2)));
    expectOneLine(await runMain("train", file("train.json"), "--out", out), 1, /the disk is full, ENOSPC/);
    expect(readFileSync(out, "utf8")).toBe(kept);
    expect(readdirSync(disk).sort()).toEqual(["ballast", "trained.json"]);
  });
});

describe("two processes on one --out", () => {
  it("never lose a row: the second is refused while the first runs, and adds to it afterwards", async () => {
    const out = file("shared.json");
    const run = (shard: string) =>
      startNode([program, "sweep", file("study.json"), "--shard", shard, "--jobs", "1", "--out", out]).ended;
    const both = await Promise.all([run("1/2"), run("2/2")]);
    expect(both.map(({ code }) => code).sort(), JSON.stringify(both)).toEqual([0, 1]);
    const late = both.findIndex(({ code }) => code === 1);
    expect(both[late]!.stderr).toMatch(/^finetune-icl: .*shared\.json: process \d+ is writing there.*\n$/);
    expect(await run(`${late + 1}/2`)).toMatchObject({ code: 0 });
    const { rows } = JSON.parse(readFileSync(out, "utf8")) as { rows: readonly { index: number }[] };
    expect(rows.map(({ index }) => index)).toEqual([...Array(24).keys()]);
  });

  it.each([
    {
      what: "rows of a sweep",
      write: ["sweep", file("study.json")],
      hold: withLock,
      isThere: (out: string) => existsSync(out),
    },
    {
      what: "a part of a ledger",
      write: ["verify", "best-label-weight", "--quick", "--shard", "1/1"],
      hold: withFolderLock,
      isThere: (out: string) => existsSync(join(out, "ledger.json")),
    },
  ])(
    "keep merge of $what out while another process has its --out",
    async ({ what, write, hold, isThere }) => {
      const [input, out] = [file(`${what}, to merge`), file(`${what}, merged`)];
      const written = runCli([...write, "--jobs", "1", "--out", input]);
      expect(written.code, written.err).toBe(0);
      const merge = () => runCli(["merge", input, "--out", out]);
      await hold(out, async () => {
        expectOneLine(merge(), 1, new RegExp(`merged: process ${process.pid} is writing there`));
        expect(isThere(out)).toBe(false);
      });
      const after = merge();
      expect(after.code, after.err).toBe(0);
      expect(isThere(out)).toBe(true);
    },
  );

  it("is no matter for a process that was killed", () => {
    const out = file("killed.json");
    const killed = `"$0" "$@" & sleep 2; kill -9 $!; wait $!; true`;
    spawnSync("bash", [
      "-c",
      killed,
      process.execPath,
      program,
      "sweep",
      file("study.json"),
      "--jobs",
      "1",
      "--out",
      out,
    ]);
    const { code, err } = runCli(["sweep", file("study.json"), "--jobs", "1", "--out", out]);
    expect(code, err).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith(".killed"))).toEqual([]);
  });
});

describe("what stands in --out", () => {
  const experiment = (...more: readonly string[]): readonly string[] =>
    "experiment --key-query merged --steps 5 --test-prompts 2 --jobs 1 --out"
      .split(" ")
      .concat(file("experiment"), more);

  it("is not replaced by the results of another experiment", async () => {
    expect(runCli(experiment()).code).toBe(0);
    const before = readFileSync(join(file("experiment"), "errors.csv"), "utf8");
    expectOneLine(await runMain(...experiment(), "--steps", "6"), 2, /--out: holds .*the same experiment/);
    expect(readFileSync(join(file("experiment"), "errors.csv"), "utf8")).toBe(before);
    expect(runCli(experiment()).code).toBe(0);
    expect(readFileSync(join(file("experiment"), "errors.csv"), "utf8")).toBe(before);
  });

  it.each([
    ["verify", ["verify", "best-label-weight", "--quick"], "README.md"],
    ["verify --seeds", ["verify", "best-label-weight", "--quick", "--seeds", "1"], "seeds.csv"],
    ["study", ["study", "low-rank", "--quick"], join("low-rank", "README.md")],
    ["transformer", ["transformer", "--quick", "--cells", "1"], "matched.csv"],
    ["experiment", ["experiment", "--steps", "5"], "errors.csv"],
    ["language-model prepare", ["language-model", "prepare", "--tiny"], "plan.json"],
  ])("of %s takes the place of no file of the user's", async (name, args, taken) => {
    const out = file(`mine ${name}`);
    mkdirSync(dirname(join(out, taken)), { recursive: true });
    writeFileSync(join(out, taken), "my thesis");
    expectOneLine(
      await runMain(...args, "--out", out),
      2,
      /--out: holds ".*"; allowed: a folder without a file/,
    );
    expect(readFileSync(join(out, taken), "utf8")).toBe("my thesis");
  });

  it("of verify is a ledger of the same claims, profile and seed, or none", async () => {
    const words = (id: string, ...more: readonly string[]) => [
      "verify",
      id,
      "--quick",
      "--out",
      file("ledger"),
      ...more,
    ];
    expect(runCli(words("best-label-weight")).code).toBe(0);
    const before = readFileSync(join(file("ledger"), "ledger.json"), "utf8");
    for (const other of [words("pretrained-risk-limit"), words("best-label-weight", "--seed", "2")])
      expectOneLine(await runMain(...other), 2, /--out: .*the same claims, profile and seed/);
    expect(runCli(words("best-label-weight")).code).toBe(0);
    expect(readFileSync(join(file("ledger"), "ledger.json"), "utf8")).toBe(before);
  });

  it("of merge is the same sweep, or no file", async () => {
    writeFileSync(file("thesis.json"), '{"user": "thesis"}');
    const all = file("merged.json");
    expect(runCli(["sweep", file("study.json"), "--jobs", "1", "--out", all]).code).toBe(0);
    expectOneLine(
      await runMain("merge", all, "--out", file("thesis.json")),
      2,
      /--out: .*results written by finetune-icl sweep/,
    );
    expect(readFileSync(file("thesis.json"), "utf8")).toBe('{"user": "thesis"}');
    writeFileSync(file("other.json"), readFileSync(all, "utf8").replace('"shots":[0', '"shots":[7'));
    expectOneLine(await runMain("merge", all, "--out", file("other.json")), 2, /--out: .*the same study/);
    writeFileSync(
      file("endless.json"),
      readFileSync(all, "utf8").replace('"runs": 24', '"runs": 1000000000000000'),
    );
    expectOneLine(
      await runMain("merge", file("endless.json"), "--out", file("none.json")),
      2,
      /endless\.json: runs: holds 1000000000000000; allowed: 24, as the study has/,
    );
    expect((await runMain("merge", all, "--out", all)).code).toBe(0);
  });

  it("is no device or pipe for merge, train and bench", async () => {
    const pipe = file("pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    expect(runCli(["sweep", file("study.json"), "--jobs", "1", "--out", file("all.json")]).code).toBe(0);
    for (const args of [["merge", file("all.json")], ["train", file("train.json")], ["bench"]]) {
      expectOneLine(
        await runMain(...args, "--out", pipe),
        2,
        /--out: holds ".*pipe"; allowed: the path of a file/,
      );
    }
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it.each(["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1"])(
    "is not %s, whatever stands behind it",
    async (path) => {
      const line = `--out: holds "${path}"; allowed: the path of a file, new or there`;
      expectOneLine(await runMain("merge", file("all.json"), "--out", path), 2, new RegExp(line));
    },
  );

  it.each([
    ["train", "x.json"],
    ["sweep", "x.json"],
    ["merge", "x.json"],
    ["experiment"],
    ["study"],
    ["verify"],
    ["bench"],
    ["book"],
    ["notebooks"],
  ])("is named: %s --out ''", async (...args) => {
    const { code, err } = await runMain(...args, "--out", "");
    expect(err).toMatch(/^finetune-icl: --out: holds ""; allowed: the path of a (?:file|folder).*\n$/);
    expect(code).toBe(2);
  });

  it("is cleaned of what a killed process left", async () => {
    const out = file("cleaned.json");
    const { pid } = spawnSync("true");
    const hostname = spawnSync("hostname", { encoding: "utf8" }).stdout.trim();
    writeFileSync(file(`.cleaned.json.writing-${hostname}-${pid}-00000000`), "{");
    expect((await runMain("train", file("train.json"), "--out", out)).code).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes("cleaned"))).toEqual(["cleaned.json"]);
  });
});

describe("notebooks in place", () => {
  it("that fail leave data/figures as it was", async () => {
    const directory = makeWorkDirectory();
    const table = join(packageRoot, "data/figures/left-as-it-was.csv");
    try {
      const { path } = writeNotebook(directory, "fails", [
        `import { saveFigureTable } from "finetune-icl"; void saveFigureTable("left-as-it-was", { columns: ["a"], rows: [[1]] });`,
        "throw new Error('on purpose');",
      ]);
      const { code, stderr } = await startNode([program, "notebooks", path]).ended;
      expect(code, stderr).toBe(1);
      expect(existsSync(table)).toBe(false);
    } finally {
      rmSync(table, { force: true });
      removeDirectory(directory);
    }
  });
});
