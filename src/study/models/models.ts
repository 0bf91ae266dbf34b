import type { ModelShape } from "../../model/parameterLayout";

/** A model of the study: K, Q and V apart in every head, d = 5 as released. */
export interface StudiedModel {
  readonly name: string;
  readonly shape: ModelShape;
  /** Pretraining steps relative to the others': softmax needs more of them, and they cost less. */
  readonly patience: number;
}

const model = (
  attention: "linear" | "softmax",
  layers: number,
  heads: number,
  patience = 1,
): StudiedModel => ({
  name: `${attention}, ${layers} ${layers === 1 ? "layer" : "layers"}${heads === 1 ? "" : `, ${heads} heads`}`,
  shape: { dimension: 5, layers, heads, keyQuery: "separate", attention },
  patience,
});

/** One linear layer, where theory is exact, is the control of all others. */
export const STUDIED_MODELS: readonly StudiedModel[] = [
  model("linear", 1, 1),
  model("softmax", 1, 1, 4),
  model("softmax", 1, 2, 4),
  model("linear", 2, 1),
  model("linear", 3, 1),
  model("linear", 4, 1),
  model("linear", 2, 2),
];
