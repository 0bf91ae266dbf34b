import type { Matrix, NumberField, Rational, Vector } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
  type TrainingRow,
} from "@finetune-icl/core/evidence";
import { asPoint, exactLoss, exactRisk, pack } from "@finetune-icl/core/exact";
import { tokenLength } from "@finetune-icl/core/model";
import { RandomSource } from "@finetune-icl/core/simulate";
import { erasingProducts, lowestRankOptimum } from "@finetune-icl/core/theory";
import { followGradientFlow, LowRankUpdate } from "@finetune-icl/core/train";
import { fineTuningTerms, pretrainedPoint } from "./support/descent";
import { dot } from "./support/rationals";
import { type ClaimSetting, randomSetting } from "./support/settings";

/** A vector orthogonal to d − 1 others, by cofactors. */
function orthogonalTo(field: NumberField<Rational>, rows: Matrix<Rational>, d: number): Vector<Rational> {
  const minor = (matrix: Matrix<Rational>): Rational =>
    matrix.length === 0
      ? field.one
      : matrix[0]!.reduce((sum, x, j) => {
          const rest = matrix.slice(1).map((row) => row.filter((_, k) => k !== j));
          return sum.add(x.mul(minor(rest)).mul(j % 2 === 0 ? 1 : -1));
        }, field.zero);
  return Array.from({ length: d }, (_, j) =>
    minor(rows.map((row) => row.filter((_x, k) => k !== j))).mul(j % 2 === 0 ? 1 : -1),
  );
}

interface Mistake {
  /** Products left out of the update that attains the optimum. */
  readonly missing?: number;
  /** Products more than d − 1 in the update that cannot. */
  readonly extra?: number;
  /** Scales the noise that is claimed to be left. */
  readonly floor?: SmallDimensionFactor;
}

const compare =
  ({ missing = 0, extra = 0, floor = NO_MISTAKE }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension: d } = draw;
    const problem = draw.problem();
    const [root, targetTask, score] = [draw.matrix(), draw.vector(), draw.number()];
    const reached = lowestRankOptimum(field, root, targetTask, score);
    const products = erasingProducts(field, root, score);
    const undone = products.slice(products.length - missing);
    const keyQuery = reached.keyQuery.map((row, i) =>
      row.map((x, j) => undone.reduce((sum, { left, right }) => sum.sub(left[i]!.mul(right[j]!)), x)),
    );
    const risk = exactRisk(field, problem, targetTask, 0, { ...reached, keyQuery });

    const claimed = problem.noiseVariance.mul(floor(draw, problem.covariance));

    // Any update of d − 1 products leaves a direction x in which the square that Γ makes still stands.
    const [lefts, rights] = [draw.matrix(d - 1 + extra, d), draw.matrix(d - 1 + extra, d)];
    const standing = () => {
      const x = orthogonalTo(field, lefts.slice(0, d - 1), d);
      const update = lefts.reduce(
        (sum, left, k) => sum.add(dot(left, x).mul(dot(rights[k]!, x))),
        field.zero,
      );
      const before = root.reduce((sum, g) => sum.add(dot(g, x).mul(dot(g, x))), field.zero);
      const after = before.add(update);
      return { before, gap: after.sub(before) };
    };
    return {
      zero: [risk.sub(claimed)],
      tried: () => [standing().gap],
      notNegative: () => [standing().before],
    };
  };

/** Long enough for rank d to come to rest. */
const TIME = 2000;

function trained(setting: ClaimSetting): TrainingRow {
  const { problem, targetTask } = setting;
  const size = tokenLength(problem.dimension);
  const loss = exactLoss(problem, fineTuningTerms(targetTask));
  const start = asPoint(pack(pretrainedPoint(setting)));
  const end = (keyQuery: number) => {
    const update = new LowRankUpdate(start, size, { value: 1, keyQuery });
    return followGradientFlow(update.lossOf(loss), update.start(new RandomSource(1)), {
      maxTime: TIME,
      gradientTolerance: 1e-7,
      stepTolerance: 1e-9,
    });
  };
  const enough = end(problem.dimension);
  return {
    label: `${setting.label}, rank ${problem.dimension}: zero-shot risk`,
    predicted: problem.noiseVariance,
    measured: enough.value,
    tolerance: 1e-7,
    reason:
      "the flow stops at a gradient of 1e-7, where the risk is within the square of that over the smallest curvature",
    settled: enough.settled,
    controls: {
      "rank d − 1 reaches it in the same time": {
        predicted: problem.noiseVariance,
        measured: end(problem.dimension - 1).value,
      },
    },
  };
}

export const rankOfErasure: Claim = {
  id: "rank-of-erasure",
  title: "The irreducible zero-shot error is attained by updates of M of rank d, and of no lower rank",
  statement:
    "If $(v, M_0+\\Delta)$, $M_0$ zero but for $\\Gamma\\succ0$, has the zero-shot risk $\\sigma^2$, then $\\operatorname{rank}\\Delta\\ge d$: $z^\\top\\Delta z = \\sum_k (b_k^\\top z)(a_k^\\top z)$ vanishes at the covariates orthogonal to all $b_k$, where $x^\\top\\Gamma x>0$ remains. With $\\Gamma=\\sum_k g_kg_k^\\top$ the $d$ products $(s e_0-g_1)(s e_0+g_1)^\\top$, $-g_kg_k^\\top$ attain it at $c = s^2$. So below rank $d$ the infimum $\\sigma^2$ (score-beside-block) has no minimum: descent drifts to ever larger scores. An update of $V$ that is seen has rank one: only its last row is.",
  assumptions: "θ₀ ≠ 0; v free; the update need not be symmetric.",
  shares:
    "The products are those of the theory (lowestRankOptimum); the exact risk knows nothing of them. The training draws its update at random.",
  notebook: "14-low-rank-updates.ipynb#cell-erasure",
  identity: {
    compares:
      "the exact zero-shot risk after the d products with σ²; and xᵀM_xx x after a random update of d − 1 products, x orthogonal to their left factors, with xᵀΓx",
    tried: { what: "the square that d − 1 products leave standing", upTo: 5 },
    differences: compare({}),
    controls: [
      { description: "one product fewer", differences: compare({ missing: 1 }) },
      { description: "d products leave a square standing too", differences: compare({ extra: 1 }) },
      ...smallDimensionMistakes((floor) => compare({ floor })),
    ],
  },
  simulation: { notApplicable: "The zero-shot optimum set is sampled by zero-shot-full-optimum-set." },
  training: {
    trains:
      "gradient flow of a rank-one update of V and a rank-d update of M, from the pretrained point, on zero-shot prompts",
    run: () => [2, 3].map((d) => trained(randomSetting(d))),
  },
};
