import { evaluateQuadratic, factorLdl, halfGradient } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import { zeroShotFullParameters } from "@finetune-icl/core/theory";
import { auxiliaryFullTraining } from "./support/auxiliaryFullTraining";

interface Mistake {
  /** The floor in units of σ²(1 + λ). */
  readonly floor?: SmallDimensionFactor;
  /** Part of the score that stands in the first column of M, where it should be none. */
  readonly keyShare?: number;
}

const compare =
  ({ floor = NO_MISTAKE, keyShare = 0 }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const [targetTask, weight, shots] = [draw.vector(), draw.positive(), draw.shots()];
    const terms = [
      { task: targetTask, shots: 0, weight: field.one },
      { task: targetTask, shots, weight },
    ];
    const relaxed = relaxedLoss(field, problem, terms);
    const memorised = zeroShotFullParameters(field, targetTask, {
      branch: "constant-value",
      scoreScale: draw.number(),
      keyShare: field.from(keyShare),
      labelWeight: field.zero,
    });
    const claimed = problem.noiseVariance.mul(weight.add(1)).mul(floor(draw, problem.covariance));
    const loss = terms.reduce(
      (sum, term) => sum.add(term.weight.mul(exactRisk(field, problem, targetTask, term.shots, memorised))),
      field.zero,
    );
    const point = relaxedPoint(field, memorised);
    const slopes = halfGradient(field, relaxed, point);
    const anywhere = relaxedPoint(field, {
      value: draw.vector(draw.dimension + 2),
      keyQuery: draw.matrix(draw.dimension + 2),
    });
    return {
      zero: [loss.sub(claimed), evaluateQuadratic(field, relaxed, point).sub(claimed), ...slopes],
      notNegative: () => [
        evaluateQuadratic(field, relaxed, anywhere).sub(claimed),
        ...(factorLdl(field, relaxed.curvature)?.pivots ?? [field.from(-1)]),
      ],
    };
  };

export const auxiliaryFullBound: Claim = {
  id: "auxiliary-full-bound",
  title: "Full fine-tuning with an auxiliary loss: the bound, and where descent ends",
  statement:
    "$R(0,\\theta_0) + \\lambda R(n,\\theta_0) \\ge \\sigma^2(1+\\lambda)$ for all parameters, with equality where the model has memorised the task ($v = (c,0,0)$, $M_{0x} = \\theta_0/c$) and reads no example. Descent from the pretrained point never leaves $v_0 = 0$ and ends higher, at a local minimum above the bound for $v_0 = 0$.",
  assumptions:
    "One target task, λ > 0, n ≥ 1. The bound is the minimum of the relaxed problem, in which M⊗v is a free tensor.",
  shares:
    "The bound comes from moments of features, the loss of the memorising model from the formula of the exact risk. The training is gradient flow alone beside a point that Newton's method found: they share the loss and its gradients, and the start.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-full-heading",
  identity: {
    compares:
      "the exact loss of the memorising parameters with σ²(1 + λ), and all slopes of the relaxed loss there with zero; its Hessian's pivots (LDLᵀ) with zero from above, and the relaxed loss elsewhere with the bound. The Hessian is a matrix of second moments, so the relaxed loss is convex and a stationary point its minimum",
    differences: compare({}),
    controls: [
      {
        description: "a floor higher by 3 %",
        differences: compare({ floor: ({ field }) => field.from("1.03") }),
      },
      { description: "the task memorised in the first column of M", differences: compare({ keyShare: 1 }) },
      ...smallDimensionMistakes((floor) => compare({ floor })),
    ],
  },
  simulation: { notApplicable: "A bound for all parameters cannot be sampled." },
  training: auxiliaryFullTraining,
};
