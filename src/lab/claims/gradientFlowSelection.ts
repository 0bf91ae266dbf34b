import type { Rational } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, CONSTANT_SLOT, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { blockParameters } from "@finetune-icl/core/theory";
import { allEntries, derivatives, dot, flatten } from "./support/rationals";
import { gradientFlowScale } from "./support/zeroShotTraining";

interface Mistake {
  /** Weight of ‖v‖² in the conserved quantity ‖M‖² − ‖v‖², −1 where there is no mistake. */
  readonly valueWeight?: SmallDimensionFactor;
  /** A part of v₀ at the start, which breaks the symmetry. */
  readonly valueConstant?: number;
}

/**
 * Along gradient flow d(‖M‖² − ‖v‖²)/dt = −2(M·∂R/∂M − v·∂R/∂v), zero for any loss on f. And at a point with v₀ = 0, no linear
 * score and a symmetric M_xx, the zero-shot loss has no slope in the entries that would lead away from such points, nor in w.
 */
const compare =
  ({ valueWeight = ({ field }) => field.from(-1), valueConstant = 0 }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const task = draw.vector();
    const shots = draw.shots();
    const size = tokenLength(draw.dimension);
    const label = labelSlot(draw.dimension);
    const anywhere = { value: draw.vector(size), keyQuery: draw.matrix(size) };
    const lossAt = (n: number) => (p: AttentionParameters<Rational>) => exactRisk(field, problem, task, n, p);
    const slopes = derivatives(lossAt(shots), anywhere, allEntries(size));
    const flat = flatten(anywhere);
    const content = dot(flat.slice(0, size), slopes.slice(0, size));
    const score = dot(flat.slice(size), slopes.slice(size));

    const symmetric = blockParameters(field, {
      block: draw.symmetric(),
      scoreScale: draw.number(),
      valueVector: draw.vector(),
      labelWeight: draw.number(),
      valueConstant: draw.number().mul(valueConstant),
    });
    const entryOf = (i: number, j: number): number => size + i * size + j;
    const covariates = Array.from({ length: draw.dimension }, (_, i) => i + 1);
    const leading = [
      CONSTANT_SLOT,
      label,
      ...covariates.flatMap((i) => [entryOf(i, CONSTANT_SLOT), entryOf(CONSTANT_SLOT, i), entryOf(label, i)]),
      entryOf(label, CONSTANT_SLOT),
    ];
    const away = derivatives(lossAt(0), symmetric, leading);
    const blockSlopes = (i: number, j: number): Rational =>
      derivatives(lossAt(0), symmetric, [entryOf(i, j)])[0]!;
    const skew = covariates.flatMap((i) =>
      covariates.filter((j) => j < i).map((j) => blockSlopes(i, j).sub(blockSlopes(j, i))),
    );
    return { zero: [score.add(content.mul(valueWeight(draw, problem.covariance))), ...away, ...skew] };
  };

export const gradientFlowSelection: Claim = {
  id: "gradient-flow-selection",
  title: "Which optimum gradient flow picks",
  statement:
    "Gradient flow conserves $E = \\lVert M\\rVert_F^2 - \\lVert v\\rVert^2$; from the pretrained optimum it ends at $M_{00} = c$, $v_x = \\theta_0/c$ with $c^2 = (g + \\sqrt{g^2 + 4\\lvert\\theta_0\\rvert^2})/2$, $g = \\lVert\\Gamma\\rVert_F^2$, Euclidean lengths.",
  assumptions:
    "Merged M, all entries of v and M trained, the zero-shot loss of one task; start v = (0, 0, 1), M = Γ. That the flow converges is observed, not proved.",
  shares:
    "The slopes are differences of the exact risk; the training uses the fast gradients, which tests hold to it. c is made of Γ and θ₀ alone, and is not given to the flow.",
  notebook: "08-training-dynamics.ipynb#cell-hyperbola-heading",
  identity: {
    compares:
      "M·∂R/∂M with v·∂R/∂v at any parameters and any n, and the slopes that would lead out of v₀ = 0, m = 0, M_xx symmetric, w = 1 with zero; derivatives by exact central differences",
    differences: compare({}),
    controls: [
      {
        description: "‖M‖² + ‖v‖² conserved",
        differences: compare({ valueWeight: ({ field }) => field.one }),
      },
      {
        description: "‖M‖² − 1.03 ‖v‖² conserved",
        differences: compare({ valueWeight: ({ field }) => field.from("-1.03") }),
      },
      { description: "the symmetry kept although v₀ ≠ 0", differences: compare({ valueConstant: 1 }) },
      ...smallDimensionMistakes((factor) =>
        compare({ valueWeight: (draw, covariance) => factor(draw, covariance).neg() }),
      ),
    ],
  },
  simulation: { notApplicable: "The statement is about a path of parameters, not about a risk." },
  training: gradientFlowScale,
};
