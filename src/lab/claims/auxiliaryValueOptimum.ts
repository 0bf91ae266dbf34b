import { factorLdl, RATIONAL, type Rational, type Vector } from "@finetune-icl/core/algebra";
import { type Claim, type Differences, degree, type RationalDraw } from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { auxiliaryValueOptimum, blockParameters, valueOnlyOptimum } from "@finetune-icl/core/theory";
import { derivatives, hessian, valueEntries } from "./support/rationals";
import { auxiliaryValueTraining } from "./support/valueTraining";

const { identityDegree, inverse, over, polynomial, riskDegree, SHARE, times } = degree;

interface Mistake {
  readonly extraShots?: number;
  readonly weightFactor?: string;
  /** "annealed" with w left at 1. */
  readonly labelWeightKept?: boolean;
}

const compare =
  ({ extraShots = 0, weightFactor = "1", labelWeightKept = false }: Mistake) =>
  (draw: RationalDraw): Differences => {
    const { dimension } = draw;
    const problem = draw.problem();
    const [gamma, targetTask, shots] = [draw.symmetric(), draw.vector(), draw.shots()];
    const weight = draw.positive();
    const entries = valueEntries(tokenLength(dimension));
    const at = (auxiliaryWeight: Rational | "annealed"): AttentionParameters<Rational> => {
      const optimum = auxiliaryValueOptimum(RATIONAL, problem, gamma, targetTask, {
        shots: shots + extraShots,
        weight: auxiliaryWeight,
      });
      const kept = labelWeightKept ? { labelWeight: RATIONAL.one } : {};
      return blockParameters(RATIONAL, { block: gamma, ...optimum, ...kept });
    };
    const risk = (n: number) => (p: AttentionParameters<Rational>) =>
      exactRisk(RATIONAL, problem, targetTask, n, p);
    const loss = (p: AttentionParameters<Rational>): Rational => risk(0)(p).add(weight.mul(risk(shots)(p)));

    const fixed = at(weight.mul(RATIONAL.from(weightFactor)));
    const annealed = at("annealed");
    const zeroShot: Vector<Rational> = valueOnlyOptimum(RATIONAL, problem, gamma, targetTask);
    const curvature = hessian(loss, fixed, entries.slice(1));
    return {
      zero: [
        ...derivatives(loss, fixed, entries),
        ...zeroShot.map((x, i) => annealed.value[i + 1]!.sub(x)),
        ...derivatives(risk(shots), annealed, [labelSlot(dimension)]),
      ],
      notNegative: factorLdl(RATIONAL, curvature)?.pivots ?? [RATIONAL.from(-1)],
    };
  };

export const auxiliaryValueOptimumClaim: Claim = {
  id: "auxiliary-value-optimum",
  title: "Value-only fine-tuning with an auxiliary few-shot loss",
  statement:
    "$R(0,\\theta_0) + \\lambda R(n,\\theta_0)$ is convex in $(v_x, w)$ and its minimum solves a linear system. As $\\lambda\\to0$, $v_x$ tends to the zero-shot optimum and $w$ to $w_*(n,\\theta_0)$, the minimiser of $R(n,\\theta_0)$ there.",
  assumptions: "M fixed, zero but for a symmetric block Γ; λ > 0, n ≥ 1.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-mathematics",
  identity: {
    compares:
      "the slopes of the exact weighted loss in all of v with zero at the solution of the system, its Hessian's pivots with zero from above; and after annealing v_x with the zero-shot optimum and the slope of R(n, θ₀) in w with zero",
    dimensions: [1, 2],
    degree: (d) => {
      // H_vv holds B (Γ², Σ³ of degree two each) with λ and shares; the system has d + 1 unknowns.
      const hessianInV = times(SHARE, SHARE, polynomial(9));
      const inverseInV = inverse(d, hessianInV);
      const slope = times(SHARE, SHARE, polynomial(8));
      const schur = times(slope, inverseInV, slope);
      const weight = over(schur, times(slope, schur));
      const risk = riskDegree({ value: times(inverseInV, slope, weight) });
      return identityDegree(risk, times(polynomial(1), risk));
    },
    differences: compare({}),
    controls: [
      { description: "n + 1 for n", differences: compare({ extraShots: 1 }) },
      { description: "λ too large by 3 %", differences: compare({ weightFactor: "1.03" }) },
      { description: "w kept at 1", differences: compare({ labelWeightKept: true }) },
    ],
  },
  simulation: {
    notApplicable: "The risks after annealing are sampled in who-gains-from-the-auxiliary-loss.",
  },
  training: auxiliaryValueTraining,
};
