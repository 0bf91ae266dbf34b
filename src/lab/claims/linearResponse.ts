import { FLOAT, type Rational } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import {
  gaussianNoise,
  linearTaskMoments,
  linearResponse as responseOf,
  type TokenMoments,
} from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { type ShotCount, tokenShares } from "@finetune-icl/core/problem";
import { coefficientCases } from "./support/coefficients";
import { covariateMoment } from "./support/covariateMoment";
import { denseParameters } from "./support/denseParameters";
import { apply, sum, transpose } from "./support/rationals";
import { RELEASED, randomSetting } from "./support/settings";

/**
 * E f x_q from the definition of the model: the sum over all entries of M and v of their product with moments of tokens. A labelled token is
 * independent of the query; the query's own token, whose label slot is 0, meets itself in a moment of order four.
 */
function meanOfProducts(
  { field, dimension: d }: IdentityDraw,
  moments: TokenMoments<Rational>,
  shots: ShotCount,
  { value, keyQuery }: AttentionParameters<Rational>,
): readonly Rational[] {
  const { contextShare, queryShare } = tokenShares(field, shots);
  const label = d + 1;
  const ofQuery = (slots: readonly number[]): Rational =>
    slots.includes(label) ? field.zero : moments(slots);
  const slots = value.map((_, i) => i);
  return Array.from({ length: d }, (_, j) =>
    sum(
      slots.flatMap((i) =>
        slots.flatMap((b) =>
          slots.map((k) => {
            const context = contextShare.mul(moments([i, k])).mul(ofQuery([b, j + 1]));
            const own = queryShare.mul(ofQuery([i, b, k, j + 1]));
            return keyQuery[i]![b]!.mul(value[k]!).mul(context.add(own));
          }),
        ),
      ),
    ),
  );
}

interface Mistake {
  readonly extraShots?: number;
  readonly transposed?: boolean;
  readonly factor?: SmallDimensionFactor;
}

const compare =
  ({ extraShots = 0, transposed = false, factor = NO_MISTAKE }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field, dimension } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, shots] = [draw.vector(), draw.shots()];
    const [value, keyQuery] = [draw.vector(dimension + 2), draw.matrix(dimension + 2)];
    const moments = linearTaskMoments(
      field,
      (indices) => covariateMoment(field, covariance, indices),
      task,
      gaussianNoise(field, noiseVariance),
    );
    const defined = meanOfProducts(draw, moments, shots, { value, keyQuery });
    const claimed = responseOf(field, problem, task, shots + extraShots, {
      value,
      keyQuery: transposed ? transpose(keyQuery) : keyQuery,
    });
    const wrong = factor(draw, covariance);
    return { zero: apply(covariance, claimed).map((x, i) => x.mul(wrong).sub(defined[i]!)) };
  };

export const linearResponseClaim: Claim = {
  id: "linear-response",
  title: "What a prediction takes from which task",
  statement:
    "Of all linear maps $\\ell^\\top x_q$ the one nearest to the prediction is $\\ell = \\tfrac nN h_x + \\tfrac1N[(M_{00} + \\operatorname{tr}A\\Sigma)v_x + v_0\\xi + 2A\\Sigma v_x]$, for every $v$ and $M$; the coefficients of $\\theta_0$ and $\\theta$ in it are the intrusion $a(n)$ of the target and the gain $b(n)$ from examples.",
  assumptions: "Gaussian covariates and noise, one layer of linear attention, any v and M.",
  shares:
    "tokenShares (held to n/(n + 1) by the claim exact-risk) and the layout of a token. The moments on the other side come from Isserlis' theorem for the covariates and an expansion of the label, summed over all entries of v and M. The simulation shares the parameters and the two equations that define a and b, which each side solves by itself.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-intrusion-math",
  identity: {
    compares:
      "$\\Sigma\\ell$ of the formula with $\\mathbb E f x_q$, a sum over all entries of v and M of their product with moments of tokens",
    differences: compare({}),
    controls: [
      { description: "one example too many", differences: compare({ extraShots: 1 }) },
      { description: "keys and queries exchanged", differences: compare({ transposed: true }) },
      { description: "larger by 3 %", differences: compare({ factor: ({ field }) => field.from("1.03") }) },
      ...smallDimensionMistakes((factor) => compare({ factor })),
    ],
  },
  simulation: {
    samples:
      "the error of random dense parameters times the two directions that single out each task, on fresh prompts, every token drawn",
    cases: () =>
      coefficientCases(
        (
          [
            [RELEASED, 3],
            [randomSetting(2), 5],
            [randomSetting(4), 1],
          ] as const
        ).map(([setting, shots]) => {
          const parameters = denseParameters(setting);
          const exchanged = parameters.keyQuery.map((_, i) => parameters.keyQuery.map((row) => row[i]!));
          const response = (n: number, keyQuery = parameters.keyQuery) =>
            responseOf(FLOAT, setting.problem, setting.otherTask, n, { ...parameters, keyQuery });
          return {
            setting,
            shots,
            parameters,
            model: "dense parameters",
            precision: "spread",
            predicted: response(shots),
            controls: {
              "twice as many examples": response(2 * shots),
              "keys and queries exchanged": response(shots, exchanged),
            },
          };
        }),
      ),
  },
  training: { notApplicable: "The statement is about given parameters, however they were found." },
};
