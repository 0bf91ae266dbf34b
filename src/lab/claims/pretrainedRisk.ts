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
import { blockParameters, PRETRAINED_RISK, PRETRAINED_RISK_INVERSE } from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { inverseOf } from "./support/rationals";

const noNoise = "without the noise of the examples' labels";
const twice = "n for n + 1";
const CONTROLS = {
  [noNoise]: altered(PRETRAINED_RISK, "(normSquared(task) + noiseVariance)", "normSquared(task)"),
  [twice]: altered(PRETRAINED_RISK, "contextShare * gamma", "gamma"),
};

/** Γ free, and Γ = Σ⁻¹. */
const compare =
  (general: Formula<"scalar">, special: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const task = draw.vector();
    const shots = draw.shots();
    const { covariance, noiseVariance } = problem;
    const gap = (formula: Formula<"scalar">, gamma: ReturnType<IdentityDraw["symmetric"]>) =>
      evaluate(formula, field, {
        covariance,
        noiseVariance,
        gamma,
        task,
        dimension: draw.d,
        ...tokenShares(field, shots),
      }).sub(exactRisk(field, problem, task, shots, blockParameters(field, { block: gamma })));
    return { zero: [gap(general, draw.symmetric()), gap(special, inverseOf(field, covariance))] };
  };

export const pretrainedRiskClaim: Claim = {
  id: "pretrained-risk",
  title: "In-context risk after pretraining",
  statement:
    "$R = \\sigma^2 + \\lVert(\\tfrac nN\\Gamma\\Sigma - I)\\theta\\rVert^2 + \\tfrac n{N^2}[\\operatorname{tr}(\\Sigma\\Gamma\\Sigma\\Gamma)(\\lVert\\theta\\rVert^2+\\sigma^2) + \\lVert\\Gamma\\Sigma\\theta\\rVert^2]$; for $\\Gamma=\\Sigma^{-1}$: $\\sigma^2 + [\\lVert\\theta\\rVert^2(1+n(d+1)) + nd\\sigma^2]/N^2$.",
  assumptions: "v = (0, 0, 1), M zero but for a symmetric block Γ.",
  shares:
    "where the entries of v and M stand (blockParameters) and tokenShares; the exact risk of the identity is that of the claim exact-risk. In the simulation the block Γ, which is any symmetric matrix here; the sampler knows the definition of the model alone.",
  notebook: "03-what-pretraining-learns.ipynb#cell-curves",
  identity: {
    compares: "the closed form against the exact risk, for a free Γ and for Γ = Σ⁻¹",
    differences: compare(PRETRAINED_RISK, PRETRAINED_RISK_INVERSE),
    controls: [
      { description: noNoise, differences: compare(CONTROLS[noNoise]!, PRETRAINED_RISK_INVERSE) },
      { description: twice, differences: compare(CONTROLS[twice]!, PRETRAINED_RISK_INVERSE) },
      {
        description: "d for d + 1",
        differences: compare(PRETRAINED_RISK, altered(PRETRAINED_RISK_INVERSE, "dimension + 1", "dimension")),
      },
      ...smallDimensionControls(PRETRAINED_RISK, (formula) => compare(formula, PRETRAINED_RISK_INVERSE)),
    ],
  },
  simulation: {
    samples: "the pretrained model on fresh prompts of tasks it was not pretrained on",
    cases: () =>
      formulaCases({
        probes: [...releasedProbes([1, 5, 20], ["target"]), ...SPREAD],
        formula: PRETRAINED_RISK,
        controls: CONTROLS,
        parameters: ({ gamma }) => blockParameters(FLOAT, { block: gamma }),
        bind: ({ gamma }) => ({ gamma }),
      }),
  },
  training: {
    notApplicable:
      "The statement holds for every Γ; where training takes Γ is the claim pretraining-optimum.",
  },
};
