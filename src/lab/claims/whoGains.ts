import { evaluate, FLOAT, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type ShotCount, tokenShares } from "@finetune-icl/core/problem";
import {
  auxiliaryValueOptimum,
  blockParameters,
  LABEL_WEIGHT_CHANGE,
  LABEL_WEIGHT_CHANGE_LIMIT,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes } from "./support/cases";
import { inverseOf, scale } from "./support/rationals";
import type { ClaimSetting } from "./support/settings";

const compare =
  (change: Formula<"scalar">, limit: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, targetTask, valueVector, gamma] = [
      draw.vector(),
      draw.vector(),
      draw.vector(),
      draw.symmetric(),
    ];
    const [labelWeight, shots] = [draw.number(), draw.shots()];
    const difference = (block: typeof gamma, v: typeof task, w: Rational, n: ShotCount): Rational => {
      const risk = (weight: Rational): Rational =>
        exactRisk(
          field,
          problem,
          task,
          n,
          blockParameters(field, { block, valueVector: v, labelWeight: weight }),
        );
      return risk(w).sub(risk(field.one));
    };
    const bindings = {
      covariance,
      noiseVariance,
      gamma,
      task,
      valueVector,
      labelWeight,
      dimension: draw.d,
      ...tokenShares(field, shots),
    };
    // The same change without the quotient w_*.
    const parabola = {
      ...LABEL_WEIGHT_CHANGE,
      expression:
        "(labelWeight - 1) * (labelCurvature * (labelWeight + 1) - 2 * (labelSlope - crossVector * valueVector))",
    };
    const measured = difference(gamma, valueVector, labelWeight, shots);
    const inLimit = evaluate(limit, field, { covariance, task, targetTask, dimension: draw.d });
    const annealed = draw.d.add(3).div(draw.d.add(4));
    const fineTuned = scale(field.one.div(draw.d.add(4)), targetTask);
    return {
      zero: [
        measured.sub(evaluate(parabola, field, bindings)),
        difference(inverseOf(field, covariance), fineTuned, annealed, "infinity").sub(inLimit),
      ],
      solved: () => [measured.sub(evaluate(change, field, bindings))],
    };
  };

const annealedAt20 = ({ problem, gamma, targetTask }: ClaimSetting) =>
  auxiliaryValueOptimum(FLOAT, problem, gamma, targetTask, { shots: 20, weight: "annealed" });

export const whoGains: Claim = {
  id: "who-gains-from-the-auxiliary-loss",
  title: "Who gains and who loses from the auxiliary loss",
  statement:
    "At fixed $v_x$: $R_w(n,\\theta) - R_1(n,\\theta) = H_{ww}(\\theta)(w-1)(w+1-2w_*(n,\\theta))$ exactly, so a task gains when its own best weight lies beyond the midpoint of 1 and $w$. For $\\Gamma=\\Sigma^{-1}$, $n\\to\\infty$ and $w = w_*(\\infty,\\theta_0)$ the change is $(\\lVert\\theta\\rVert^2 - 2\\langle\\theta_0,\\theta\\rangle)/(d+4)^2$: at the target's length, tasks within 60 degrees of it gain, all others lose.",
  assumptions: "M zero but for a symmetric block Γ; v_x fixed; in the second part v_x = θ₀/(d+4).",
  shares:
    "The simulation measures the change itself, on the same prompts before and after, not two risks of another claim; w at which it is measured is that of auxiliary-value-optimum on both sides.",
  notebook: "06-the-auxiliary-loss-takes-sides.ipynb#cell-angle-heading",
  identity: {
    compares: "the difference of two exact risks with the formula, for free Γ, v_x, w, n and θ, and at n = ∞",
    differences: compare(LABEL_WEIGHT_CHANGE, LABEL_WEIGHT_CHANGE_LIMIT),
    controls: [
      {
        description: "the midpoint missed: w for w + 1",
        differences: compare(
          altered(LABEL_WEIGHT_CHANGE, "(labelWeight + 1 -", "(labelWeight -"),
          LABEL_WEIGHT_CHANGE_LIMIT,
        ),
      },
      {
        description: "every task gains like the target",
        differences: compare(LABEL_WEIGHT_CHANGE, {
          ...LABEL_WEIGHT_CHANGE_LIMIT,
          expression: "-normSquared(task) / (dimension + 4)^2",
        }),
      },
      {
        description: "tasks within 90 degrees gain",
        differences: compare(
          LABEL_WEIGHT_CHANGE,
          altered(LABEL_WEIGHT_CHANGE_LIMIT, "normSquared(task) - 2 * inner", "-2 * inner"),
        ),
      },
      ...smallDimensionControls(LABEL_WEIGHT_CHANGE, (formula) =>
        compare(formula, LABEL_WEIGHT_CHANGE_LIMIT),
      ),
    ],
  },
  simulation: {
    samples:
      "by how much the risk changes, on the same prompts of 20 examples, when w goes from 1 to where value-only fine-tuning with an annealed auxiliary loss at 20 shots takes it",
    cases: () =>
      formulaCases({
        probes: releasedProbes([20]).map((probe) => ({
          ...probe,
          precision: "change",
        })),
        formula: LABEL_WEIGHT_CHANGE,
        controls: {
          "the auxiliary loss changes nothing": { ...LABEL_WEIGHT_CHANGE, expression: "0 * labelWeight" },
          "the midpoint missed: w for w + 1": altered(
            LABEL_WEIGHT_CHANGE,
            "(labelWeight + 1 -",
            "(labelWeight -",
          ),
        },
        original: (setting) =>
          blockParameters(FLOAT, { block: setting.gamma, ...annealedAt20(setting), labelWeight: 1 }),
        parameters: (setting) => blockParameters(FLOAT, { block: setting.gamma, ...annealedAt20(setting) }),
        bind: (setting) => ({ gamma: setting.gamma, ...annealedAt20(setting) }),
      }),
  },
  training: { notApplicable: "Where training takes v_x and w is the claim auxiliary-value-optimum." },
};
