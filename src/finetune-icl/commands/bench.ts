import { InputError } from "@finetune-icl/base";
import { requireAffordable } from "@finetune-icl/core/problem";
import { createProgress, writeWhole } from "@finetune-icl/files";
import type { Command } from "commander";
import { BENCHMARKS } from "../bench";
import { Arrays } from "../bench/arrays";
import type { Benchmark, BenchmarkResult, BenchmarkSize } from "../bench/benchmark";
import { PYTHON_VARIABLE, PYTHONS } from "../bench/pythonScript";
import { type BenchReport, benchmarkText, machine } from "../bench/report";
import { Torch } from "../bench/torch";
import { hearNothing } from "../interrupted";
import { answer } from "../say";
import { printJson } from "./jsonInput";
import { readNumberOption } from "./numberOption";
import { readOutFile } from "./outOption";

interface Options {
  readonly json?: true;
  readonly quick?: true;
  readonly repeats?: string;
  readonly python?: string;
  readonly out?: string;
}

/** Adds `finetune-icl bench [ID…]`: how fast this is, beside PyTorch where there is one. */
export function registerBenchCommand(program: Command): void {
  program
    .command("bench")
    .description(
      "Measure speed and memory, each ratio within one run, its two sides in turn; beside NumPy and PyTorch where a Python has them.",
    )
    .argument("[ids...]", "benchmarks (default: all)")
    .option("--json", "print the report as JSON")
    .option("--quick", "once and with little work: to see that everything runs; the times mean nothing")
    .option("--repeats <number>", "repeats of every measurement (default: 7, and 1 with --quick)")
    .option(
      "--python <path>",
      `a Python that can import torch and numpy (default: $${PYTHON_VARIABLE}, then python3)`,
    )
    .option("--out <file>", "save the report there as JSON")
    .addHelpText(
      "after",
      `\nBenchmarks: ${BENCHMARKS.map(({ id }) => id).join(", ")}. Seconds are processor time, so that other programs on the machine count little.`,
    )
    .action(runCommand);
}

const REPEATS = 7;

async function runCommand(ids: readonly string[], options: Options): Promise<void> {
  const chosen = choose(ids);
  const out = options.out === undefined ? undefined : readOutFile(options.out);
  const size: BenchmarkSize = {
    repeats:
      options.repeats === undefined
        ? options.quick
          ? 1
          : REPEATS
        : readNumberOption(options.repeats, "--repeats", 1),
    effort: options.quick ? 0.02 : 1,
  };
  requireAffordable("--repeats", size.repeats, { operations: 1e11 * size.repeats });
  hearNothing();
  const pythons = options.python === undefined ? PYTHONS : [options.python];
  const peers = { torch: await Torch.start(pythons), arrays: await Arrays.start(pythons) };
  const progress = createProgress(chosen.length, process.stderr, "benchmarks");
  const benchmarks: BenchmarkResult[] = [];
  try {
    for (const { id, title, run } of chosen) {
      const result = { id, title, ...(await run(size, peers)) };
      benchmarks.push(result);
      progress.step();
      if (!options.json) answer(benchmarkText(result));
    }
  } finally {
    progress.stop();
    peers.torch?.stop();
    peers.arrays?.stop();
  }
  const report: BenchReport = { machine: machine(peers), size, benchmarks };
  if (options.json) printJson(report);
  if (out !== undefined) {
    writeWhole(out, `${JSON.stringify(report, null, 1)}\n`);
  }
}

function choose(ids: readonly string[]): readonly Benchmark[] {
  const known = BENCHMARKS.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new InputError("ID", unknown, `one of ${known.join(", ")}`);
  return ids.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ id }) => ids.includes(id));
}
