import { availableParallelism, cpus } from "node:os";
import type { ArrayVersions, Peers } from "./arrays";
import type { BenchmarkResult, BenchmarkSize, Measurement, Target } from "./benchmark";

/** All results of a run, and what they were measured on. */
export interface BenchReport {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly node: string;
    readonly torch: string | null;
    /** Versions of Python and NumPy, the BLAS and the vector instructions met; null without NumPy. */
    readonly arrays: ArrayVersions | null;
  };
  readonly size: BenchmarkSize;
  readonly benchmarks: readonly BenchmarkResult[];
}

export function machine({ torch, arrays }: Peers): BenchReport["machine"] {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    torch: torch?.version ?? null,
    arrays: arrays?.versions ?? null,
  };
}

/** A benchmark for a person: measurements as median (lowest to highest), then each target with pass or MISS. */
export function benchmarkText({ id, title, measurements, targets, skipped }: BenchmarkResult): string {
  return [
    `${id}: ${title}`,
    ...measurements.map((item) => `        ${item.name}: ${quantity(item)}`),
    ...targets.map((item) => `  ${targetText(item)}`),
    ...(skipped === undefined ? [] : [`  skipped ${skipped}`]),
    "",
  ].join("\n");
}

function quantity({ median, lowest, highest, unit }: Measurement): string {
  const middle = unit === "" ? short(median) : `${short(median)} ${unit}`;
  return `${middle} (${short(lowest)} to ${short(highest)})`;
}

function targetText({ met, measurement, must, limit, bound }: Target): string {
  const statement = `${measurement}: ${must} ${limit}`;
  return met ? `pass  ${statement}` : `MISS  ${statement}; what bounds it: ${bound}`;
}

const short = (value: number): string =>
  value >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
