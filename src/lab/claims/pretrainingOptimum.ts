import {
  evaluate,
  type Formula,
  factorLdl,
  halfGradient,
  type Matrix,
  matrixFrom,
  RATIONAL,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  degree,
  type RationalDraw,
} from "@finetune-icl/core/evidence";
import { relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import { blockParameters, PRETRAINED_BLOCK } from "@finetune-icl/core/theory";
import { pretrainingRuns } from "./support/pretrainingRuns";
import { identity } from "./support/rationals";

const { COVARIANCE, inverse, plus, polynomial, SHARE, times } = degree;

/** E θθᵀ for a task drawn evenly from a list. */
const secondMoment = (tasks: readonly Vector<Rational>[]): Matrix<Rational> =>
  matrixFrom(tasks[0]!.length, tasks[0]!.length, (i, j) =>
    tasks.reduce((sum, task) => sum.add(task[i]!.mul(task[j]!)), RATIONAL.zero).div(tasks.length),
  );

const compare =
  (formula: Formula<"matrix">) =>
  (draw: RationalDraw): Differences => {
    const problem = draw.problem();
    const shots = draw.shots();
    // The prior: plus and minus d random tasks, evenly. Its odd moments vanish, and Λ has full rank.
    const half = Array.from({ length: draw.dimension }, () => draw.vector());
    const tasks = half.flatMap((task) => [task, task.map((x) => x.neg())]);
    const block = evaluate(formula, RATIONAL, {
      covariance: problem.covariance,
      noiseVariance: problem.noiseVariance,
      taskCovariance: secondMoment(tasks),
      identity: identity(draw.dimension),
      ...tokenShares(RATIONAL, shots),
    });
    const weight = RATIONAL.one;
    const loss = relaxedLoss(
      RATIONAL,
      problem,
      tasks.map((task) => ({ task, shots, weight })),
    );
    const optimum = relaxedPoint(RATIONAL, blockParameters(RATIONAL, { block }));
    return {
      zero: halfGradient(RATIONAL, loss, optimum),
      notNegative: factorLdl(RATIONAL, loss.curvature)?.pivots ?? [RATIONAL.from(-1)],
    };
  };

export const pretrainingOptimum: Claim = {
  id: "pretraining-optimum",
  title: "What pretraining learns, and that nothing linear in the prompt's features beats it",
  statement:
    "$v = (0,0,1)$, $M$ zero but for $\\Gamma_* = \\Lambda(\\Sigma\\Lambda + \\kappa I)^{-1}$, $\\kappa = (\\operatorname{tr}\\Sigma\\Lambda + \\sigma^2)/(m+1)$, minimises the risk averaged over tasks with $\\mathbb E\\theta\\theta^\\top = \\Lambda$ at $m$ shots, among all $(v, M)$, all numbers of heads, and all free tensors in place of $M\\otimes v$.",
  assumptions:
    "A task prior that is symmetric about zero. Rescaling v by a factor and M by its inverse changes nothing. Descent may also stop at a local minimum above, where v_x and the label's row of M do part of the work of w and M_xx; for strongly anisotropic priors that is a Γ of rank one.",
  notebook: "03-what-pretraining-learns.ipynb#cell-optimum",
  identity: {
    compares:
      "the slopes of the relaxed loss at the stated point in all (d+2)(d+3)(d+1)/2 features with zero, and its Hessian's pivots (LDLᵀ) with zero from above: a stationary point of a convex function is its minimum",
    dimensions: [1, 2],
    degree: (d) => {
      const kappa = times(SHARE, polynomial(4));
      const block = times(COVARIANCE, inverse(d, plus(polynomial(4), kappa)));
      const curvature = times(SHARE, SHARE, polynomial(10));
      const slope = times(SHARE, polynomial(8));
      return plus(times(curvature, block), slope).numerator;
    },
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
    ],
  },
  simulation: {
    notApplicable:
      "Optimality compares with all other parameters, which sampling cannot; the risk at the optimum is sampled in pretrained-risk.",
  },
  training: pretrainingRuns,
};
