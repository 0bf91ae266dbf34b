import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startNode } from "../../notebooks/runner/support/processes";
import { PROGRAM } from "../../support/root";

const folder = mkdtempSync(join(tmpdir(), "stretches-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const diagonal = (size: number, at: (i: number) => number): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_x, j) => (i === j ? at(i) : 0)));
const problem = (size: number, at: (i: number) => number = () => 1, shots = 20): object => ({
  covariance: diagonal(size, at),
  noiseVariance: 0.1,
  taskCovariance: diagonal(size, () => 1),
  pretrainingShots: shots,
});

/** Work whose stretches between two looks at the messages are long, or whose first step is. */
const LONG: Readonly<Record<string, object>> = {
  "exact steps at d = 30": { method: "exact", problem: problem(30), pretraining: { steps: 20_000 } },
  "a gradient flow on a stiff Σ": {
    method: "exact",
    problem: problem(12, (i) => 10 ** (-i / 2)),
    pretraining: { optimiser: { kind: "gradient-flow", stepTolerance: 1e-12, gradientTolerance: 1e-14 } },
  },
  "long tokens": {
    method: "sampled",
    sampling: "tokens",
    batchSize: 4000,
    problem: problem(30, undefined, 400),
    pretraining: { steps: 5000 },
  },
  // Its state is 60 MB of text, which takes seconds to write.
  "many parameters": {
    method: "exact",
    problem: problem(600),
    pretraining: { steps: 5000 },
  },
};

/** Ctrl-C is answered within half a second; half of one more for two cores that tests share. */
const MOST_MS = 1000;

describe("Ctrl-C in the first seconds of", () => {
  it.each(Object.entries(LONG))(
    "%s is answered within half a second, with a checkpoint",
    async (name, input) => {
      const file = join(folder, `${name.replaceAll(/\W+/g, "-")}.json`);
      const out = file.replace(/json$/, "out.json");
      writeFileSync(file, JSON.stringify(input));
      const run = startNode([PROGRAM, "train", file, "--out", out]);
      for (let tries = 0; !existsSync(out) && tries < 1200; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 25));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const start = performance.now();
      run.child.kill("SIGINT");
      const { code, stderr } = await run.ended;
      const took = performance.now() - start;
      expect(code, stderr).toBe(130);
      expect(stderr).toMatch(
        /^finetune-icl: interrupted after \d+ of \d+ steps; the same command goes on from (there|step \d+)\n$/,
      );
      expect(took, "milliseconds from the signal to the end").toBeLessThan(MOST_MS);
      // Where the last step ended, or the stage began: a flow, or a step of many seconds, has no middle that can be kept.
      const kept = JSON.parse(readFileSync(out, "utf8")) as unknown;
      expect(kept).toMatchObject({ status: "unfinished", input, run: { finished: {} } });
    },
  );
});
