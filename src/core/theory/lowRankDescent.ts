import { InputError, readWhole, requireMatrix, requirePositive, requireVector } from "@finetune-icl/base";
import { defineFormula, evaluate } from "../algebra/formula";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT } from "../model/tokens";
import { blockParameters } from "./blockParameters";

/**
 * What zero-shot fine-tuning makes of M_xx = γI, Σ = I, with r < d outer products at a score M₀₀ = c: it erases r directions, the
 * target's among them, down to ε, keeps k = d − r, and has to pay for having only r products. The symmetric part c e₀e₀ᵀ − (γ−ε)P_E
 * of the update has rank r + 1, so an update of rank r annihilates some u = e₀ + √(c/(γ−ε)) ρ, ρ a unit vector of E, which forces an
 * antisymmetric part: in the plane of e₀ and ρ it is M_x0 = −M_0x = √(c(γ−ε)) ρ. Zero-shot prompts do not see it.
 * For r = d the same holds with k = 0. (Γ = γΣ⁻¹ is the same problem in whitened coordinates.)
 */
const SOURCE = "A best symmetric score of r erased directions at a given constant; derived here.";

/** ε: how much of γ is best left in an erased direction, to balance what the kept ones do. */
export const LEFT_IN_ERASED = defineFormula({
  title: "What is left of an erased direction",
  source: SOURCE,
  yields: "scalar",
  symbol: "\\varepsilon",
  expression: "blockScale^2 * keptDirections / (scoreScale + blockScale * keptDirections)",
});

/** R(0, θ₀) − σ², in units of ‖θ₀‖², at the best v_x. */
export const LOW_RANK_PRICE = defineFormula({
  title: "Zero-shot price after erasing r directions beside a constant score",
  source: SOURCE,
  yields: "scalar",
  symbol: "(R(0, \\theta_0) - \\sigma^2)/\\lVert\\theta_0\\rVert^2",
  expression:
    "2 * blockScale^2 * keptDirections / ((scoreScale + blockScale * keptDirections)^2 + (dimension - keptDirections + 4) * blockScale^2 * keptDirections)",
});

/** |M_x0|: the size of the antisymmetric part that r products force. */
export const FORCED_OFFSET = defineFormula({
  title: "The antisymmetric part that r products force",
  source: "An update of rank r whose symmetric part has rank r + 1; derived here.",
  yields: "scalar",
  symbol: "\\lvert M_{x0}\\rvert",
  where: [["leftInErased", LEFT_IN_ERASED.expression]],
  expression: "sqrt(scoreScale * (blockScale - leftInErased))",
});

export interface LowRankState {
  readonly dimension: number;
  /** γ > 0. */
  readonly blockScale: number;
  /** r ≤ d. */
  readonly rank: number;
  /** c = M₀₀ > 0. */
  readonly scoreScale: number;
}

const bindings = ({ dimension, blockScale, rank, scoreScale }: LowRankState) => {
  readWhole(dimension, "dimension", 1);
  if (readWhole(rank, "rank", 0) > dimension)
    throw new InputError("rank", rank, `a whole number, at most the dimension ${dimension}`);
  requirePositive(blockScale, "blockScale");
  requirePositive(scoreScale, "scoreScale");
  return { dimension, blockScale, scoreScale, keptDirections: dimension - rank };
};

/** {@link LEFT_IN_ERASED} of a state. @throws InputError when a size is no whole number, r above d, or γ or c no positive number. */
export const leftInErased = (state: LowRankState): number => evaluate(LEFT_IN_ERASED, FLOAT, bindings(state));

/** {@link LOW_RANK_PRICE} of a state, in units of ‖θ₀‖². @throws InputError as {@link leftInErased}. */
export const lowRankPrice = (state: LowRankState): number => evaluate(LOW_RANK_PRICE, FLOAT, bindings(state));

/** {@link FORCED_OFFSET} of a state. @throws InputError as {@link leftInErased}. */
export const forcedOffset = (state: LowRankState): number => evaluate(FORCED_OFFSET, FLOAT, bindings(state));

/** Which directions are erased, and where the offset points. */
export interface ErasedDirections {
  /** Orthonormal rows that span E; r of them. */
  readonly erased: Matrix;
  /** ρ: a unit vector of E. */
  readonly offset: Vector;
}

/** (v, M) of that state. @throws InputError when a length is not d, `erased` has not r rows, or as {@link leftInErased}. */
export function lowRankParameters(
  state: LowRankState,
  { erased, offset }: ErasedDirections,
  { valueVector, labelWeight }: { readonly valueVector: Vector; readonly labelWeight: number },
): AttentionParameters {
  const { dimension, blockScale, scoreScale } = state;
  readWhole(dimension, "dimension", 1);
  requireMatrix(erased, "erased", readWhole(state.rank, "rank", 0), dimension);
  requireVector(offset, "offset", dimension);
  const missing = blockScale - leftInErased(state);
  const size = forcedOffset(state);
  const block = matrixFrom(dimension, dimension, (i, j) =>
    erased.reduce((sum, g) => sum - missing * g[i]! * g[j]!, i === j ? blockScale : 0),
  );
  const { value, keyQuery } = blockParameters(FLOAT, { block, scoreScale, valueVector, labelWeight });
  const along = (slot: number): number => size * (offset[slot - FIRST_COVARIATE_SLOT] ?? 0);
  return {
    value,
    keyQuery: keyQuery.map((row, a) =>
      row.map((entry, b) => {
        if (a === CONSTANT_SLOT && b !== CONSTANT_SLOT) return -along(b);
        return b === CONSTANT_SLOT && a !== CONSTANT_SLOT ? along(a) : entry;
      }),
    ),
  };
}
