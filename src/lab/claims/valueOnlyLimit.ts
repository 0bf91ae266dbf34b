import { evaluate, FLOAT, type Formula, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import type { ShotCount } from "@finetune-icl/core/problem";
import {
  blockParameters,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_RISK_LIMIT,
  VALUE_ONLY_RISK_LIMIT_INVERSE,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import { formulaCases } from "./support/cases";
import { limitFromFiniteShots, threeShots } from "./support/limit";
import { inverseOf, scale } from "./support/rationals";
import { RELEASED } from "./support/settings";

const compare =
  (general: Formula<"scalar">, special: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, targetTask, gamma] = [draw.vector(), draw.vector(), draw.symmetric()];
    const [valueVector, labelWeight] = [draw.vector(), draw.number()];
    const shots = threeShots(draw);
    const { d: dimension } = draw;
    const gaps = (claimed: Rational, parameters: ReturnType<typeof blockParameters<Rational>>) => {
      const risk = (n: ShotCount): Rational => exactRisk(field, problem, task, n, parameters);
      return [limitFromFiniteShots(field, risk, shots).sub(claimed), risk("infinity").sub(claimed)];
    };
    const fineTuned = scale(field.one.div(draw.d.add(4)), targetTask);
    return {
      zero: [
        ...gaps(
          evaluate(general, field, {
            covariance,
            noiseVariance,
            gamma,
            task,
            valueVector,
            labelWeight,
            dimension,
          }),
          blockParameters(field, { block: gamma, valueVector, labelWeight }),
        ),
        ...gaps(
          evaluate(special, field, { covariance, noiseVariance, targetTask, dimension }),
          valueOnlyParameters(field, inverseOf(field, covariance), fineTuned),
        ),
      ],
    };
  };

const wrong = altered(VALUE_ONLY_RISK_LIMIT_INVERSE, "dimension + 4", "dimension + 3");

export const valueOnlyLimit: Claim = {
  id: "value-only-limit",
  title: "Value-only fine-tuning preserves in-context learning",
  statement:
    "$R(\\infty,\\theta) = \\sigma^2 + \\lVert\\Gamma\\Sigma(v_x + w\\theta) - \\theta\\rVert^2$; after value-only fine-tuning with $\\Gamma=\\Sigma^{-1}$ it is $\\sigma^2 + \\lVert\\theta_0\\rVert^2/(d+4)^2$ for every task, however far from the target.",
  assumptions: "M zero but for a symmetric block Γ; in the second part v_x = θ₀/(d+4) and w = 1.",
  shares:
    "where the entries of v and M stand (blockParameters); the exact risk of the identity is that of the claim exact-risk, at three finite n. The simulation is at n = 300 and beside the formula of that n.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-limit",
  identity: {
    compares:
      "the limits against the exact risk at three finite n, extrapolated to 1/N = 0 (exact, because the risk is quadratic in 1/N)",
    differences: compare(VALUE_ONLY_RISK_LIMIT, VALUE_ONLY_RISK_LIMIT_INVERSE),
    controls: [
      { description: "d + 3 for d + 4", differences: compare(VALUE_ONLY_RISK_LIMIT, wrong) },
      {
        description: "w = 1 whatever w is",
        differences: compare(
          altered(VALUE_ONLY_RISK_LIMIT, "labelWeight * task", "task"),
          VALUE_ONLY_RISK_LIMIT_INVERSE,
        ),
      },
      ...smallDimensionControls(VALUE_ONLY_RISK_LIMIT, (formula) =>
        compare(formula, VALUE_ONLY_RISK_LIMIT_INVERSE),
      ),
    ],
  },
  simulation: {
    samples:
      "the model after value-only fine-tuning, Γ = Σ⁻¹, on 300 examples; predicted by the closed form at n = 300",
    cases: () =>
      formulaCases({
        probes: (["target", "opposite", "other"] as const).map((task) => ({
          setting: RELEASED,
          task,
          shots: 300,
          precision: "spread",
        })),
        formula: VALUE_ONLY_RISK_INVERSE,
        controls: {
          "nothing remains of the fine-tuning": { ...VALUE_ONLY_RISK_INVERSE, expression: "noiseVariance" },
          "examples stop helping": {
            ...VALUE_ONLY_RISK_INVERSE,
            expression: "noiseVariance + normSquared(task)",
          },
        },
        parameters: ({ problem, targetTask }) =>
          valueOnlyParameters(
            FLOAT,
            problem.covariance,
            targetTask.map((x) => x / (problem.dimension + 4)),
          ),
        bind: ({ problem, targetTask }) => ({
          valueVector: targetTask.map((x) => x / (problem.dimension + 4)),
          labelWeight: 1,
        }),
      }),
  },
  training: { notApplicable: "Where training takes v_x is the claim value-only-optimum." },
};
