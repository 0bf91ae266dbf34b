import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "@finetune-icl/files";
import {
  prepareLanguageStudy,
  readLanguagePlan,
  readWordTasks,
  summariseLanguageStudy,
} from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";

/** FINETUNE_ICL_TORCH names a Python with torch; here it must have transformers too. */
const PYTHON = process.env.FINETUNE_ICL_TORCH;
const isThere =
  PYTHON !== undefined &&
  spawnSync(PYTHON, ["-c", "import torch, transformers"], { stdio: "ignore" }).status === 0;

const SCRIPTS = join(packageRoot, "src", "transformer", "pytorch");
const python = (script: string, args: readonly string[]) =>
  spawnSync(PYTHON!, ["-W", "ignore", join(SCRIPTS, script), ...args], { encoding: "utf8" });

describe.skipIf(!isThere)("language_model.py on a tiny model (FINETUNE_ICL_TORCH with transformers)", () => {
  const { path, remove } = makeTemporaryFolder("language");
  prepareLanguageStudy(path, {
    profile: "tiny",
    tasks: readWordTasks(join(packageRoot, "data", "word-tasks")),
  });

  it("reads a prompt whose context is kept as the whole prompt, and trains with products in bfloat16 as without", () => {
    const { stdout, stderr } = python("check_language_model.py", [path]);
    expect(stdout, stderr).not.toBe("");
    const told = JSON.parse(stdout) as Readonly<Record<string, number>>;
    expect(told.compared).toBe(28);
    // Float32 sums of some hundred terms in another order.
    expect(told.worst).toBeLessThan(2e-5);
    // Weights of the first step kept for all of them would leave the loss where their gradient points, far above.
    const fall = (last: number): number => told.first! - last;
    expectClose(fall(told.lastBfloat16!) / fall(told.last!), 1, {
      tolerance: 0.05,
      reason: "thirty steps with eight bits of mantissa in every product",
      input: "fall of the zero-shot loss, bfloat16 over float32",
    });
  });

  it("trains what is named, goes on from finished cells, and gives back the start", () => {
    const cells = 16;
    const run = (more: readonly string[] = []) =>
      python("language_model.py", [
        path,
        "--tiny",
        "--threads",
        "1",
        "--queries",
        "8",
        "--cells",
        String(cells),
        ...more,
      ]);
    const first = run(["--workers", "2"]);
    expect(first.status, first.stderr).toBe(0);
    const results = join(path, "results");
    expect(readdirSync(results)).toHaveLength(cells);
    const plan = readLanguagePlan(path);
    const read = (name: string) =>
      JSON.parse(readFileSync(join(results, `${name}.json`), "utf8")) as {
        readonly trainingLoss: readonly number[];
        readonly points: readonly { readonly at: string; readonly zeroShotLoss: number }[];
      };
    const start = read("past-0-pretrained").points[0]!.zeroShotLoss;
    for (const { name, trainable } of plan.cells.slice(0, cells)) {
      if (trainable === null || !name.startsWith("past-0")) continue;
      const { trainingLoss, points } = read(name);
      // All cells of a seed start from the same model: none leaves anything behind.
      expect(trainingLoss[0], name).toBe(read("past-0-all-zero-shot").trainingLoss[0]);
      expect(
        points.map(({ at }) => at),
        name,
      ).toEqual(["1000", "end"]);
      expect(points[1]!.zeroShotLoss, name).toBeLessThan(start);
    }

    const kept = statSync(join(results, "past-0-all-zero-shot.json")).mtimeMs;
    const before = readFileSync(join(results, "past-1-value-zero-shot.json"), "utf8");
    rmSync(join(results, "past-1-value-zero-shot.json"));
    expect(run().status).toBe(0);
    expect(statSync(join(results, "past-0-all-zero-shot.json")).mtimeMs).toBe(kept);
    const withoutTime = (text: string) => ({
      ...JSON.parse(text),
      seconds: 0,
      processorSeconds: 0,
      trainingSeconds: 0,
    });
    expect(withoutTime(readFileSync(join(results, "past-1-value-zero-shot.json"), "utf8"))).toEqual(
      withoutTime(before),
    );
    expect(summariseLanguageStudy(path, path).finished).toBe(cells);

    const file = join(path, "prompts", "past-0.jsonl");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
    const other = run();
    expect(other.status).not.toBe(0);
    expect(other.stderr).toContain("answers another plan");
    remove();
  });
});
