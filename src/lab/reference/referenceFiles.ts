import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Table } from "@finetune-icl/base";
import type { Matrix, Vector } from "@finetune-icl/core/algebra";
import { loadTable } from "@finetune-icl/files";
import { DATA_FOLDER } from "../units/dataFolder";

const RUN = join(DATA_FOLDER, "reference", "pytorch-merged-kq-seed0");

/** What the run of the released experiment in PyTorch stored beside its errors; it scores tokens by z_qᵀQz_j, so that M = Qᵀ. */
export interface ReferenceParameters {
  readonly d: number;
  readonly noise_var: number;
  readonly dataset_size: number;
  readonly theta0: Vector;
  readonly iters: number;
  /** The loss of pretraining at every hundredth step, from the first on. */
  readonly pretrain_loss_every100: readonly number[];
  /** Stage → last row of V, and Q. */
  readonly params: Readonly<Record<string, { readonly v: Vector; readonly Q: Matrix }>>;
}

export function readReferenceParameters(): ReferenceParameters {
  return JSON.parse(readFileSync(`${RUN}-parameters.json`, "utf8")) as ReferenceParameters;
}

/** Its errors on its own test prompts: regime, task, shots, mean_error, standard_error. */
export function readReferenceErrors(): Table {
  return loadTable(`${RUN}-errors.csv`);
}
