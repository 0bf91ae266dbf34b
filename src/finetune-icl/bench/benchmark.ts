import type { Peers } from "./arrays";

/** What was measured, once a repeat. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** In the order of the repeats. */
  readonly values: readonly number[];
}

/** What a measurement should be. */
export interface Target {
  /** The name of the measurement; its median is judged. */
  readonly measurement: string;
  readonly must: "at least" | "at most";
  readonly limit: number;
  readonly met: boolean;
  /** Why it is missed. */
  readonly bound?: string;
}

export interface BenchmarkResult {
  readonly id: string;
  readonly title: string;
  readonly measurements: readonly Measurement[];
  readonly targets: readonly Target[];
  /** What was left out, and why. */
  readonly skipped?: string;
}

/** How much is measured. */
export interface BenchmarkSize {
  readonly repeats: number;
  /** 1 for times that mean something; less to see quickly that everything works. */
  readonly effort: number;
}

/** One question of speed or memory. */
export interface Benchmark {
  readonly id: string;
  readonly title: string;
  /** Without a Python that has them, what depends on PyTorch or NumPy is skipped. */
  readonly run: (size: BenchmarkSize, peers: Peers) => Promise<Omit<BenchmarkResult, "id" | "title">>;
}

export const NO_TORCH = "beside PyTorch: no Python with torch was found";
export const NO_NUMPY = "beside NumPy and PyTorch: no Python with numpy was found";

export function measurement(name: string, unit: string, values: readonly number[]): Measurement {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { name, unit, median, lowest: sorted[0]!, highest: sorted.at(-1)!, values };
}

/** The ratio of two measurements, repeat by repeat: what slows the machine down slows both. */
export function ratio(name: string, above: Measurement, below: Measurement): Measurement {
  return measurement(
    name,
    "times",
    above.values.map((value, k) => value / below.values[k]!),
  );
}

/** `bound` says what stands in the way when the target is missed. */
export function target(
  { name, median }: Measurement,
  must: Target["must"],
  limit: number,
  bound: string,
): Target {
  const met = must === "at least" ? median >= limit : median <= limit;
  return { measurement: name, must, limit, met, ...(met ? {} : { bound }) };
}
