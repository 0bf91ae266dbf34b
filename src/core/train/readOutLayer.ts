/**
 * The last layer of a stack, of which only the query's label slot is read: with v_h the last row of V_h,
 * f = q_y + (1/H) Σ_h v_hᵀ S M_h q. Products of a matrix and a vector suffice, so it costs O(H D²), a layer below it O(H D³).
 * Backwards from the slope s of the squared error in f, and with a_h = S M_h q and b_h = S v_h (S symmetric),
 * v̄_h = s a_h/H, M̄_h = s b_h qᵀ/H, q̄ = s (e_y + Σ M_hᵀ b_h/H), S̄ = s Σ sym(v_h (M_h q)ᵀ)/H.
 */
export class ReadOutLayer {
  private readonly scores: readonly Float64Array[];
  private readonly reads: readonly Float64Array[];
  private readonly writes: Float64Array;

  /** V and M of its heads, D × D each, and where their slopes are added up. */
  constructor(
    private readonly size: number,
    private readonly values: readonly Float64Array[],
    private readonly merged: readonly Float64Array[],
    private readonly valueSlopes: readonly Float64Array[],
    private readonly mergedSlopes: readonly Float64Array[],
  ) {
    this.scores = values.map(() => new Float64Array(size));
    this.reads = values.map(() => new Float64Array(size));
    this.writes = new Float64Array(size);
  }

  /** The prediction from S, D × D, and the query token q. */
  predict(S: Float64Array, q: Float64Array): number {
    const { size, values, merged } = this;
    const last = size * (size - 1);
    let sum = 0;
    for (const [h, value] of values.entries()) {
      const score = this.scores[h]!;
      const read = this.reads[h]!;
      times(merged[h]!, q, score, size);
      times(S, score, read, size);
      for (let i = 0; i < size; i += 1) sum += value[last + i]! * read[i]!;
    }
    return q[size - 1]! + sum / values.length;
  }

  /** After {@link predict} at the same S and q: adds to the slopes of V and M, and overwrites S̄ and q̄. */
  slopes(
    slope: number,
    S: Float64Array,
    q: Float64Array,
    momentBar: Float64Array,
    queryBar: Float64Array,
  ): void {
    const { size, values, merged, writes } = this;
    const last = size * (size - 1);
    const share = slope / values.length;
    momentBar.fill(0);
    queryBar.fill(0);
    queryBar[size - 1] = slope;
    for (const [h, value] of values.entries()) {
      const M = merged[h]!;
      const [score, read] = [this.scores[h]!, this.reads[h]!];
      const [valueSlope, mergedSlope] = [this.valueSlopes[h]!, this.mergedSlopes[h]!];
      for (let i = 0, row = 0; i < size; i += 1, row += size) {
        let sum = 0;
        for (let j = 0; j < size; j += 1) sum += S[row + j]! * value[last + j]!;
        writes[i] = share * sum;
      }
      for (let i = 0, row = 0; i < size; i += 1, row += size) {
        const [write, v, a] = [writes[i]!, value[last + i]!, score[i]!];
        valueSlope[last + i]! += share * read[i]!;
        for (let j = 0; j < size; j += 1) {
          mergedSlope[row + j]! += write * q[j]!;
          queryBar[j]! += write * M[row + j]!;
          momentBar[row + j]! += (share / 2) * (v * score[j]! + a * value[last + j]!);
        }
      }
    }
  }
}

/** out ← X y. */
function times(X: Float64Array, y: Float64Array, out: Float64Array, size: number): void {
  for (let i = 0, row = 0; i < size; i += 1, row += size) {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += X[row + j]! * y[j]!;
    out[i] = sum;
  }
}
