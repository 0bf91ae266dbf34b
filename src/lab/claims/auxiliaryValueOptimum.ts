import { evaluate, factorLdl, type Rational, type Vector } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  AUXILIARY_LABEL_WEIGHT,
  auxiliaryValueOptimum,
  blockParameters,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { derivatives, hessian, valueEntries } from "./support/rationals";
import { auxiliaryValueTraining } from "./support/valueTraining";

interface Mistake {
  readonly extraShots?: number;
  readonly weightFactor?: SmallDimensionFactor;
  /** "annealed" with w left at 1. */
  readonly labelWeightKept?: boolean;
}

const compare =
  ({ extraShots = 0, weightFactor = NO_MISTAKE, labelWeightKept = false }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension } = draw;
    const problem = draw.problem();
    const [gamma, targetTask, shots] = [draw.symmetric(), draw.vector(), draw.shots()];
    const weight = draw.positive();
    const entries = valueEntries(tokenLength(dimension));
    const at = (auxiliaryWeight: Rational | "annealed"): AttentionParameters<Rational> => {
      const optimum = auxiliaryValueOptimum(field, problem, gamma, targetTask, {
        shots: shots + extraShots,
        weight: auxiliaryWeight,
      });
      const kept = labelWeightKept ? { labelWeight: field.one } : {};
      return blockParameters(field, { block: gamma, ...optimum, ...kept });
    };
    const risk = (n: number) => (p: AttentionParameters<Rational>) =>
      exactRisk(field, problem, targetTask, n, p);
    const loss = (p: AttentionParameters<Rational>): Rational => risk(0)(p).add(weight.mul(risk(shots)(p)));

    const stated = weight.mul(weightFactor(draw, problem.covariance));
    const { covariance, noiseVariance } = problem;
    const [valueVector, labelWeight] = [draw.vector(), draw.number()];
    const bindings = {
      covariance,
      noiseVariance,
      gamma,
      task: targetTask,
      auxiliaryWeight: stated,
      valueVector,
      labelWeight,
      ...tokenShares(field, shots + extraShots),
    };
    // At free v_x and w: half the slopes that the system states.
    const inValue: Vector<Rational> = evaluate(
      {
        ...AUXILIARY_LABEL_WEIGHT,
        yields: "vector",
        expression: "valueHessian * valueVector + auxiliaryWeight * labelWeight * crossVector - valueSlope",
      },
      field,
      bindings,
    );
    const inWeight = evaluate(
      {
        ...AUXILIARY_LABEL_WEIGHT,
        expression:
          "auxiliaryWeight * (crossVector * valueVector + labelCurvature * labelWeight - labelSlope)",
      },
      field,
      bindings,
    );
    const anywhere = blockParameters(field, { block: gamma, valueVector, labelWeight });
    const slopes = derivatives(loss, anywhere, entries);
    const solved = () => {
      const fixed = at(stated);
      const annealed = at("annealed");
      const zeroShot: Vector<Rational> = valueOnlyOptimum(field, problem, gamma, targetTask);
      return [
        ...derivatives(loss, fixed, entries),
        ...zeroShot.map((x, i) => annealed.value[i + 1]!.sub(x)),
        ...derivatives(risk(shots), annealed, [labelSlot(dimension)]),
      ];
    };
    return {
      zero: [field.zero, ...inValue, inWeight].map((x, k) => slopes[k]!.sub(x.mul(2))),
      solved,
      notNegative: () =>
        factorLdl(field, hessian(loss, anywhere, entries.slice(1)))?.pivots ?? [field.from(-1)],
    };
  };

export const auxiliaryValueOptimumClaim: Claim = {
  id: "auxiliary-value-optimum",
  title: "Value-only fine-tuning with an auxiliary few-shot loss",
  statement:
    "$R(0,\\theta_0) + \\lambda R(n,\\theta_0)$ is convex in $(v_x, w)$ and its minimum solves a linear system. As $\\lambda\\to0$, $v_x$ tends to the zero-shot optimum and $w$ to $w_*(n,\\theta_0)$, the minimiser of $R(n,\\theta_0)$ there.",
  assumptions: "M fixed, zero but for a symmetric block Γ; λ > 0, n ≥ 1.",
  shares:
    "H_vv, h and the slopes on the side of the formula; on the other the exact risk at free v_x and w. The training flows there by the fast gradients.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-mathematics",
  identity: {
    compares:
      "the slopes of the exact weighted loss at free v_x and w with those of the stated system, and with zero at its solution; the Hessian's pivots with zero from above; and after annealing v_x with the zero-shot optimum and the slope of R(n, θ₀) in w with zero",
    differences: compare({}),
    controls: [
      { description: "n + 1 for n", differences: compare({ extraShots: 1 }) },
      {
        description: "λ too large by 3 %",
        differences: compare({ weightFactor: ({ field }) => field.from("1.03") }),
      },
      { description: "w kept at 1", differences: compare({ labelWeightKept: true }) },
      ...smallDimensionMistakes((weightFactor) => compare({ weightFactor })),
    ],
  },
  simulation: {
    notApplicable: "The risks after annealing are sampled in who-gains-from-the-auxiliary-loss.",
  },
  training: auxiliaryValueTraining,
};
