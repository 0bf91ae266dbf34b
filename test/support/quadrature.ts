/**
 * Gauss-Hermite rule for a standard normal variable with four nodes: exact for polynomials up to degree 7. The nodes are
 * the roots of He₄(x) = x⁴ − 6x² + 3, the weights 3! / (4 · He₃(x)²).
 */
const NODES = [3 - Math.sqrt(6), 3 + Math.sqrt(6)].flatMap((square) => [
  Math.sqrt(square),
  -Math.sqrt(square),
]);
const RULE = NODES.map((x) => ({ x, weight: 6 / (4 * (x ** 3 - 3 * x) ** 2) }));

/** E g(ε₁ … ε_k) for independent standard normals, exact when g has degree at most 7 in each of them. */
export function gaussianMean(k: number, g: (point: readonly number[]) => number): number {
  const sum = (point: readonly number[], weight: number): number => {
    if (point.length === k) return weight * g(point);
    return RULE.reduce((total, node) => total + sum([...point, node.x], weight * node.weight), 0);
  };
  return sum([], 1);
}
