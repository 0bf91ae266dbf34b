import { evaluate, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { type ShotCount, tokenShares } from "@finetune-icl/core/problem";
import { BEST_LABEL_WEIGHT, BEST_LABEL_WEIGHT_LIMIT, blockParameters } from "@finetune-icl/core/theory";
import { derivatives, inverseOf, scale } from "./support/rationals";

const compare =
  (general: Formula<"scalar">, limit: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, targetTask, valueVector, gamma] = [
      draw.vector(),
      draw.vector(),
      draw.vector(),
      draw.symmetric(),
    ];
    const slopeInW = (block: typeof gamma, v: typeof task, w: Rational, shots: ShotCount): Rational => {
      const loss = (p: AttentionParameters<Rational>) => exactRisk(field, problem, task, shots, p);
      const parameters = blockParameters(field, { block, valueVector: v, labelWeight: w });
      return derivatives(loss, parameters, [dimension + 1])[0]!;
    };
    const shots = draw.shots();
    const labelWeight = draw.number();
    const bindings = {
      covariance,
      noiseVariance,
      gamma,
      task,
      valueVector,
      dimension: draw.d,
      labelWeight,
      ...tokenShares(field, shots),
    };
    // At a free w, half the slope of the parabola.
    const parabola = {
      ...general,
      expression: "labelCurvature * labelWeight + crossVector * valueVector - labelSlope",
    };
    const best = () => evaluate(general, field, bindings);
    const bestInLimit = evaluate(limit, field, {
      covariance,
      task,
      targetTask,
      dimension: draw.d,
    });
    const fineTuned = scale(field.one.div(draw.d.add(4)), targetTask);
    return {
      zero: [
        slopeInW(gamma, valueVector, labelWeight, shots).sub(evaluate(parabola, field, bindings).mul(2)),
        slopeInW(inverseOf(field, covariance), fineTuned, bestInLimit, "infinity"),
      ],
      solved: () => [slopeInW(gamma, valueVector, best(), shots)],
    };
  };

export const bestLabelWeight: Claim = {
  id: "best-label-weight",
  title: "The label weight that is best for a task",
  statement:
    "At fixed $v_x$ the risk on $\\theta$ is a parabola in $w$ with its minimum at $w_*(n,\\theta) = (g_w - h^\\top v_x)/H_{ww}$. For $\\Gamma=\\Sigma^{-1}$, $v_x = \\theta_0/(d+4)$: $w_*(\\infty,\\theta) = 1 - \\langle\\theta_0,\\theta\\rangle/((d+4)\\lVert\\theta\\rVert^2)$, which depends on the task: $(d+3)/(d+4)$ on $\\theta_0$, $1$ on an orthogonal task, $(d+5)/(d+4)$ on $-\\theta_0$.",
  assumptions: "M zero but for a symmetric block Γ.",
  shares:
    "where the entries of v and M stand (blockParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-exact-heading",
  identity: {
    compares:
      "the slope of the exact risk at a free w with 2(H_ww w + hᵀv_x − g_w), and at the stated weight with zero, for free Γ, v_x and n; and at n = ∞",
    differences: compare(BEST_LABEL_WEIGHT, BEST_LABEL_WEIGHT_LIMIT),
    controls: [
      {
        description: "(d + 3)/(d + 4) on every task",
        differences: compare(BEST_LABEL_WEIGHT, {
          ...BEST_LABEL_WEIGHT_LIMIT,
          expression: "(dimension + 3) / (dimension + 4)",
        }),
      },
      {
        description: "without the noise of the examples' labels",
        differences: compare(
          altered(BEST_LABEL_WEIGHT, "secondTrace * noiseVariance", "0 * noiseVariance"),
          BEST_LABEL_WEIGHT_LIMIT,
        ),
      },
      {
        description: "without the coupling of context and query token",
        differences: compare(
          altered(BEST_LABEL_WEIGHT, "(contextHessian + mixedHessian) * task", "contextHessian * task"),
          BEST_LABEL_WEIGHT_LIMIT,
        ),
      },
      ...smallDimensionControls(BEST_LABEL_WEIGHT, (formula) => compare(formula, BEST_LABEL_WEIGHT_LIMIT)),
    ],
  },
  simulation: {
    notApplicable:
      "The statement is about a slope; the risks at w_* are sampled in who-gains-from-the-auxiliary-loss.",
  },
  training: { notApplicable: "Training towards w_* is the claim auxiliary-value-optimum." },
};
