import {
  evaluate,
  FLOAT,
  type Formula,
  matrixFrom,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  type SimulationCase,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  CONSTANT_SLOT,
  constantColumn,
  covariateBlock,
} from "@finetune-icl/core/model";
import { afterProducts, OFFSET_LIMIT_RISK } from "@finetune-icl/core/theory";
import { RELEASED } from "./support/settings";

const UNSHIFTED = altered(OFFSET_LIMIT_RISK, "(mixedTask * covariance * offset)^2", "0 * labelWeight");

/** The constant row and column of M without their covariates' part, or with the row's sign turned. */
function withRow(
  { value, keyQuery }: AttentionParameters<Rational>,
  factors: { readonly row: number; readonly column: number },
): AttentionParameters<Rational> {
  return {
    value,
    keyQuery: keyQuery.map((entries, i) =>
      entries.map((x, j) => {
        if (i === CONSTANT_SLOT && j !== CONSTANT_SLOT) return x.mul(factors.row);
        return j === CONSTANT_SLOT && i !== CONSTANT_SLOT ? x.mul(factors.column) : x;
      }),
    ),
  };
}

interface Mistake {
  readonly limit?: Formula<"scalar">;
  /** Turns M_0x, so that the part beside the block is symmetric. */
  readonly symmetric?: boolean;
  /** Leaves the product of the two squares out of what one product forces. */
  readonly unforced?: boolean;
}

const compare =
  ({ limit = OFFSET_LIMIT_RISK, symmetric = false, unforced = false }: Mistake) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [root, scoreRoot, targetTask, task] = [draw.matrix(), draw.number(), draw.vector(), draw.vector()];
    const values = { valueVector: draw.vector(), labelWeight: draw.number() };
    const ranks = Array.from({ length: dimension }, (_, k) => {
      const parameters = afterProducts(field, { root, scoreRoot, rank: k + 1 }, values);
      const zeroShot = (factors: { readonly row: number; readonly column: number }): Rational =>
        exactRisk(field, problem, targetTask, 0, withRow(parameters, factors));
      const predicted = evaluate(limit, field, {
        covariance,
        noiseVariance,
        gamma: covariateBlock(parameters),
        task,
        dimension: draw.d,
        ...values,
        offset: root[0]!.map((x) => x.mul(scoreRoot).neg()),
      });
      return [
        zeroShot({ row: symmetric ? -1 : 1, column: 1 }).sub(zeroShot({ row: 0, column: 0 })),
        exactRisk(field, problem, task, "infinity", parameters).sub(predicted),
      ];
    });
    // One product (b₀ + bx)(a₀ + ax): how its antisymmetric part depends on the symmetric one.
    const [left, right]: readonly Vector<Rational>[] = [draw.vector(2), draw.vector(2)];
    const [across, back] = [left![0]!.mul(right![1]!), left![1]!.mul(right![0]!)];
    const square = (x: Rational): Rational => x.mul(x);
    const squares = left![0]!.mul(right![0]!).mul(left![1]!.mul(right![1]!)).mul(4);
    const forced = square(across.add(back)).sub(unforced ? field.zero : squares);
    return { zero: [...ranks.flat(), square(across.sub(back)).sub(forced)] };
  };

/** The terms of order 1/n are half a per cent of the risk here, about one standard error: the exact risk tells them. */
const SHOTS = 1000;

/** Two directions are erased, the second covariate's, which the task has, first. */
const RANK = 2;

const cases = (): readonly SimulationCase[] => {
  const { problem, otherTask: task } = RELEASED;
  const { covariance, noiseVariance, dimension } = problem;
  const root = matrixFrom(dimension, dimension, (i, j) => (i === j ? 0.9 : 0));
  const values = { valueVector: [0.1, 0, 0, 0, 0], labelWeight: 1.2 };
  const parameters = afterProducts(
    FLOAT,
    { root: [root[1]!, root[0]!, ...root.slice(2)], scoreRoot: 1, rank: RANK },
    values,
  );
  const ofFiniteShots =
    exactRisk(FLOAT, problem, task, SHOTS, parameters) -
    exactRisk(FLOAT, problem, task, "infinity", parameters);
  const value = (formula: Formula<"scalar">): number =>
    ofFiniteShots +
    evaluate(formula, FLOAT, {
      covariance,
      noiseVariance,
      gamma: covariateBlock(parameters),
      task,
      ...values,
      offset: constantColumn(parameters),
    });
  return [
    {
      label: `${RELEASED.label}, ${RANK} products, c = 1, n = ${SHOTS}`,
      problem,
      task,
      shots: SHOTS,
      parameters,
      predicted: value(OFFSET_LIMIT_RISK),
      controls: { "the answers are not shifted": value(UNSHIFTED) },
      precision: "spread",
    },
  ];
};

export const productsShiftAnswers: Claim = {
  id: "products-shift-answers",
  title: "A low-rank update that erases directions beside a constant shifts every answer in context",
  statement:
    "One product of an update of $M$ makes the squares $c$ and $-(g^\\top x)^2$ at once, and no symmetric mixed term, only if its antisymmetric part is $M_{x0} = -M_{0x}^\\top = \\mp\\sqrt c\\,g$: for $(b_0+bx)(a_0+ax)$, $(b_0a-ba_0)^2 = (b_0a+ba_0)^2-4\\,b_0a_0\\,ba$. After the first $r\\le d$ of the erasing products zero-shot prompts do not see that part, and with endless examples it shifts every answer: $R(\\infty,\\theta) = \\sigma^2+(\\varphi^\\top\\Sigma M_{x0})^2+\\lVert M_{xx}\\Sigma\\varphi-\\theta\\rVert^2$, $\\varphi = v_x+w\\theta$. Full fine-tuning, of rank $d+1$, need not pay this.",
  assumptions:
    "M zero but for the block Γ before the update; v = (0, v_x, w). Where descent lays the offset is measured by the study low-rank, not claimed.",
  shares:
    "The parameters (afterProducts). The terms of order 1/n in the simulated row are those of the exact risk, half a per cent of it.",
  notebook: "14-low-rank-updates.ipynb#cell-forced-math",
  identity: {
    compares:
      "for every number of products up to d the exact zero-shot risk with and without the constant's row and column beside M₀₀; the exact risk with endless examples with the formula; the antisymmetric part of one product with what its symmetric part forces",
    differences: compare({}),
    controls: [
      { description: "the answers are not shifted", differences: compare({ limit: UNSHIFTED }) },
      {
        description: "zero-shot prompts overlook a symmetric part too",
        differences: compare({ symmetric: true }),
      },
      { description: "one product needs no antisymmetric part", differences: compare({ unforced: true }) },
      ...smallDimensionControls(OFFSET_LIMIT_RISK, (limit) => compare({ limit })),
    ],
  },
  simulation: { samples: `${RANK} products beside a score at ${SHOTS} examples`, cases },
  training: {
    notApplicable:
      "The study low-rank has theory beside every flow; how far descent drifts in its time is not claimed.",
  },
};
