import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readShard, shardOf } from "../../../src/base/shard";
import { gridPoints, readGrid } from "../../../src/lab/sweep/grid";
import { type SweepFile, writeSweep } from "../../../src/lab/sweep/sweepFile";
import type { SweepRow } from "../../../src/lab/sweep/sweepRun";
import { askMain } from "../../support/askMain";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "sweep-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STUDY = {
  base: { method: "exact", pretraining: { steps: 20 }, fineTuning: { steps: 10 } },
  grid: { "fineTuning.trainable": ["all", "value"], seed: [0, 1] },
  shots: [0, 5],
};

describe("a grid", () => {
  it("varies its last field fastest and leaves the base as it was", () => {
    const points = gridPoints(readGrid(STUDY));
    expect(points.map(({ input }) => input)).toEqual(
      ["all", "value"].flatMap((trainable) =>
        [0, 1].map((seed) => ({ ...STUDY.base, seed, fineTuning: { steps: 10, trainable } })),
      ),
    );
  });

  it("falls into shards that hold every run once", () => {
    const points = gridPoints(readGrid(STUDY));
    for (const parts of [1, 2, 3, 4, 7]) {
      const dealt = Array.from({ length: parts }, (_, i) =>
        shardOf(points, readShard(`${i + 1}/${parts}`)),
      ).flat();
      expect(dealt.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3]);
    }
  });
});

const unsealed = ({ seal: _, ...row }: SweepRow & { readonly seal?: string }): SweepRow => row as SweepRow;

describe("finetune-icl sweep and merge", () => {
  const file = (name: string): string => join(folder, name);
  const grid = file("grid.json");
  writeFileSync(grid, JSON.stringify(STUDY));
  const sweep = (shard: string, out: string): void => {
    const { code, err } = runCli(["sweep", grid, "--shard", shard, "--jobs", "1", "--out", out]);
    expect(code, err).toBe(0);
  };

  it("give the same bytes from one shard and from three", async () => {
    sweep("1/1", file("whole.json"));
    const parts = [1, 2, 3].map((i) => file(`part-${i}.json`));
    for (const [i, part] of parts.entries()) sweep(`${i + 1}/3`, part);
    expect((await runMain("merge", ...parts, "--out", file("merged.json"))).code).toBe(0);
    expect(readFileSync(file("merged.json"), "utf8")).toBe(readFileSync(file("whole.json"), "utf8"));

    const missing = await runMain("merge", parts[0]!, "--out", file("missing.json"));
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/missing: 1, 2/);
  });

  it("put no rows of another version together, and go on from none", async () => {
    const old = file("old version.json");
    const { study, runs, rows } = JSON.parse(readFileSync(file("whole.json"), "utf8")) as SweepFile;
    // As the same study by other code would have left it.
    writeSweep(old, { study, key: "0123456789abcdef", runs, rows: rows.map(unsealed) });
    const before = readFileSync(old, "utf8");
    const merged = await runMain("merge", file("part-1.json"), old, "--out", file("mixed.json"));
    expect(merged).toMatchObject({ code: 2, err: expect.stringMatching(/old version\.json.*same version/) });
    const resumed = await runMain("sweep", grid, "--out", old);
    expect(resumed).toMatchObject({ code: 2, err: expect.stringMatching(/--out: .*same version/) });
    expect(readFileSync(old, "utf8")).toBe(before);
  });

  it("go on where a run diverges, say so, and do not stumble over it again", () => {
    const path = file("diverges.json");
    const rates = [0.01, 1e9];
    const base = {
      ...STUDY.base,
      pretraining: { steps: 20, clipNorm: "none", optimiser: { kind: "sgd" } },
    };
    writeFileSync(
      path,
      JSON.stringify({ ...STUDY, base, grid: { "pretraining.optimiser.learningRate": rates } }),
    );
    for (let time = 0; time < 2; time += 1) {
      const { code, err } = runCli(["sweep", path, "--jobs", "1", "--out", file("diverged.json")]);
      expect(err).toMatch(/^finetune-icl: 1 of 2 runs diverged, the first .*1000000000.*\n$/);
      expect(code).toBe(1);
      const { rows } = JSON.parse(readFileSync(file("diverged.json"), "utf8")) as {
        rows: readonly Record<string, unknown>[];
      };
      expect(rows.map((row) => "diverged" in row)).toEqual([false, true]);
    }
  });

  it.each([
    [{ ...STUDY, grid: { seed: [] } }, "1/1", /grid\.seed/],
    [{ ...STUDY, grid: { seed: [-1] } }, "1/1", /seed/],
    [STUDY, "4/3", /--shard/],
    // One would undo the other, and the rows would say what was not trained.
    [
      { ...STUDY, grid: { fineTuning: [{ trainable: "all" }], "fineTuning.trainable": ["value"] } },
      "1/1",
      /grid\.fineTuning\.trainable: .*only one of fineTuning and fineTuning\.trainable/,
    ],
    [
      {
        ...STUDY,
        grid: { "pretraining.optimiser.learningRate": [1], seed: [0], "pretraining.optimiser": [{}] },
      },
      "1/1",
      /grid\.pretraining\.optimiser\.learningRate/,
    ],
  ])("refuse a wrong study or shard with exit 2 (%#)", async (study, shard, line) => {
    const { code, err } = await askMain("sweep", study, "--shard", shard, "--out", file("refused.json"));
    expect(code).toBe(2);
    expect(err).toMatch(line);
  });
});

describe("finetune-icl train", () => {
  it("gives the stored result again without training", async () => {
    const out = join(folder, "short-out.json");
    const ask = () => askMain("train", { pretraining: { steps: 30 } }, "--out", out);
    const [first, second] = [await ask(), await ask()];
    expect(first.code, first.err).toBe(0);
    expect(second.out).toBe(first.out);
    expect(JSON.parse(first.out)).toMatchObject({
      pretraining: { parameters: { value: expect.any(Array) } },
    });
  });

  it("stops diverging training with exit 1 and names the step", async () => {
    const { code, err } = await askMain("train", {
      pretraining: { steps: 500, clipNorm: "none", optimiser: { kind: "sgd", learningRate: 100 } },
    });
    expect(code).toBe(1);
    expect(err).toMatch(/step \d+/);
  });

  it("refuses a data set that would not fit into memory, and says how large it may be", async () => {
    // 10,000 prompts of 20,001 tokens; the second moments of the same prompts take little.
    const fineTuning = { auxiliaryShots: 20_000, steps: 1 };
    const content = { method: "sampled", batchSize: 1, pretraining: { steps: 1 }, fineTuning };
    const { code, err } = await askMain("train", { ...content, sampling: "tokens" });
    expect(code).toBe(2);
    expect(err).toMatch(/fineTuning\.examples.*at most \d+ with 20000 shots/);
    expect((await askMain("train", content)).code).toBe(0);
  });

  it("refuses settings that are not allowed with exit 2", async () => {
    const { code, err } = await askMain("train", { model: { layers: 2 } });
    expect(code).toBe(2);
    expect(err).toMatch(/model\.layers/);
  });
});
