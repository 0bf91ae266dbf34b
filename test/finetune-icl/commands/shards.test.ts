import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { mergeParts, openPart } from "../../../src/lab/units/part";
import { makeWorkDirectory, removeDirectory, writeNotebook } from "../../notebooks/runner/support/notebooks";
import { packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = makeWorkDirectory();
afterAll(() => removeDirectory(folder));
const at = (...names: readonly string[]): string => join(folder, ...names);

/** Claims with simulated rows that take no long time. */
const VERIFY = ["verify", "overshoot-on-target", "zero-shot-full-limit", "--quick"];
const ledgerFiles = ["ledger.json", "ledger.csv", "README.md"];
const contents = (where: string): readonly string[] =>
  ledgerFiles.map((name) => readFileSync(join(where, name), "utf8"));

const done = (path: string): readonly string[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { results: readonly [string, unknown][] }).results.map(
    ([name]) => name,
  );

/** The whole in one run, to compare with. */
const whole = (() => {
  let made: readonly string[] | undefined;
  return () => {
    if (made === undefined) {
      const run = runCli([...VERIFY, "--out", at("whole")]);
      expect(run.code, run.err).toBe(0);
      made = contents(at("whole"));
    }
    return made;
  };
})();

describe("shards of the ledger", () => {
  const part = (i: number) => at(`part-${i}.json`);

  it("together are the ledger of one run, byte for byte, whatever their number", async () => {
    for (const i of [1, 2, 3]) {
      const run = runCli([...VERIFY, "--shard", `${i}/3`, "--out", part(i)]);
      expect(run.code, run.err).toBe(0);
    }
    const names = [1, 2, 3].map((i) => done(part(i)));
    expect(new Set(names.flat()).size).toBe(names.flat().length);
    const merged = await runMain("merge", part(3), part(1), part(2), "--out", at("merged"));
    expect(merged.code, merged.err).toBe(0);
    expect(contents(at("merged"))).toEqual(whole());
  });

  it("do nothing a second time", () => {
    const before = readFileSync(part(2), "utf8");
    expect(runCli([...VERIFY, "--shard", "2/3", "--out", part(2)]).code).toBe(0);
    expect(readFileSync(part(2), "utf8")).toBe(before);
  });

  it("that are missing, of other work, or no parts are named in one line", async () => {
    expect((await runMain("merge", part(1), at("no-such.json"), "--out", at("none"))).err).toMatch(
      /no-such.json"; allowed: a file that exists/,
    );
    writeFileSync(at("cut.json"), readFileSync(part(2), "utf8").slice(0, -40));
    expect((await runMain("merge", part(1), at("cut.json"), "--out", at("none"))).err).toMatch(
      /cut.json"; allowed: a whole file of results/,
    );
    const kept = readFileSync(part(1), "utf8");
    const onto = await runMain("merge", part(1), part(2), part(3), "--out", part(1));
    expect(onto).toMatchObject({ code: 2, err: expect.stringMatching(/^finetune-icl: --out: /) });
    expect(readFileSync(part(1), "utf8")).toBe(kept);
    const missing = await runMain("merge", part(1), part(2), "--out", at("none"));
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining("missing: ") });
    for (const name of done(part(3))) expect(missing.err).toContain(name);
    const seeded = await runMain("verify", "value-only-risk", "--shard", "1/3", "--out", part(1));
    expect(seeded).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^finetune-icl: --out: .*same command/),
    });
    writeFileSync(at("mixed.json"), readFileSync(part(2), "utf8").replace(/"key": "./, '"key": "x'));
    const mixed = await runMain("merge", part(1), at("mixed.json"), part(3), "--out", at("none"));
    expect(mixed).toMatchObject({ code: 2, err: expect.stringContaining("mixed.json") });
    writeFileSync(at("other.json"), "{}");
    const other = await runMain("merge", part(1), at("other.json"), "--out", at("none"));
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining("other.json") });
    expect(existsSync(at("none"))).toBe(false);
    for (const bad of ["0/3", "4/3", "1", "1/0"])
      expect(await runMain("verify", "--shard", bad, "--out", at("x.json"))).toMatchObject({
        code: 2,
        err: expect.stringContaining("--shard"),
      });
    expect(await runMain("study", "--shard", "1/2")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--out"),
    });
  });
});

describe("a part that holds what is of other work, or of another run", () => {
  const at = (name: string): string => join(folder, `units ${name}.json`);
  /** Four units; `results` are those that this part did, by any name. */
  const part = (name: string, seed: number, results: Readonly<Record<string, unknown>>): string => {
    const units = ["a/1", "a/2", "b/1", "b/2"];
    const checkpoint = openPart<unknown>(at(name), { command: "verify", seed }, units, []);
    for (const [unit, result] of Object.entries(results)) checkpoint.add(unit, result);
    return at(name);
  };
  const found = (x: number, seconds: number) => ({ result: { x }, seconds });

  it("is refused by the name of the unit: an entry of another seed", async () => {
    const [mine, other] = [part("mine", 1, { "a/1": found(1, 1) }), part("other", 2, { "a/1": found(2, 1) })];
    const line = (path: string) => /^\["a\/1".*$/m.exec(readFileSync(path, "utf8"))![0];
    writeFileSync(mine, readFileSync(mine, "utf8").replace(line(mine), line(other)));
    expect(await runMain("merge", mine, "--out", at("merged"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/units mine\.json: results\[0\] \(a\/1\): .*changed since/),
    });
  });

  it("is refused by the name of the unit that was done twice with different results", async () => {
    const parts = [
      part("first", 1, { "a/1": found(1, 1), "a/2": found(2, 1) }),
      part("second", 1, { "b/1": found(3, 1), "a/2": found(2.5, 1), "b/2": found(4, 1) }),
    ];
    expect(await runMain("merge", ...parts, "--out", at("merged"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/units second\.json"; allowed: the result of a\/2 that .*units first\.json/),
    });
  });

  it("is taken where a unit was done twice with the same result, whatever time it took", () => {
    const paths = [
      part("once", 1, { "a/1": found(1, 1), "a/2": found(2, 1) }),
      part("again", 1, { "b/1": found(3, 1), "a/2": found(2, 9), "b/2": found(4, 1) }),
    ];
    const comparable = (unit: unknown) => (unit as { readonly result: unknown }).result;
    expect(mergeParts(paths, undefined, comparable).results).toEqual([
      ["a/1", found(1, 1)],
      ["a/2", found(2, 1)],
      ["b/1", found(3, 1)],
      ["b/2", found(4, 1)],
    ]);
    expect(() => mergeParts(paths)).toThrow(/a\/2/);
  });
});

it("shards of a study together are its tables, byte for byte", async () => {
  const study = ["study", "low-rank", "--quick"];
  expect(runCli([...study, "--out", at("study")]).code).toBe(0);
  for (const i of [1, 2]) {
    const run = runCli([...study, "--shard", `${i}/2`, "--out", at(`study-${i}.json`)]);
    expect(run.code, run.err).toBe(0);
  }
  const merged = await runMain("merge", at("study-1.json"), at("study-2.json"), "--out", at("study-merged"));
  expect(merged.code, merged.err).toBe(0);
  const files = readdirSync(at("study", "low-rank")).sort();
  expect(readdirSync(at("study-merged", "low-rank")).sort()).toEqual(files);
  expect(files.length).toBeGreaterThan(1);
  for (const name of files)
    expect(readFileSync(at("study-merged", "low-rank", name), "utf8"), name).toBe(
      readFileSync(at("study", "low-rank", name), "utf8"),
    );
});

it("shards of notebooks run each notebook once", () => {
  mkdirSync(at("notebooks"));
  const paths = [1, 2, 3].map((k) => writeNotebook(at("notebooks"), String(k), [`${k} + 1`]).path);
  for (const i of [1, 2]) {
    const run = runCli(["notebooks", ...paths, "--shard", `${i}/2`, "--out", at("run")]);
    expect(run.code, run.err).toBe(0);
    const { notebooks } = JSON.parse(run.out) as { notebooks: readonly { notebook: string }[] };
    expect(notebooks.map(({ notebook }) => notebook.slice(-7))).toEqual(
      i === 1 ? ["1.ipynb", "3.ipynb"] : ["2.ipynb"],
    );
  }
  expect(readdirSync(at("run")).filter((name) => name.endsWith(".ipynb"))).toHaveLength(3);
});

describe("the example files for schedulers", () => {
  const example = (name: string) => join(packageRoot, "docs", "clusters", name);
  const parallel = spawnSync("parallel", ["--version"], { encoding: "utf8" });
  const hasParallel = parallel.status === 0 && parallel.stdout.startsWith("GNU parallel");

  it.skipIf(!hasParallel && process.env.CI === undefined)(
    "GNU parallel ends with the bytes of one run, also when a worker was killed and the same command went on",
    async () => {
      const out = at("by-parallel");
      const args = [example("parallel.sh"), out, "3", ...VERIFY];
      const first = spawn("sh", args, { cwd: packageRoot, stdio: "ignore" });
      await killOneWorker(first, `${out}.parts`);
      const code = await new Promise((resolve) => first.once("exit", resolve));
      expect(code, "exit code of the run with a killed worker").not.toBe(0);
      expect(existsSync(join(out, "ledger.json"))).toBe(false);
      const again = spawnSync("sh", args, { cwd: packageRoot, encoding: "utf8" });
      expect(again.status, again.stderr).toBe(0);
      expect(contents(out)).toEqual(whole());
    },
  );

  it("the Slurm script does the part that its task is for", () => {
    const run = spawnSync("sh", [example("slurm.sh"), ...VERIFY.slice(0, 2), "--quick"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, SLURM_ARRAY_TASK_ID: "bad", SLURM_ARRAY_TASK_COUNT: "2" },
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('--shard: holds "bad/2"');
  });

  it("the Kubernetes job gives every index a part", () => {
    const job = parse(readFileSync(example("kubernetes.yaml"), "utf8"));
    expect(job).toMatchObject({ apiVersion: "batch/v1", kind: "Job", spec: { completionMode: "Indexed" } });
    const [container] = job.spec.template.spec.containers;
    expect(container.env).toContainEqual({ name: "PARTS", value: String(job.spec.completions) });
    const script = container.args[0].replace("npx finetune-icl", "echo");
    const run = spawnSync("sh", ["-euc", script], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PARTS: "16", JOB_COMPLETION_INDEX: "15" },
    });
    expect(run.stdout).toBe("verify --jobs 1 --shard 16/16 --out parts/16.json\n");
  });
});

/** Kills the first process that has its part open, as a node that fails would. */
async function killOneWorker(runner: ChildProcess, parts: string): Promise<void> {
  while (runner.exitCode === null) {
    const found = spawnSync("pgrep", ["-f", `finetune-icl .*--out ${parts}/1.json`], { encoding: "utf8" });
    // npx, its shell and the program: the last one started is the program.
    const pid = found.stdout.split("\n").filter(Boolean).map(Number).at(-1);
    if (pid !== undefined && existsSync(join(parts, "1.json"))) {
      process.kill(pid, "SIGKILL");
      return;
    }
    await sleep(20);
  }
}
