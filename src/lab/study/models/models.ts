import type { ModelShape } from "@finetune-icl/core/model";
import { RELEASED_SHOTS } from "@finetune-icl/core/train";

/** A model of the study: K, Q and V apart in every head, d = 5 as released. */
export interface StudiedModel {
  readonly name: string;
  readonly shape: ModelShape;
  /** Pretraining steps relative to the others': softmax needs more of them, and they cost less. */
  readonly patience: number;
  /** The numbers of examples in pretraining prompts, evenly mixed in every step. */
  readonly lengths: readonly number[];
}

/** As language models are pretrained: on prompts of every length up to the longest, those without examples included. */
const EVERY_LENGTH = [0, 1, 2, 5, 10, RELEASED_SHOTS];

const model = (
  attention: "linear" | "softmax",
  layers: number,
  heads: number,
  { patience = 1, lengths = [RELEASED_SHOTS] }: Partial<Pick<StudiedModel, "patience" | "lengths">> = {},
): StudiedModel => ({
  name: [
    attention,
    `${layers} ${layers === 1 ? "layer" : "layers"}`,
    ...(heads === 1 ? [] : [`${heads} heads`]),
    ...(lengths.length === 1 ? [] : ["every length"]),
  ].join(", "),
  shape: { dimension: 5, layers, heads, keyQuery: "separate", attention },
  patience,
  lengths,
});

/**
 * One linear layer, where theory is exact, is the control of all others. Every model is pretrained twice: at the released
 * number of shots alone, which leaves deep ones wild at few shots, and at every length.
 */
export const STUDIED_MODELS: readonly StudiedModel[] = [
  model("linear", 1, 1),
  model("softmax", 1, 1, { patience: 4 }),
  model("softmax", 1, 2, { patience: 4 }),
  model("linear", 2, 1),
  model("linear", 1, 1, { lengths: EVERY_LENGTH }),
  model("softmax", 1, 1, { patience: 4, lengths: EVERY_LENGTH }),
  model("softmax", 1, 2, { patience: 4, lengths: EVERY_LENGTH }),
  model("linear", 2, 1, { lengths: EVERY_LENGTH }),
];
