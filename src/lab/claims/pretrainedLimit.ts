import { evaluate, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import type { ShotCount } from "@finetune-icl/core/problem";
import { blockParameters, PRETRAINED_RISK_LIMIT, pretrainedBlock } from "@finetune-icl/core/theory";
import { limitFromFiniteShots, threeShots } from "./support/limit";
import { identity, multiply } from "./support/rationals";

interface Mistake {
  readonly formula?: Formula<"scalar">;
  /** m, the shots of pretraining, where it should be infinite. */
  readonly pretrainingShots?: ShotCount;
}

const compare =
  ({ formula = PRETRAINED_RISK_LIMIT, pretrainingShots = "infinity" }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const taskCovariance = draw.gramMatrix();
    const task = draw.vector();
    const gamma = draw.symmetric();
    const { covariance, noiseVariance } = problem;
    const parameters = blockParameters(field, { block: gamma });
    const risk = (shots: ShotCount): Rational => exactRisk(field, problem, task, shots, parameters);
    const claimed = evaluate(formula, field, {
      covariance,
      noiseVariance,
      gamma,
      task,
      dimension: draw.d,
    });
    const inverseGap = () => {
      const block = pretrainedBlock(field, problem, { taskCovariance, shots: pretrainingShots });
      const product = multiply(block, covariance);
      return identity(field, draw.dimension).map((row, i) => row.map((x, j) => product[i]![j]!.sub(x)));
    };
    return {
      zero: [limitFromFiniteShots(field, risk, threeShots(draw)).sub(claimed), risk("infinity").sub(claimed)],
      solved: () => inverseGap().flat(),
    };
  };

export const pretrainedLimit: Claim = {
  id: "pretrained-risk-limit",
  title: "Long prompts: what remains of the risk after pretraining",
  statement:
    "$R(\\infty,\\theta) = \\sigma^2 + \\lVert(\\Gamma\\Sigma - I)\\theta\\rVert^2$; as $m\\to\\infty$, $\\Gamma_*\\to\\Sigma^{-1}$, and nothing but the noise remains, on every task.",
  assumptions: "v = (0, 0, 1), any symmetric Γ; for m → ∞ a task covariance of full rank.",
  shares:
    "where the entries of v and M stand (blockParameters); the exact risk of the identity is that of the claim exact-risk, at three finite n.",
  notebook: "03-what-pretraining-learns.ipynb#cell-curves-read",
  identity: {
    compares:
      "the limit against the exact risk at three finite n, extrapolated to 1/N = 0 (exact, because the risk is quadratic in 1/N), and Γ* at m = ∞ against Σ⁻¹",
    differences: compare({}),
    controls: [
      {
        description: "without the noise floor",
        differences: compare({
          formula: altered(PRETRAINED_RISK_LIMIT, "noiseVariance +", "0 * noiseVariance +"),
        }),
      },
      {
        description: "the bias without Σ",
        differences: compare({
          formula: altered(PRETRAINED_RISK_LIMIT, "gamma * covariance * task", "gamma * task"),
        }),
      },
      { description: "m = 10⁹ for m = ∞", differences: compare({ pretrainingShots: 1e9 }) },
      ...smallDimensionControls(PRETRAINED_RISK_LIMIT, (formula) => compare({ formula })),
    ],
  },
  simulation: {
    notApplicable: "No prompt is infinitely long; the risk at n = 1000 is sampled in pretrained-risk.",
  },
  training: { notApplicable: "The statement holds for every Γ." },
};
