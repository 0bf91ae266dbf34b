import type { Rational } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  type SmallDimensionFactor,
  smallDimensionMistakes,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { keyQueryTraining } from "./support/keyQueryTraining";
import { allEntries, derivatives } from "./support/rationals";

/** v = (0, 0, w), with a share of random v₀ and v_x for the control. */
const compare =
  ({ shots, content }: { readonly shots: number; readonly content?: SmallDimensionFactor }) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const task = draw.vector();
    const size = tokenLength(draw.dimension);
    const label = labelSlot(draw.dimension);
    const parameters = {
      value: draw
        .vector(size)
        .map((x, k) =>
          k === label ? x : content === undefined ? field.zero : x.mul(content(draw, problem.covariance)),
        ),
      keyQuery: draw.matrix(size),
    };
    const loss = (p: AttentionParameters<Rational>): Rational => exactRisk(field, problem, task, shots, p);
    return { zero: derivatives(loss, parameters, allEntries(size).slice(size)) };
  };

export const keyQueryStationary: Claim = {
  id: "key-query-stationary",
  title: "Query- or key-only fine-tuning on zero-shot prompts moves nothing",
  statement:
    "With $v = (0,0,w)$ the zero-shot prediction is 0 whatever $M$ is, so $\\partial R(0,\\theta)/\\partial M = 0$ at every $M$: fine-tuning queries or keys alone leaves the exact pretrained model as it was.",
  assumptions: "v₀ = 0 and v_x = 0 exactly.",
  shares: "Nothing but the exact risk: its slopes are compared with zero.",
  notebook: "07-query-key-value.ipynb#cell-mathematics",
  identity: {
    compares: "the slopes of the exact zero-shot risk in all entries of M with zero, at random M and w",
    differences: compare({ shots: 0 }),
    controls: [
      { description: "one example in the prompt", differences: compare({ shots: 1 }) },
      {
        description: "v₀ and v_x not zero",
        differences: compare({ shots: 0, content: ({ field }) => field.one }),
      },
      ...smallDimensionMistakes((factor) =>
        compare({ shots: 0, content: (draw, covariance) => factor(draw, covariance).sub(1) }),
      ),
    ],
  },
  simulation: { notApplicable: "The statement is about a gradient, not about a risk." },
  training: keyQueryTraining,
};
