import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "./attentionParameters";

/**
 * A layer that reads the query token by another value row than the examples: v + u for itself, v for the others. On a prompt of a
 * query alone it is the layer with the value row v + u.
 */
export interface OwnValueModel<T = number> {
  readonly parameters: AttentionParameters<T>;
  /** u, what the query token's value row is above that of the examples; length D. */
  readonly ownValue: Vector<T>;
}

/** The parameters of a model, and u; zero where every token is read by the same row. */
export const ownValueParts = (
  model: AttentionParameters | OwnValueModel,
): { readonly parameters: AttentionParameters; readonly ownValue: Vector } =>
  "parameters" in model ? model : { parameters: model, ownValue: model.value.map(() => 0) };
