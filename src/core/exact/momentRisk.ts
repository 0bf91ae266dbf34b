import { evaluateQuadratic } from "../algebra/convexQuadratic";
import type { NumberField } from "../algebra/numberField";
import { FLOAT } from "../algebra/numberField";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { readWhole } from "../problem/readInput";
import type { ShotCount } from "../problem/shots";
import { tokenShares } from "../problem/shots";
import { momentQuadratic, type SparseQuadratic } from "./featureLoss";
import { relaxedMomentLoss, relaxedPoint } from "./relaxedRisk";
import type { TokenMoments } from "./tokenMoments";

/**
 * The exact risk R(n) = E (f − y)² of any parameters of one layer when nothing is assumed of the tokens but their moments:
 * tokens are independent and distributed alike, the covariates need not be Gaussian nor centred, the labels need not be
 * linear in them. Over floats or exact rationals. This is the version to read; {@link MomentRisk} is the fast one.
 *
 * The prediction is linear in the features Ŝ_ak z_b of the prompt, Ŝ = (1/N) Σ_j z_j z_jᵀ, so the risk is a quadratic whose
 * coefficients are moments: of order up to four of a labelled token, up to six of the query.
 * @throws InputError when a length does not fit the dimension, a number is not finite, or `shots` is no shot count.
 * @example
 * const moments = sampleMoments([[1], [-1], [2], [-2]], [1, -1, 2, -2]);
 * const parameters = blockParameters(FLOAT, { block: [[0.4]] });
 * console.log(momentRisk(FLOAT, 1, moments, 20, parameters).toFixed(6)); // 0.046485
 */
export function momentRisk<T>(
  field: NumberField<T>,
  dimension: number,
  moments: TokenMoments<T>,
  shots: ShotCount,
  parameters: AttentionParameters<T>,
): T {
  requireParameters(parameters, dimension);
  const loss = relaxedMomentLoss(field, dimension, [{ moments, shots, weight: field.one }]);
  return evaluateQuadratic(field, loss, relaxedPoint(field, parameters));
}

/** The same risk in floats, for many parameters and shot counts: its quadratics are made once. */
export class MomentRisk {
  private readonly quadratics: readonly SparseQuadratic[];

  constructor(
    readonly dimension: number,
    moments: TokenMoments,
  ) {
    readWhole(dimension, "dimension", 1);
    this.quadratics = NODES.map(({ shots }) => momentQuadratic(dimension, [{ moments, shots, weight: 1 }]));
  }

  /** R(n) in squared label units. @throws InputError as {@link momentRisk}. */
  risk(shots: ShotCount, parameters: AttentionParameters): number {
    return this.curve(parameters)(shots);
  }

  /** R as a function of n for one model: a quadratic polynomial in 1/N, known from three of its values. @throws InputError as {@link momentRisk}. */
  curve(parameters: AttentionParameters): (shots: ShotCount) => number {
    requireParameters(parameters, this.dimension);
    const point = relaxedPoint(FLOAT, parameters);
    const [limit, half, one] = this.quadratics.map((quadratic) => valueAt(quadratic, point)) as [
      number,
      number,
      number,
    ];
    return (shots) => {
      const s = tokenShares(FLOAT, shots).queryShare;
      return limit * (1 - s) * (1 - 2 * s) + half * 4 * s * (1 - s) + one * s * (2 * s - 1);
    };
  }
}

/** 1/N = 0, ½ and 1. */
const NODES: readonly { readonly shots: ShotCount }[] = [{ shots: "infinity" }, { shots: 1 }, { shots: 0 }];

function valueAt(
  { rowStart, column, entry, slope, constant }: SparseQuadratic,
  p: readonly number[],
): number {
  return p.reduce((value, x, i) => {
    let sum = -2 * slope[i]!;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k += 1) sum += entry[k]! * p[column[k]!]!;
    return value + x * sum;
  }, constant);
}
