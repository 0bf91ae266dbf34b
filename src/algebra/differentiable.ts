/** A smooth function of k variables: returns its value and writes its gradient into the second argument, length k too. */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number;

/** The same function with all variables held fixed but those at the positions listed: their slopes are reported as zero. */
export function withOnly(differentiable: Differentiable, trainable: ReadonlySet<number>): Differentiable {
  return (point, gradient) => {
    const value = differentiable(point, gradient);
    for (let i = 0; i < gradient.length; i += 1) if (!trainable.has(i)) gradient[i] = 0;
    return value;
  };
}
