import { InputError, recordsOf } from "@finetune-icl/base";
import { matrixFrom, type Vector } from "@finetune-icl/core/algebra";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { readReferenceErrors, readReferenceParameters } from "../reference/referenceFiles";
import type { MeasuredError } from "./evaluation";

export interface ReferenceRun {
  /** θ₀. */
  readonly targetTask: Vector;
  /** Of every stage. */
  readonly steps: number;
  /** The loss of pretraining at every hundredth step, from the first on. */
  readonly pretrainingLoss: readonly number[];
  /** v and M at the end of a stage by its name: "pretrained", "zs", …. @throws InputError for a stage that it has not. */
  readonly stage: (name: string) => AttentionParameters;
  /** The error on its own test prompts of θ₀ or −θ₀. @throws InputError where it measured none. */
  readonly error: (stage: string, task: "+theta0" | "-theta0", shots: number) => MeasuredError;
}

/**
 * The run of the released experiment in PyTorch, as stored; it scores tokens by z_qᵀQz_j, so that M = Qᵀ.
 * @example
 * console.log(referenceRun().stage("pretrained").value.length); // 7
 */
export function referenceRun(): ReferenceRun {
  const { theta0, iters, pretrain_loss_every100, params } = readReferenceParameters();
  const errors = recordsOf(readReferenceErrors());
  return {
    targetTask: theta0,
    steps: iters,
    pretrainingLoss: pretrain_loss_every100,
    stage: (name) => {
      if (!Object.hasOwn(params, name)) throw new InputError("stage", name, Object.keys(params).join(", "));
      const { v, Q } = params[name]!;
      return { value: v, keyQuery: matrixFrom(v.length, v.length, (i, j) => Q[j]![i]!) };
    },
    error: (stage, task, shots) => {
      const row = errors.find((each) => each.regime === stage && each.task === task && each.shots === shots);
      if (row === undefined)
        throw new InputError("error", { stage, task, shots }, "one that the run measured");
      return { mean: Number(row.mean_error), standardError: Number(row.standard_error) };
    },
  };
}
