import {
  type Bindings,
  evaluate,
  FLOAT,
  type Formula,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk, linearResponse } from "@finetune-icl/core/exact";
import { labelSlot, type OwnValueModel } from "@finetune-icl/core/model";
import { type ShotCount, tokenShares } from "@finetune-icl/core/problem";
import {
  blockParameters,
  OWN_VALUE_INTRUSION_INVERSE,
  OWN_VALUE_RESPONSE,
  OWN_VALUE_RISK,
  VALUE_ONLY_RESPONSE,
  VALUE_ONLY_RISK,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { formulaCases, releasedProbes, SPREAD } from "./support/cases";
import { coefficientCases, type ResponseProbe } from "./support/coefficients";
import { numericValueRow } from "./support/numericValueRow";
import { inverseOf, scale } from "./support/rationals";
import { type ClaimSetting, RELEASED, randomSetting } from "./support/settings";

interface Formulas {
  readonly risk?: Formula<"scalar">;
  readonly response?: Formula<"vector">;
  readonly intrusion?: Formula<"scalar">;
}

/**
 * The prediction is that of the pretrained layer after n examples and 1/N of what the layer with the value row v_x predicts of a query alone. So
 * the exact risks of those two layers give the risk of both: with g the second prediction, E g² and E g aᵀx follow from its
 * zero-shot risks on the tasks a and −a, a being by how much the mean of the first prediction is above θᵀx.
 */
const compare =
  ({
    risk = OWN_VALUE_RISK,
    response = OWN_VALUE_RESPONSE,
    intrusion = OWN_VALUE_INTRUSION_INVERSE,
  }: Formulas) =>
  (draw: IdentityDraw): Differences => {
    const { field, d } = draw;
    const problem = draw.problem();
    const { covariance, noiseVariance } = problem;
    const [task, targetTask, valueVector] = [draw.vector(), draw.vector(), draw.vector()];
    const gamma = draw.symmetric();
    const some = draw.shots();
    const shares = tokenShares(field, some);
    const common = { covariance, dimension: d, task, gamma, valueVector };
    const claimedRisk = (shots: ShotCount): Rational =>
      evaluate(risk, field, { ...common, noiseVariance, ...tokenShares(field, shots) });
    const silent = task.map(() => field.zero);
    const before = blockParameters(field, { block: gamma });
    const beside = (value: Vector<Rational>, block = gamma) =>
      blockParameters(field, { block, valueVector: value, labelWeight: field.zero });
    const added = beside(valueVector);
    const gap = (shots: ShotCount): Rational => {
      const { queryShare } = tokenShares(field, shots);
      const mean = linearResponse(field, problem, task, shots, before);
      const excess = mean.map((x, i) => x.sub(task[i]!));
      const zeroShot = (of: Vector<Rational>): Rational => exactRisk(field, problem, of, 0, added);
      const [along, against] = [zeroShot(excess), zeroShot(excess.map((x) => x.neg()))];
      const product = against.sub(along).div(4);
      const square = along
        .add(against)
        .div(2)
        .sub(exactRisk(field, problem, excess, 0, beside(silent)));
      const exact = exactRisk(field, problem, task, shots, before)
        .add(queryShare.mul(product).mul(2))
        .add(queryShare.mul(queryShare).mul(square));
      return claimedRisk(shots).sub(exact);
    };
    const responseGap = (): readonly Rational[] => {
      const exact = linearResponse(field, problem, task, some, before).map((x, i) =>
        x.add(shares.queryShare.mul(linearResponse(field, problem, silent, 0, added)[i]!)),
      );
      const claimed = evaluate(response, field, { ...common, ...shares });
      return claimed.map((x, i) => x.sub(exact[i]!));
    };
    const inverse = inverseOf(field, covariance);
    const shrunk = targetTask.map((x) => x.div(d.add(4)));
    const ofInverse = linearResponse(field, problem, silent, 0, beside(shrunk, inverse));
    const claimedIntrusion = evaluate(intrusion, field, { ...common, ...shares });
    return {
      zero: [
        gap(0),
        gap(some),
        gap("infinity"),
        // A query alone cannot tell the two models apart.
        claimedRisk(0).sub(
          exactRisk(field, problem, task, 0, blockParameters(field, { block: gamma, valueVector })),
        ),
        ...responseGap(),
        ...scale(shares.queryShare, ofInverse).map((x, i) => x.sub(claimedIntrusion.mul(targetTask[i]!))),
      ],
    };
  };

const RISK_CONTROLS: Readonly<Record<string, Formula<"scalar">>> = {
  "the examples read v_x, too": VALUE_ONLY_RISK,
  "the query's share does not fade": altered(
    OWN_VALUE_RISK,
    "queryShare^2 * valueVector",
    "queryShare * valueVector",
  ),
  "without what the two answers have in common": altered(
    OWN_VALUE_RISK,
    "2 * queryShare * bias",
    "0 * queryShare * bias",
  ),
};

const RESPONSE_CONTROLS: Readonly<Record<string, Formula<"vector">>> = {
  "the examples read v_x, too": VALUE_ONLY_RESPONSE,
  "nothing is added": altered(OWN_VALUE_RESPONSE, "queryShare * (trace", "0 * queryShare * (trace"),
};

/** What is simulated: the update that the zero-shot risk itself asks for, by its values, in the query's own value row. */
function trainedModel({ problem, gamma, targetTask }: ClaimSetting): OwnValueModel {
  const parameters = blockParameters(FLOAT, { block: gamma });
  const { value } = numericValueRow(problem, targetTask, parameters);
  const label = labelSlot(problem.dimension);
  return { parameters, ownValue: value.map((x, k) => (k === label ? 0 : x)) };
}

const trainedValue = ({ problem, gamma, targetTask }: ClaimSetting): Bindings<number> => ({
  gamma,
  valueVector: valueOnlyOptimum(FLOAT, problem, gamma, targetTask),
  labelWeight: 1,
});

const probe = (setting: ClaimSetting, shots: number): ResponseProbe => {
  const { problem, otherTask: task } = setting;
  const { covariance, dimension } = problem;
  const bindings = { covariance, dimension, task, ...trainedValue(setting), ...tokenShares(FLOAT, shots) };
  return {
    setting,
    shots,
    precision: setting === RELEASED ? "main" : "spread",
    model: "own value",
    parameters: trainedModel(setting),
    predicted: evaluate(OWN_VALUE_RESPONSE, FLOAT, bindings),
    controls: Object.fromEntries(
      Object.entries(RESPONSE_CONTROLS).map(([name, formula]) => [name, evaluate(formula, FLOAT, bindings)]),
    ),
  };
};

export const ownValueFades: Claim = {
  id: "own-value-fades",
  title: "What a value update that a token reads from itself alone costs fades with the examples",
  statement:
    "Let the update $v_x$ of value-only fine-tuning count only where a token reads itself. Zero-shot prompts cannot tell: same training, same zero-shot risk. After $n$ examples, $s=\\tfrac nN\\Gamma\\Sigma\\theta-\\theta$: $R(n,\\theta) = R_{\\text{pretrained}}(n,\\theta) + \\tfrac2N s^\\top(T_1\\Sigma+2\\Sigma\\Gamma\\Sigma)v_x + \\tfrac1{N^2}v_x^\\top Bv_x$. With endless examples nothing of it is left, on any task, for any $\\Gamma$, where value-only fine-tuning has $\\lVert\\Gamma\\Sigma(\\theta+v_x)-\\theta\\rVert^2$ in place of $\\lVert\\Gamma\\Sigma\\theta-\\theta\\rVert^2$. For $\\Gamma = \\Sigma^{-1}$, $v_x=\\theta_0/(d+4)$: intrusion $a(n) = \\tfrac{d+2}{(d+4)N}$, gain $b(n) = \\tfrac nN$.",
  assumptions:
    "M zero but for a symmetric block Γ, v = (0, 0, 1) for the examples and (0, v_x, 1) for the query token. Softmax and depth: measured in the study of a small GPT, not claimed.",
  shares:
    "where the entries of v and M stand (blockParameters) and tokenShares; the identity takes the exact risks of two layers, each that of the claim exact-risk, and the simulation samples every token. What is sampled is the minimum of values of the exact zero-shot risk, while the prediction is at B⁻¹a.",
  notebook: "16-a-gpt-that-forgets.ipynb#cell-math",
  identity: {
    compares:
      "the risk with that of the pretrained layer and what zero-shot risks of the added row say of the rest, at 0, n and endless examples, and at 0 with value-only fine-tuning; the response with the sum of two; for free Γ, v_x, θ, and the intrusion for Γ = Σ⁻¹",
    differences: compare({}),
    controls: [
      // The first are formulas of another model, in symbols that this one does not have.
      ...Object.entries(RISK_CONTROLS)
        .slice(1)
        .map(([description, risk]) => ({ description, differences: compare({ risk }) })),
      ...Object.entries(RESPONSE_CONTROLS)
        .slice(1)
        .map(([description, response]) => ({ description, differences: compare({ response }) })),
      {
        description: "d + 3 for d + 2 in the intrusion",
        differences: compare({
          intrusion: altered(OWN_VALUE_INTRUSION_INVERSE, "dimension + 2", "dimension + 3"),
        }),
      },
      ...smallDimensionControls(OWN_VALUE_RISK, (risk) => compare({ risk })),
      ...smallDimensionControls(OWN_VALUE_RESPONSE, (response) => compare({ response })).map(
        ({ description, differences }) => ({ description: `${description}, in the response`, differences }),
      ),
      ...smallDimensionControls(OWN_VALUE_INTRUSION_INVERSE, (intrusion) => compare({ intrusion })).map(
        ({ description, differences }) => ({ description: `${description}, in the intrusion`, differences }),
      ),
    ],
  },
  simulation: {
    samples:
      "the fine-tuned layer, its query token read by a row of its own, on fresh prompts: its risk on the target, its opposite and other tasks, and on another task its error times the directions that single out either task",
    cases: () => [
      ...formulaCases({
        probes: [...releasedProbes([1, 20]), ...SPREAD],
        formula: OWN_VALUE_RISK,
        controls: RISK_CONTROLS,
        parameters: trainedModel,
        bind: trainedValue,
      }),
      ...coefficientCases([probe(RELEASED, 1), probe(RELEASED, 20), probe(randomSetting(2), 3)]),
    ],
  },
  training: {
    notApplicable:
      "On zero-shot prompts the loss is that of value-only fine-tuning, to the last digit; where that ends is the claim value-only-optimum.",
  },
};
