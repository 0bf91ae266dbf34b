import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Benchmark,
  type BenchmarkSize,
  type Measurement,
  measurement,
  type Target,
  target,
} from "./benchmark";
import { usageOf } from "./usage";

/** Work that fills memory: every kind of training, at full batch and with the full data set. */
function workloads({ effort }: BenchmarkSize): readonly {
  readonly name: string;
  readonly args: (out: string) => readonly string[];
  readonly input?: unknown;
}[] {
  const steps = Math.ceil(50 * effort);
  const sampled = {
    method: "sampled",
    pretraining: { steps },
    fineTuning: { steps, auxiliaryShots: 20 },
  };
  return [
    {
      name: "the released experiment, exact, one worker",
      args: (out) => [
        "experiment",
        "--test-prompts",
        "100",
        "--steps",
        String(steps),
        "--jobs",
        "1",
        "--out",
        out,
      ],
    },
    {
      name: "the released experiment, sampled, two workers",
      args: (out) =>
        ["experiment", "--method", "sampled", "--key-query", "merged", "--steps", String(steps)].concat([
          "--test-prompts",
          "100",
          "--jobs",
          "2",
          "--out",
          out,
        ]),
    },
    { name: "sampled training, 20 shots", args: () => ["train", "-"], input: sampled },
    {
      name: "sampled fine-tuning, 20,000 auxiliary shots",
      args: () => ["train", "-"],
      input: { ...sampled, fineTuning: { steps, auxiliaryShots: 20_000 } },
    },
  ];
}

/** Memory hardly differs between repeats. */
const MOST_REPEATS = 3;

/** The largest resident memory of whole commands. */
export const memory: Benchmark = {
  id: "memory",
  title: "The largest memory of training commands, each a process of its own",
  run: async (size) => {
    const measurements: Measurement[] = [];
    const targets: Target[] = [];
    for (const { name, args, input } of workloads(size)) {
      const values: number[] = [];
      for (let repeat = 0; repeat < Math.min(size.repeats, MOST_REPEATS); repeat += 1) {
        const out = mkdtempSync(join(tmpdir(), "bench-"));
        try {
          values.push((await usageOf(args(out), JSON.stringify(input))).megabytes);
        } finally {
          rmSync(out, { recursive: true, force: true });
        }
      }
      const peak = measurement(name, "MB", values);
      measurements.push(peak);
      targets.push(target(peak, "at most", 300, "every worker thread has a heap of its own"));
    }
    return { measurements, targets };
  },
};
