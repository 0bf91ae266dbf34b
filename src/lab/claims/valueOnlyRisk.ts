import { evaluate, FLOAT, type Formula } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  blockParameters,
  VALUE_ONLY_RISK,
  VALUE_ONLY_RISK_INVERSE,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { numericValueRow } from "./support/numericValueRow";
import { inverseOf } from "./support/rationals";

const CONTROLS: Readonly<Record<string, Formula<"scalar">>> = {
  "without the noise of the examples' labels": altered(
    VALUE_ONLY_RISK,
    "labelWeight^2 * noiseVariance",
    "0 * noiseVariance",
  ),
  "without the query token's own share": altered(
    VALUE_ONLY_RISK,
    "2 * queryShare * bias",
    "0 * queryShare * bias",
  ),
  "θ for φ": altered(VALUE_ONLY_RISK, "valueVector + labelWeight * task", "labelWeight * task"),
};

const compare =
  (general: Formula<"scalar">, special: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, valueVector, labelWeight] = [draw.vector(), draw.vector(), draw.number()];
    const shots = draw.shots();
    const gap = (formula: Formula<"scalar">, gamma: ReturnType<IdentityDraw["symmetric"]>) => {
      const claimed = evaluate(formula, field, {
        covariance,
        noiseVariance,
        gamma,
        task,
        valueVector,
        labelWeight,
        dimension: draw.d,
        ...tokenShares(field, shots),
      });
      const parameters = blockParameters(field, { block: gamma, valueVector, labelWeight });
      return claimed.sub(exactRisk(field, problem, task, shots, parameters));
    };
    return { zero: [gap(general, draw.symmetric()), gap(special, inverseOf(field, covariance))] };
  };

export const valueOnlyRiskClaim: Claim = {
  id: "value-only-risk",
  title: "In-context risk after value-only fine-tuning",
  statement:
    "With $\\varphi = v_x + w\\theta$, $s = \\tfrac nN\\Gamma\\Sigma\\varphi - \\theta$: $R = \\sigma^2 + s^\\top\\Sigma s + \\tfrac2N s^\\top(T_1\\Sigma+2\\Sigma\\Gamma\\Sigma)v_x + \\tfrac1{N^2}v_x^\\top Bv_x + \\tfrac n{N^2}[T_2(\\lVert\\varphi\\rVert^2+w^2\\sigma^2) + \\lVert\\Gamma\\Sigma\\varphi\\rVert^2]$.",
  assumptions: "M zero but for a symmetric block Γ, v = (0, v_x, w), any v_x and w.",
  shares:
    "where the entries of v and M stand (blockParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk. What is sampled is the minimum of values of the exact risk, while the prediction is at B⁻¹a.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-risk-math",
  identity: {
    compares: "the closed forms against the exact risk, for free Γ, v_x, w, θ, and for Γ = Σ⁻¹",
    differences: compare(VALUE_ONLY_RISK, VALUE_ONLY_RISK_INVERSE),
    controls: [
      ...Object.entries(CONTROLS).map(([description, formula]) => ({
        description,
        differences: compare(formula, VALUE_ONLY_RISK_INVERSE),
      })),
      {
        description: "d + 3 for d + 4, Γ = Σ⁻¹",
        differences: compare(
          VALUE_ONLY_RISK,
          altered(VALUE_ONLY_RISK_INVERSE, "dimension + 4", "dimension + 3"),
        ),
      },
      ...smallDimensionControls(VALUE_ONLY_RISK, (formula) => compare(formula, VALUE_ONLY_RISK_INVERSE)),
      ...smallDimensionControls(VALUE_ONLY_RISK_INVERSE, (formula) => compare(VALUE_ONLY_RISK, formula)).map(
        ({ description, differences }) => ({ description: `${description}, Γ = Σ⁻¹`, differences }),
      ),
    ],
  },
  simulation: {
    samples:
      "the model after value-only fine-tuning on fresh prompts of the target, its opposite and other tasks",
    cases: () =>
      formulaCases({
        probes: [...releasedProbes([1, 20]), ...SPREAD],
        formula: VALUE_ONLY_RISK,
        controls: CONTROLS,
        parameters: ({ problem, gamma, targetTask }) =>
          numericValueRow(problem, targetTask, blockParameters(FLOAT, { block: gamma })),
        bind: ({ problem, gamma, targetTask }) => ({
          gamma,
          valueVector: valueOnlyOptimum(FLOAT, problem, gamma, targetTask),
          labelWeight: 1,
        }),
      }),
  },
  training: {
    notApplicable:
      "The statement holds for any v_x and w; where training takes them is the claim value-only-optimum.",
  },
};
