import {
  evaluate,
  type Formula,
  factorLdl,
  halfGradient,
  type Matrix,
  matrixFrom,
  type Rational,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { promptFeatures, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import { FIRST_COVARIATE_SLOT, labelSlot } from "@finetune-icl/core/model";
import { tokenShares } from "@finetune-icl/core/problem";
import { blockParameters, PRETRAINED_BLOCK } from "@finetune-icl/core/theory";
import { pretrainingRuns } from "./support/pretrainingRuns";
import { identity } from "./support/rationals";

/** Half the slope of the averaged risk in M_xx at a free Γ; Γ* is where it vanishes. */
const SYSTEM =
  "contextShare * covariance * (taskCovariance * covariance * gamma + kappa * gamma - taskCovariance) * covariance";

const compare =
  (formula: Formula<"matrix">) =>
  (draw: IdentityDraw): Differences => {
    const { field, dimension: d } = draw;
    const problem = draw.problem();
    const [shots, task, gamma] = [draw.shots(), draw.vector(), draw.symmetric()];
    // The prior θ, −θ: both sides are linear in the prior, and every prior that is symmetric about zero is a mixture of such.
    const tasks = [task, task.map((x) => x.neg())];
    const weight = field.from("1/2");
    const loss = relaxedLoss(
      field,
      problem,
      tasks.map((item) => ({ task: item, shots, weight })),
    );
    const system = (block: Matrix<Rational>, taskCovariance: Matrix<Rational>): Matrix<Rational> =>
      evaluate({ ...formula, expression: SYSTEM }, field, {
        ...bindings,
        gamma: block,
        taskCovariance,
      });
    const bindings = {
      covariance: problem.covariance,
      noiseVariance: problem.noiseVariance,
      dimension: draw.d,
      identity: identity(field, d),
      ...tokenShares(field, shots),
    };
    const expected = system(
      gamma,
      matrixFrom(d, d, (i, j) => task[i]!.mul(task[j]!)),
    );
    const slopes = halfGradient(field, loss, relaxedPoint(field, blockParameters(field, { block: gamma })));
    const label = labelSlot(d);
    const isCovariate = (slot: number): boolean => slot >= FIRST_COVARIATE_SLOT && slot < label;
    const zero = promptFeatures(d).map(({ pair: [a, k], query }, p) =>
      isCovariate(a) && k === label && isCovariate(query)
        ? slopes[p]!.sub(expected[a - FIRST_COVARIATE_SLOT]![query - FIRST_COVARIATE_SLOT]!)
        : slopes[p]!,
    );
    const solved = () => {
      const taskCovariance = draw.gramMatrix();
      return system(evaluate(formula, field, { ...bindings, taskCovariance }), taskCovariance).flat();
    };
    return { zero, solved, notNegative: () => factorLdl(field, loss.curvature)?.pivots ?? [field.from(-1)] };
  };

export const pretrainingOptimum: Claim = {
  id: "pretraining-optimum",
  title: "What pretraining learns, and that nothing linear in the prompt's features beats it",
  statement:
    "$v = (0,0,1)$, $M$ zero but for $\\Gamma_* = \\Lambda(\\Sigma\\Lambda + \\kappa I)^{-1}$, $\\kappa = (\\operatorname{tr}\\Sigma\\Lambda + \\sigma^2)/(m+1)$, minimises the risk averaged over tasks with $\\mathbb E\\theta\\theta^\\top = \\Lambda$ at $m$ shots, among all $(v, M)$, all numbers of heads, and all free tensors in place of $M\\otimes v$.",
  assumptions:
    "A task prior that is symmetric about zero. Rescaling v by a factor and M by its inverse changes nothing. Descent may also stop at a local minimum above, where v_x and the label's row of M do part of the work of w and M_xx; for strongly anisotropic priors that is a Γ of rank one.",
  shares:
    "The relaxed loss is made of moments of prompt features, the formula of Σ, Λ and κ; they share tokenShares and where Γ stands in M. The training uses the fast gradients, which tests hold to the exact risk.",
  notebook: "03-what-pretraining-learns.ipynb#cell-optimum",
  identity: {
    compares:
      "the slopes of the relaxed loss in all (d+2)(d+3)(d+1)/2 features at a free Γ with (ΛΣ + κI)Γ − Λ between two Σ, times n/N, in the features of M_xx and zero in all others; that Γ* solves that system; and the Hessian's pivots (LDLᵀ) with zero from above. The Hessian is a matrix of second moments, so the loss is convex and a stationary point its minimum",
    differences: compare(PRETRAINED_BLOCK),
    controls: [
      {
        description: "m for m + 1 in κ",
        differences: compare(altered(PRETRAINED_BLOCK, "queryShare *", "queryShare / contextShare *")),
      },
      {
        description: "without the noise in κ",
        differences: compare(altered(PRETRAINED_BLOCK, "+ noiseVariance", "+ 0 * noiseVariance")),
      },
      {
        description: "Γ too large by 3 %",
        differences: compare({ ...PRETRAINED_BLOCK, expression: `1.03 * ${PRETRAINED_BLOCK.expression}` }),
      },
      ...smallDimensionControls(PRETRAINED_BLOCK, compare),
    ],
  },
  simulation: {
    notApplicable:
      "Optimality compares with all other parameters, which sampling cannot; the risk at the optimum is sampled in pretrained-risk.",
  },
  training: pretrainingRuns,
};
