import type { Vector } from "@finetune-icl/core/algebra";
import type { PromptSource } from "@finetune-icl/core/train";
import { Matrix as DenseMatrix, solve } from "ml-matrix";

/** The task that fits the queries of a finite data set of zero-shot prompts best, tokens of length `size`. */
export function leastSquares({ data, rows }: PromptSource, size: number): Vector {
  const stride = (rows + 1) * size + 1;
  const d = size - 2;
  const square = DenseMatrix.zeros(d, d);
  const right = DenseMatrix.zeros(d, 1);
  for (let at = 0; at < data.length; at += stride) {
    const x = data.subarray(at + 1, at + 1 + d);
    for (let i = 0; i < d; i += 1) {
      right.set(i, 0, right.get(i, 0) + x[i]! * data[at + stride - 1]!);
      for (let j = 0; j < d; j += 1) square.set(i, j, square.get(i, j) + x[i]! * x[j]!);
    }
  }
  return solve(square, right).to1DArray();
}
