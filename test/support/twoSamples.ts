/**
 * The two-sample Kolmogorov–Smirnov statistic, √(mn/(m+n)) times the largest distance of the empirical distributions: for
 * equal continuous distributions it exceeds 1.63 with probability 0.01, and 2.23 with probability 1e-4.
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((sample) => [...sample].sort((p, q) => p - q)) as [number[], number[]];
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < x.length && x[i]! <= at) i += 1;
    while (j < y.length && y[j]! <= at) j += 1;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return Math.sqrt((x.length * y.length) / (x.length + y.length)) * largest;
}

/** Difference of two means over its standard error, standard normal for large samples of equal mean. */
export function differenceOfMeans(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a, b].map((sample) => {
    const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
    const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sample.length - 1);
    return { mean, squaredError: variance / sample.length };
  }) as [{ mean: number; squaredError: number }, { mean: number; squaredError: number }];
  return (first.mean - second.mean) / Math.sqrt(first.squaredError + second.squaredError);
}
