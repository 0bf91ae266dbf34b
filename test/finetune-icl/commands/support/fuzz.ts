import fc from "fast-check";
import { expect } from "vitest";
import type { CliResult } from "../../../support/runCli";

export const RISK = {
  problem: { covariance: [[1]], noiseVariance: 0.1 },
  task: [1],
  shots: [0, 1],
  parameters: { value: [0, 0, 1], keyQuery: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] }, // biome-ignore format: rows
};
export const PREDICT = {
  problem: { covariance: [[1]], noiseVariance: 0.1, taskCovariance: [[1]], pretrainingShots: 20 },
  regime: "zero-shot-value",
  targetTask: [1],
  auxiliaryShots: 2,
  auxiliaryWeight: 1,
  testTasks: [[1]],
  shots: [0, "infinity"],
};
export const TRAIN = {
  method: "sampled",
  sampling: "tokens",
  batchSize: 2,
  seed: 0,
  model: { layers: 1, heads: 1, keyQuery: "merged" },
  pretraining: { steps: 2, optimiser: { kind: "sgd", learningRate: 0.1 }, clipNorm: 1 },
  fineTuning: { trainable: "all", auxiliaryShots: 1, auxiliaryWeight: 1, examples: 3 },
};
export const GRID = { base: TRAIN, grid: { seed: [0, 1] }, shots: [0], test: { seeds: 2, prompts: 2 } };

/** What people and programs put where something else belongs. */
const ODD: readonly unknown[] = [
  null, true, "", "\u001b[31m", "infinity", "1/3", "__proto__", -1, 0, 0.5, 1e-320, 1e15, 1e200, 1e308, 2 ** 53,
  [], [[]], [null], [[1e200]], [[1, 2]], {}, { kind: "adam" }, { a: { b: {} } }, "auxiliary-full", "pretrained", "zero-shot-full",
]; // biome-ignore format: a list

/** The same value with something odd at some place of it, or a field more, or one less. */
export function mutated(value: unknown, choose: (below: number) => number): unknown {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject || choose(5) === 0) return ODD[choose(ODD.length)];
  if (Array.isArray(value)) {
    const at = choose(value.length + 1);
    return at === value.length
      ? [...value, ODD[choose(ODD.length)]]
      : value.map((item, i) => (i === at ? mutated(item, choose) : item));
  }
  const entries = Object.entries(value);
  const at = choose(entries.length + 2);
  if (at === entries.length) return { ...value, "\u0007\n": 1 };
  if (at > entries.length) return Object.fromEntries(entries.slice(1));
  return Object.fromEntries(
    entries.map(([name, item], i) => [name, i === at ? mutated(item, choose) : item]),
  );
}

export const inputs = (valid: unknown): fc.Arbitrary<unknown> =>
  fc.infiniteStream(fc.nat()).map((stream) => {
    const choose = (below: number): number => Number(stream.next().value) % Math.max(1, below);
    let value = valid;
    for (let times = choose(3); times >= 0; times -= 1) value = mutated(value, choose);
    return value;
  });

export function expectManners(what: unknown, { code, out, err }: CliResult): void {
  const said = `${JSON.stringify(what)}\n${out}${err}`;
  expect([0, 1, 2], said).toContain(code);
  if (code === 0) {
    expect(out, said).not.toMatch(/null|NaN|Infinity|undefined/);
    JSON.parse(out);
    return;
  }
  expect(out, said).toBe("");
  // One line, and nothing that a terminal would obey.
  expect(err, said).toMatch(/^finetune-icl: \P{Cc}+\n$/u);
  expect(err, said).not.toMatch(/ at .*\.[jt]s:\d|call stack|undefined is not|not a function|Cannot read/);
}
