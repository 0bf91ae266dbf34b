import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";

/** The trained parameters of the PyTorch run in data/reference; from dist/experiment or src/experiment the root is two up. */
const FILE = join(__dirname, "../../data/reference/pytorch-merged-kq-seed0-parameters.json");

/** θ₀ of that run, and v and M of a stage by its name ("pretrained", "zs", …); its score matrix is Mᵀ. */
export function referenceRun(): {
  readonly targetTask: Vector;
  readonly stage: (name: string) => AttentionParameters;
} {
  const { theta0, params } = JSON.parse(readFileSync(FILE, "utf8")) as {
    readonly theta0: Vector;
    readonly params: Readonly<Record<string, { readonly v: Vector; readonly Q: Matrix }>>;
  };
  return {
    targetTask: theta0,
    stage: (name) => {
      const { v, Q } = params[name]!;
      return { value: v, keyQuery: matrixFrom(v.length, v.length, (i, j) => Q[j]![i]!) };
    },
  };
}
