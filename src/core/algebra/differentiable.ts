/** A smooth function of k variables: returns its value and writes its gradient into the second argument, length k too. */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number;

/** The same function with all variables held fixed but those at the positions listed: their slopes are reported as zero. */
export function withOnly(differentiable: Differentiable, trainable: ReadonlySet<number>): Differentiable {
  let frozen: Int32Array | undefined;
  return (point, gradient) => {
    frozen ??= Int32Array.from([...gradient.keys()].filter((i) => !trainable.has(i)));
    const value = differentiable(point, gradient);
    for (const i of frozen) gradient[i] = 0;
    return value;
  };
}
