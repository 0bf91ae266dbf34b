import type { ModelShape, TrainableSet } from "@finetune-icl/core/model";
import type { AuxiliaryWeight } from "@finetune-icl/core/problem";

/** One way of fine-tuning in the released experiment. */
export interface ExperimentRegime {
  /** As in data/reference: `zs` or `both` (with the auxiliary few-shot loss), and what is trained unless all is. */
  readonly name: string;
  readonly auxiliary: boolean;
  readonly trainable: TrainableSet;
}

const SUFFIX: Readonly<Record<TrainableSet, string>> = {
  all: "",
  value: "_v",
  "key-query": "_kq",
  key: "_k",
  query: "_q",
};

/** {zero-shot, zero-shot + few-shot} × {all, V, KQ}, and K and Q alone where they are apart. */
export function experimentRegimes(keyQuery: ModelShape["keyQuery"]): readonly ExperimentRegime[] {
  const sets: readonly TrainableSet[] =
    keyQuery === "merged" ? ["all", "value", "key-query"] : ["all", "value", "key-query", "key", "query"];
  return [false, true].flatMap((auxiliary) =>
    sets.map((trainable) => ({
      name: `${auxiliary ? "both" : "zs"}${SUFFIX[trainable]}`,
      auxiliary,
      trainable,
    })),
  );
}

/** The name of pretraining among the stages of a run. */
export const PRETRAINED = "pretrained";

/** The auxiliary weight of the released experiment. */
export const EXPERIMENT_WEIGHT: AuxiliaryWeight = "annealed";
