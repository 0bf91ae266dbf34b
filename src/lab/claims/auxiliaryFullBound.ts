import { evaluateQuadratic, minimiseQuadratic, RATIONAL } from "@finetune-icl/core/algebra";
import { type Claim, type Differences, degree, type RationalDraw } from "@finetune-icl/core/evidence";
import { exactRisk, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import { zeroShotFullParameters } from "@finetune-icl/core/theory";
import { auxiliaryFullTraining } from "./support/auxiliaryFullTraining";

const { DRAWN, identityDegree, inverse, over, polynomial, riskDegree, SHARE, times } = degree;

interface Mistake {
  /** The floor in units of σ²(1 + λ). */
  readonly floor?: string;
  /** Part of the score that stands in the first column of M, where it should be none. */
  readonly keyShare?: number;
}

const compare =
  ({ floor = "1", keyShare = 0 }: Mistake) =>
  (draw: RationalDraw): Differences => {
    const problem = draw.problem();
    const [targetTask, weight, shots] = [draw.vector(), draw.positive(), draw.shots()];
    const terms = [
      { task: targetTask, shots: 0, weight: RATIONAL.one },
      { task: targetTask, shots, weight },
    ];
    const relaxed = relaxedLoss(RATIONAL, problem, terms);
    const memorised = zeroShotFullParameters(RATIONAL, targetTask, {
      branch: "constant-value",
      scoreScale: draw.number(),
      keyShare: RATIONAL.from(keyShare),
      labelWeight: RATIONAL.zero,
    });
    const claimed = problem.noiseVariance.mul(weight.add(1)).mul(RATIONAL.from(floor));
    const loss = terms.reduce(
      (sum, term) =>
        sum.add(term.weight.mul(exactRisk(RATIONAL, problem, targetTask, term.shots, memorised))),
      RATIONAL.zero,
    );
    const minimum = minimiseQuadratic(RATIONAL, relaxed)?.value;
    const anywhere = relaxedPoint(RATIONAL, {
      value: draw.vector(draw.dimension + 2),
      keyQuery: draw.matrix(draw.dimension + 2),
    });
    return {
      zero: [loss.sub(claimed), minimum === undefined ? RATIONAL.one : minimum.sub(claimed)],
      notNegative: [evaluateQuadratic(RATIONAL, relaxed, anywhere).sub(claimed)],
    };
  };

export const auxiliaryFullBound: Claim = {
  id: "auxiliary-full-bound",
  title: "Full fine-tuning with an auxiliary loss: the bound, and where descent ends",
  statement:
    "$R(0,\\theta_0) + \\lambda R(n,\\theta_0) \\ge \\sigma^2(1+\\lambda)$ for all parameters, with equality where the model has memorised the task ($v = (c,0,0)$, $M_{0x} = \\theta_0/c$) and reads no example. Descent from the pretrained point never leaves $v_0 = 0$ and ends higher, at a local minimum above the bound for $v_0 = 0$.",
  assumptions:
    "One target task, λ > 0, n ≥ 1. The bound is the minimum of the relaxed problem, in which M⊗v is a free tensor.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-full-heading",
  identity: {
    compares:
      "the exact loss of the memorising parameters, and the minimum of the relaxed loss (LDLᵀ), with σ²(1 + λ); the relaxed loss elsewhere with it from above",
    dimensions: [1],
    degree: (d) => {
      const features = ((d + 2) * (d + 3) * (d + 1)) / 2;
      const curvature = times(SHARE, SHARE, polynomial(11));
      const minimum = times(curvature, inverse(features, curvature), curvature);
      const risk = riskDegree({ keyQuery: over(DRAWN, DRAWN) });
      return Math.max(
        identityDegree(minimum, polynomial(2)),
        identityDegree(times(DRAWN, risk), polynomial(2)),
      );
    },
    differences: compare({}),
    controls: [
      { description: "a floor higher by 3 %", differences: compare({ floor: "1.03" }) },
      { description: "the task memorised in the first column of M", differences: compare({ keyShare: 1 }) },
    ],
  },
  simulation: { notApplicable: "A bound for all parameters cannot be sampled." },
  training: auxiliaryFullTraining,
};
