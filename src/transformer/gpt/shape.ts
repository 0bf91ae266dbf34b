import { InputError, readWhole } from "@finetune-icl/base";

/** The sizes that a GPT's parameters follow from. */
export interface GptShape {
  /** d, the length of x. */
  readonly dimension: number;
  /** n_max: a prompt holds at most so many examples. */
  readonly maxShots: number;
  readonly layers: number;
  /** Length of the residual stream, a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
}

/** Hidden units of an MLP for each unit of the width. */
export const MLP_RATIO = 4;

/** That every size is one, and the width a multiple of the heads. @throws InputError naming the size that is none. */
export function requireShape(shape: GptShape, path = "shape"): void {
  for (const name of ["dimension", "maxShots", "layers", "width", "heads"] as const)
    readWhole(shape[name], `${path}.${name}`, 1);
  if (shape.width % shape.heads !== 0)
    throw new InputError(`${path}.width`, shape.width, `a multiple of ${shape.heads} heads`);
}

/** Tokens of a prompt with n examples and a query: x₁ y₁ … x_n y_n x. */
export const tokensOf = (shots: number): number => 2 * shots + 1;

/** Numbers in a token: x and a place for y; an x token is (x, 0), a y token (0, y). */
export const tokenWidth = ({ dimension }: Pick<GptShape, "dimension">): number => dimension + 1;
