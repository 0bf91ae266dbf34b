import { type Benchmark, type Measurement, measurement, ratio, target } from "./benchmark";
import { type KernelName, TimedKernel } from "./kernelClient";

const KERNELS: readonly KernelName[] = ["this kernel", "stock tslab"];
const LINES = 50_000;
// Stock tslab loses lines, and with them often the message that the cell is done.
const LINES_PATIENCE_MS = 20_000;
const OTHERS = "other work on the machine, and the compiler, which tslab brings";

interface Costs {
  readonly ready: number;
  readonly trivial: number;
  readonly lines: number;
  readonly growth: number;
}

/** Starts, cells, output and memory of the notebooks' kernel, beside stock tslab, by turns. */
export const kernelSpeed: Benchmark = {
  id: "kernel",
  title: "The kernel of the notebooks beside stock tslab",
  run: async ({ repeats, effort }) => {
    const costs = new Map<KernelName, Costs[]>(KERNELS.map((name) => [name, []]));
    for (let repeat = 0; repeat < repeats; repeat += 1)
      for (const name of repeat % 2 === 0 ? KERNELS : [...KERNELS].reverse())
        costs.get(name)!.push(await costsOf(name, effort));
    const of = (name: KernelName, what: string, unit: string, cost: (each: Costs) => number): Measurement =>
      measurement(`${what}: ${name}`, unit, costs.get(name)!.map(cost));
    const [ready, trivial, lines, growth] = [
      KERNELS.map((name) => of(name, "until it answers", "ms", (each) => each.ready)),
      KERNELS.map((name) => of(name, "a cell of one expression", "ms", (each) => each.trivial)),
      KERNELS.map((name) =>
        of(name, `lines that arrive of ${LINES * effort}`, "lines", (each) => each.lines),
      ),
      KERNELS.map((name) => of(name, "memory that a cell leaves", "MB", (each) => each.growth)),
    ] as const;
    const growthRatio = ratio("memory that a cell leaves: this kernel / stock tslab", growth[0]!, growth[1]!);
    return {
      measurements: [...ready, ...trivial, ...lines, ...growth, growthRatio],
      targets: [
        target(ready[0]!, "at most", 1500, OTHERS),
        target(trivial[0]!, "at most", 10, OTHERS),
        target(lines[0]!, "at least", Math.ceil(LINES * effort), "output was lost"),
        target(growthRatio, "at most", 1, "source maps are kept with every cell"),
      ],
    };
  },
};

async function costsOf(name: KernelName, effort: number): Promise<Costs> {
  const kernel = new TimedKernel(name);
  try {
    const ready = await kernel.ready();
    const cells = Math.max(3, Math.ceil(60 * effort));
    // The first cells warm up the compiler.
    for (let k = 0; k < 3; k += 1) await kernel.run(`const warm${k} = ${k};`);
    const times: number[] = [];
    for (let k = 0; k < cells; k += 1) times.push((await kernel.run(`1 + ${k}`)).milliseconds);
    const before = kernel.megabytes();
    for (let k = 0; k < cells; k += 1)
      await kernel.run(`const name${k} = [${k}]; function double${k}(x: number): number { return 2 * x; }`);
    const growth = Math.max(1e-3, (kernel.megabytes() - before) / cells);
    const count = Math.ceil(LINES * effort);
    const { lines } = await kernel.run(
      `for (let i = 0; i < ${count}; i++) console.log(i);`,
      LINES_PATIENCE_MS,
    );
    const middle = measurement("", "ms", times).median;
    return { ready, trivial: middle, lines, growth };
  } finally {
    kernel.stop();
  }
}
