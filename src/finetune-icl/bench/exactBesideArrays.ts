import { mergeInto } from "@finetune-icl/core/exact";
import type { ArrayRequest, Arrays } from "./arrays";
import {
  type Benchmark,
  type Measurement,
  measurement,
  NO_NUMPY,
  ratio,
  type Target,
  target,
} from "./benchmark";
import { answerOf, type Covariance, callsIn, exactCase, exactSide } from "./exactSides";
import { cpuSeconds, inTurn, type Side } from "./timing";

const DIMENSIONS = [5, 64, 256];
const COVARIANCES = ["diagonal", "dense"] as const satisfies readonly Covariance[];
const PRODUCT = 256;
/** Both sides round; at d = 256 a sum has 65,536 terms. */
const TOLERANCE = 1e-10;
const SCALAR = "V8 has no vector instructions: OpenBLAS multiplies eight numbers at a time here";

/** The exact risk and its gradient beside the same formulas in NumPy and PyTorch, in double precision on one thread. */
export const exactBesideArrays: Benchmark = {
  id: "exact-beside-arrays",
  title: "The exact risk with its gradient beside NumPy's and PyTorch's, one thread",
  run: async ({ repeats, effort }, { arrays }) => {
    const measurements: Measurement[] = [];
    const targets: Target[] = [];
    for (const covariance of COVARIANCES) {
      for (const dimension of DIMENSIONS) {
        const found = await compare(arrays, covariance, dimension, repeats, 0.1 * effort);
        measurements.push(...found.measurements);
        targets.push(...found.targets);
      }
    }
    measurements.push(...(await productSpeed(arrays, repeats, effort)));
    return { measurements, targets, ...(arrays === undefined ? { skipped: NO_NUMPY } : {}) };
  },
};

async function compare(
  arrays: Arrays | undefined,
  covariance: Covariance,
  dimension: number,
  repeats: number,
  seconds: number,
): Promise<{ readonly measurements: readonly Measurement[]; readonly targets: readonly Target[] }> {
  const where = `Σ ${covariance}, d = ${dimension}`;
  const ours = exactSide(dimension, covariance, "risk and gradient", seconds);
  const libraries =
    arrays === undefined
      ? []
      : arrays.versions.torch === undefined
        ? (["numpy"] as const)
        : (["numpy", "torch"] as const);
  const sides = [
    ours,
    ...libraries.map((library) =>
      arraySide(arrays!, { library, covariance, dimension, gradient: true }, seconds),
    ),
  ];
  const [own, ...others] = await inTurn(sides, repeats);
  const mine = measurement(`${where}: this package`, "µs", own!);
  const measurements = [mine];
  const targets: Target[] = [];
  for (const [k, library] of libraries.entries()) {
    const name = library === "numpy" ? "NumPy" : "PyTorch";
    const theirs = measurement(`${where}: ${name}`, "µs", others[k]!);
    const faster = ratio(`${where}: ${name} / this package`, theirs, mine);
    measurements.push(theirs, faster);
    if (library === "numpy") targets.push(target(faster, "at least", 1, SCALAR));
  }
  return { measurements, targets };
}

/** Microseconds a call; the first answer is compared with this package's. @throws Error when they differ. */
function arraySide(arrays: Arrays, request: Omit<ArrayRequest, "calls">, seconds: number): Side {
  const calls = Math.ceil(callsIn(seconds, request.dimension, request.covariance) / 20);
  const expected = answerOf(exactCase(request.dimension, request.covariance));
  return async () => {
    const { seconds: used, risk, slope } = await arrays.ask({ ...request, calls });
    for (const [what, got, want] of [
      ["risk", risk, expected.risk],
      ["gradient", slope, expected.slope],
    ] as const) {
      if (!(Math.abs(got - want) <= TOLERANCE * want))
        throw new Error(`${JSON.stringify(request)}: the ${what} is ${got} there and ${want} here`);
    }
    return (1e6 * used) / calls;
  };
}

/** 10⁹ additions and multiplications a second in a product of two matrices. */
async function productSpeed(
  arrays: Arrays | undefined,
  repeats: number,
  effort: number,
): Promise<readonly Measurement[]> {
  const calls = Math.ceil(6 * effort);
  const [X, Y, out] = [1, 2, 3].map((seed) =>
    Float64Array.from({ length: PRODUCT ** 2 }, (_, k) => Math.sin(seed * k)),
  ) as [Float64Array, Float64Array, Float64Array];
  const flops = (seconds: number): number => (calls * 2 * PRODUCT ** 3) / seconds / 1e9;
  const ours: Side = () =>
    flops(
      cpuSeconds(() => {
        for (let i = 0; i < calls; i += 1) mergeInto(out, X, Y, PRODUCT, PRODUCT);
      }),
    );
  const request = { library: "product", covariance: "dense", dimension: PRODUCT, gradient: false } as const;
  const theirs: Side = async () => flops((await arrays!.ask({ ...request, calls })).seconds);
  const [own, blas] = await inTurn(arrays === undefined ? [ours] : [ours, theirs], repeats);
  const name = `product of two ${PRODUCT} × ${PRODUCT} matrices`;
  const mine = measurement(`${name}: this package`, "GFLOP/s", own!);
  if (blas === undefined) return [mine];
  const other = measurement(`${name}: OpenBLAS`, "GFLOP/s", blas);
  return [mine, other, ratio(`${name}: OpenBLAS / this package`, other, mine)];
}
