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
import { CONSTANT_VALUE_RISK, zeroShotFullParameters } from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";

const CONTROLS: Readonly<Record<string, Formula<"scalar">>> = {
  "without the noise of the examples' labels": altered(
    CONSTANT_VALUE_RISK,
    "(normSquared(task) + noiseVariance)",
    "normSquared(task)",
  ),
  "ρ for 1 − ρ": altered(CONSTANT_VALUE_RISK, "contextShare * (1 - keyShare)", "contextShare * keyShare"),
  "the mean of the labels forgotten": altered(
    CONSTANT_VALUE_RISK,
    "(contextShare * keyShare * labelWeight * inner(targetTask, task) / scoreScale)^2",
    "0",
  ),
};

const compare =
  (formula: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const [task, targetTask, shots] = [draw.vector(), draw.vector(), draw.shots()];
    const optimum = { scoreScale: draw.number(), labelWeight: draw.number(), keyShare: draw.number() };
    const parameters = zeroShotFullParameters(field, targetTask, { branch: "constant-value", ...optimum });
    const { covariance, noiseVariance } = problem;
    const claimed = evaluate(formula, field, {
      covariance,
      noiseVariance,
      task,
      targetTask,
      dimension: draw.d,
      ...optimum,
      ...tokenShares(field, shots),
    });
    return { zero: [claimed.sub(exactRisk(field, problem, task, shots, parameters))] };
  };

const SIMULATED = { scoreScale: 0.8, labelWeight: 1.2, keyShare: 0.3 };

export const zeroShotFullMirrored: Claim = {
  id: "zero-shot-full-mirrored-risk",
  title: "In-context risk at the mirrored optimum",
  statement:
    "With $v = (c, 0, w)$ and the score $\\theta_0^\\top x/c$ split into $\\rho$ (first column of $M$) and $1-\\rho$ (first row): $R = \\sigma^2 + \\lVert\\tfrac{n(1-\\rho)+1}N\\theta_0-\\theta\\rVert^2 + (\\tfrac{n\\rho w\\langle\\theta_0,\\theta\\rangle}{cN})^2 + \\tfrac n{N^2}\\{\\rho^2\\lVert\\theta_0\\rVert^2 + \\tfrac{w^2}{c^2}[((1-\\rho)^2+\\rho^2)\\lVert\\theta_0\\rVert^2(\\lVert\\theta\\rVert^2+\\sigma^2)+\\rho^2\\langle\\theta_0,\\theta\\rangle^2]\\}$.",
  assumptions:
    "The second branch of the zero-shot optima; entries that zero-shot prompts do not see are zero but for w.",
  shares:
    "The parameters (zeroShotFullParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk. The sampler knows the definition of the model alone.",
  notebook: "04-full-fine-tuning-forgets.ipynb#cell-mirrored",
  identity: {
    compares: "the closed form against the exact risk, for free c, w, ρ, θ₀ and θ",
    differences: compare(CONSTANT_VALUE_RISK),
    controls: [
      ...Object.entries(CONTROLS).map(([description, formula]) => ({
        description,
        differences: compare(formula),
      })),
      ...smallDimensionControls(CONSTANT_VALUE_RISK, compare),
    ],
  },
  simulation: {
    samples: "a model at the mirrored optimum on fresh prompts",
    cases: () =>
      formulaCases({
        probes: [...releasedProbes([1, 20]), ...SPREAD],
        formula: CONSTANT_VALUE_RISK,
        controls: CONTROLS,
        parameters: ({ targetTask }) =>
          zeroShotFullParameters(FLOAT, targetTask, { branch: "constant-value", ...SIMULATED }),
        bind: ({ targetTask }) => ({ targetTask, ...SIMULATED }),
      }),
  },
  training: {
    notApplicable:
      "Gradient flow from the pretrained point goes to the other branch (gradient-flow-selection).",
  },
};
