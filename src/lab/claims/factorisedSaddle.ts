import {
  defineFormula,
  evaluate,
  FLOAT,
  halfGradient,
  type Matrix,
  type Rational,
} from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk, promptFeatures, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  CONSTANT_SLOT,
  FIRST_COVARIATE_SLOT,
  labelSlot,
  tokenLength,
} from "@finetune-icl/core/model";
import { blockParameters, FACTORISED_SADDLE_RISK, factorisedSaddle } from "@finetune-icl/core/theory";
import { formulaCases } from "./support/cases";
import { factorisedTraining } from "./support/factorisedTraining";
import { numericValueRow } from "./support/numericValueRow";
import { derivatives, inverseOf, ratio, scale, scaleMatrix } from "./support/rationals";
import { randomSetting } from "./support/settings";

/** ∂R/∂M₀₀ at the saddle: the constant score would help at once, but K and Q can only grow it together. */
const WAY_OUT = defineFormula({
  title: "Slope in the constant score at the saddle",
  source: "Derived here.",
  yields: "scalar",
  symbol: "\\partial R/\\partial M_{00}",
  expression: "-4 * normSquared(targetTask) / (scoreScale * (dimension + 4)^2)",
});

const compare =
  (price: typeof FACTORISED_SADDLE_RISK, valueScale: Rational) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension: d } = draw;
    const problem = draw.problem();
    const [targetTask, scoreScale] = [draw.vector(), draw.number()];
    const { covariance, noiseVariance } = problem;
    const inverse = inverseOf(field, covariance);
    // As factorisedSaddle of the theory makes it, d written as a number of the field.
    const exact = blockParameters(field, {
      block: scaleMatrix(scoreScale, inverse),
      valueVector: scale(field.one.div(scoreScale.mul(draw.d.add(4))), targetTask),
    });
    const stated = () => {
      const { value, keyQuery } = factorisedSaddle(field, inverse, targetTask, scoreScale);
      return [
        ...value.map((x, k) => x.sub(exact.value[k]!)),
        ...keyQuery.flatMap((row, i) => row.map((x, j) => x.sub(exact.keyQuery[i]![j]!))),
      ];
    };
    const saddle = {
      ...exact,
      value: exact.value.map((x, k) => (k === labelSlot(d) ? x : x.mul(valueScale))),
    };
    const loss = (p: AttentionParameters<Rational>): Rational => exactRisk(field, problem, targetTask, 0, p);
    const bindings = { covariance, noiseVariance, targetTask, scoreScale, dimension: draw.d };

    // Best of all cubic predictions: the relaxed loss has no slope in any feature x_i x_j x_k.
    const features = promptFeatures(d);
    const isCubic = ({ pair, query }: (typeof features)[number]): boolean =>
      [...pair, query].every((slot) => slot >= FIRST_COVARIATE_SLOT && slot < labelSlot(d));
    const relaxed = relaxedLoss(field, problem, [{ task: targetTask, shots: 0, weight: field.one }]);
    // In a feature's slope M = cΣ⁻¹ stands once.
    const slopes = halfGradient(field, relaxed, relaxedPoint(field, saddle))
      .filter((_, i) => isCubic(features[i]!))
      .map((slope) => draw.withLoops(1, slope));

    // Only M₀₀ has a slope among the entries that the columns of the constant in K and Q make.
    const size = tokenLength(d);
    const constantScores = Array.from({ length: d }, (_, i) => [size + i + 1, size + (i + 1) * size]).flat();
    const [wayOut, ...others] = derivatives(loss, saddle, [
      size + CONSTANT_SLOT,
      CONSTANT_SLOT,
      ...constantScores,
    ]);
    return {
      zero: [
        loss(saddle).sub(evaluate(price, field, bindings)),
        wayOut!.sub(evaluate(WAY_OUT, field, bindings)),
        ...others,
        ...slopes,
      ],
      solved: stated,
    };
  };

export const factorisedSaddleClaim: Claim = {
  id: "factorised-saddle",
  title: "With K and Q apart, full fine-tuning stalls at a saddle",
  statement:
    "If the columns of $K$ and $Q$ that belong to the constant are exactly zero, full fine-tuning from the pretrained point cannot leave $M_{00}=0$ and ends at $\\sigma^2 + 2\\lVert\\theta_0\\rVert^2/(d+4)$, whatever $\\Gamma$: at $M_{xx} = c\\Sigma^{-1}$, $v_x = \\theta_0/(c(d+4))$. There $\\partial R/\\partial M_{00} = -4\\lVert\\theta_0\\rVert^2/(c(d+4)^2) \\neq 0$, so it is a saddle for $K$ and $Q$; small noise decides when it is left.",
  assumptions:
    "M = KᵀQ with K and Q trained apart, zero-shot loss of one task, v₀ = 0 and no linear scores at the start.",
  shares:
    "The identity takes the stated point; the simulation finds the best v_x at M_xx = Σ⁻¹ from values of the exact risk, and the training starts from the pretrained point with K and Q apart: three ways to the price. Training and identity share the exact risk through its fast gradients.",
  notebook: "08-training-dynamics.ipynb#cell-saddle-heading",
  identity: {
    compares:
      "the exact risk at the stated point with the price; its slopes with the stated one in M₀₀ and zero in the linear scores and v₀; and the slopes of the relaxed loss in all cubic features with zero, so that no prediction without a constant score is better",
    differences: compare(FACTORISED_SADDLE_RISK, ratio(1)),
    controls: [
      {
        description: "d + 3 for d + 4",
        differences: compare(altered(FACTORISED_SADDLE_RISK, "dimension + 4", "dimension + 3"), ratio(1)),
      },
      { description: "v_x too large by 3 %", differences: compare(FACTORISED_SADDLE_RISK, ratio(103, 100)) },
      ...smallDimensionControls(FACTORISED_SADDLE_RISK, (formula) => compare(formula, ratio(1))),
    ],
  },
  simulation: {
    samples:
      "the zero-shot error on the target at the saddle of anisotropic problems, where it is not the value-only optimum",
    cases: () =>
      formulaCases({
        probes: [2, 8].map((d) => ({
          setting: randomSetting(d),
          task: "target",
          shots: 0,
          precision: "main",
        })),
        formula: FACTORISED_SADDLE_RISK,
        controls: {
          "d + 3 for d + 4": altered(FACTORISED_SADDLE_RISK, "dimension + 4", "dimension + 3"),
          "the noise alone": altered(FACTORISED_SADDLE_RISK, "2 * normSquared", "0 * normSquared"),
        },
        parameters: ({ problem, targetTask }) =>
          numericValueRow(
            problem,
            targetTask,
            blockParameters(FLOAT, { block: FLOAT.math.inv(problem.covariance) as Matrix }),
          ),
        bind: ({ targetTask }) => ({ targetTask }),
      }),
  },
  training: factorisedTraining,
};
