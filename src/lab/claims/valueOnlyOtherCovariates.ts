import {
  evaluate,
  FLOAT,
  type Formula,
  type NumberField,
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
import {
  coordinateMoments,
  gaussianNoise,
  linearTaskMoments,
  momentRisk,
  remembered,
} from "@finetune-icl/core/exact";
import {
  type CovariateDistribution,
  describeCovariates,
  isotropicSetting,
  tokenShares,
} from "@finetune-icl/core/problem";
import {
  blockParameters,
  GAUSSIAN_ERROR,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_RISK_OTHER_COVARIATES,
} from "@finetune-icl/core/theory";
import { dot, inverseOf } from "./support/rationals";

/** τ₄ and τ₆ of independent coordinates with fourth moment m₄ and sixth moment m₆. */
function radialMoments<T>(
  { add, subtract, multiply, from }: NumberField<T>,
  d: T,
  fourth: T,
  sixth: T,
): { readonly fourthRadial: T; readonly sixthRadial: T } {
  return {
    fourthRadial: add(fourth, subtract(d, from(1))),
    sixthRadial: add(
      add(sixth, multiply(multiply(from(3), subtract(d, from(1))), fourth)),
      multiply(subtract(d, from(1)), subtract(d, from(2))),
    ),
  };
}

/** x = L e with independent coordinates of e, whose moments 4 and 6 are drawn, against the closed form and its two parts. */
const compare =
  (general: Formula<"scalar">, error: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const d = draw.dimension;
    const root = draw.matrix();
    const [fourth, sixth] = [draw.number(), draw.number()];
    const white = [field.one, field.zero, field.one, field.zero, fourth, field.zero, sixth];
    const covariance = root.map((a) => root.map((b) => dot(a, b)));
    const noiseVariance = draw.positive();
    const [task, valueVector, labelWeight] = [draw.vector(), draw.vector(), draw.number()];
    const shots = draw.shots();
    const gamma = inverseOf(field, covariance);
    const moments = linearTaskMoments(
      field,
      imageMoments(field, root, white),
      task,
      gaussianNoise(field, noiseVariance),
    );
    const parameters = blockParameters(field, { block: gamma, valueVector, labelWeight });
    const exact = momentRisk(field, d, moments, shots, parameters);
    const bindings = {
      covariance,
      noiseVariance,
      task,
      valueVector,
      labelWeight,
      dimension: draw.d,
      ...radialMoments(field, draw.d, fourth, sixth),
      ...tokenShares(field, shots),
    };
    const gaussian = evaluate(VALUE_ONLY_RISK_INVERSE, field, bindings);
    return {
      zero: [
        evaluate(general, field, bindings).sub(exact),
        evaluate(error, field, bindings).sub(exact.sub(gaussian)),
      ],
    };
  };

/** E x_i x_j … of x = L e for independent coordinates of e. */
function imageMoments(
  field: NumberField<Rational>,
  root: readonly Vector<Rational>[],
  white: Vector<Rational>,
) {
  const expand = (indices: readonly number[], counts: readonly number[], weight: Rational): Rational => {
    const [index, ...rest] = indices;
    if (index === undefined) return counts.reduce((product, count) => product.mul(white[count]!), weight);
    return root[index]!.reduce(
      (sum, factor, k) =>
        sum.add(
          expand(
            rest,
            counts.map((count, i) => (i === k ? count + 1 : count)),
            weight.mul(factor),
          ),
        ),
      field.zero,
    );
  };
  return remembered((indices) =>
    indices.length % 2 === 1
      ? field.zero
      : expand(
          indices,
          root.map(() => 0),
          field.one,
        ),
  );
}

const CONTROLS: readonly (readonly [string, Formula<"scalar">])[] = [
  [
    "the Gaussian fourth moment",
    altered(VALUE_ONLY_RISK_OTHER_COVARIATES, "(fourthRadial - 1)", "(dimension + 1)"),
  ],
  [
    "the Gaussian sixth moment",
    altered(
      VALUE_ONLY_RISK_OTHER_COVARIATES,
      "queryShare^2 * sixthRadial",
      "queryShare^2 * (dimension + 2) * (dimension + 4)",
    ),
  ],
  ["τ₄ for τ₄ − 1", altered(VALUE_ONLY_RISK_OTHER_COVARIATES, "(fourthRadial - 1)", "fourthRadial")],
];

type Independent = Exclude<CovariateDistribution, { readonly kind: "heavy-tailed" | "sphere" }>;
const SAMPLED: readonly (readonly [Independent, number])[] = [
  [{ kind: "uniform" }, 0],
  [{ kind: "uniform" }, 5],
  [{ kind: "sparse", density: 0.75 }, 0],
  [{ kind: "sparse", density: 0.5 }, 5],
  [{ kind: "mixture", separation: 0.8 }, 1],
];

function cases(): readonly SimulationCase[] {
  const { problem } = isotropicSetting({ dimension: 3, noiseVariance: 0.1, pretrainingShots: 20 });
  const { dimension, covariance, noiseVariance } = problem;
  const task = [0.6, 0, 0.8];
  const valueVector = task.map((x) => x / (dimension + 4));
  const parameters = blockParameters(FLOAT, { block: covariance, valueVector, labelWeight: 1 });
  return SAMPLED.map(([covariates, shots]) => {
    const [, , , , fourth, , sixth] = coordinateMoments(covariates);
    const predict = (formula: Formula<"scalar">): number =>
      evaluate(formula, FLOAT, {
        covariance,
        noiseVariance,
        task,
        valueVector,
        labelWeight: 1,
        dimension,
        ...radialMoments(FLOAT, dimension, fourth, sixth),
        ...tokenShares(FLOAT, shots),
      });
    return {
      label: `${describeCovariates(covariates)}, n = ${shots}`,
      problem,
      task,
      shots,
      parameters,
      covariates,
      predicted: predict(VALUE_ONLY_RISK_OTHER_COVARIATES),
      controls: {
        "the Gaussian risk": predict(VALUE_ONLY_RISK_INVERSE),
        ...Object.fromEntries(CONTROLS.map(([description, formula]) => [description, predict(formula)])),
      },
      precision: "spread",
    };
  });
}

export const valueOnlyOtherCovariates: Claim = {
  id: "value-only-other-covariates",
  title: "What the Gaussian risk is off by when covariates are not Gaussian",
  statement:
    "With $\\tau_4 = E\\lvert e\\rvert^2e_i^2$, $\\tau_6 = E\\lvert e\\rvert^4e_i^2$, $e = L^{-1}x$, $\\Gamma = \\Sigma^{-1}$, $s = \\tfrac nN\\varphi - \\theta$: $R - R_{\\mathrm{Gauss}} = (\\tau_4 - d - 2)\\big[\\tfrac2N\\langle s, v_x\\rangle + \\tfrac n{N^2}\\lVert\\varphi\\rVert^2\\big] + \\big(\\tau_6 - (d+2)(d+4)\\big)\\tfrac1{N^2}\\lVert v_x\\rVert^2$.",
  assumptions:
    "M zero but for Γ = Σ⁻¹, v = (0, v_x, w), any v_x and w; Σ = LLᵀ, the law of e unchanged by permutations and changes of sign of its coordinates (checked for independent coordinates).",
  shares:
    "τ₄ and τ₆ of the simulated laws are computed from the moments that the exact risk uses; the sampler draws from the laws themselves.",
  notebook: "12-other-covariates.ipynb#cell-mathematics",
  identity: {
    compares:
      "the closed forms against the exact risk from moments, for free L, θ, v_x, w and free fourth and sixth moments of independent coordinates",
    dimensions: [1, 2, 3, 4, 5],
    dimensionsOnly:
      "independent coordinates single out axes, so the theorem on rotations says nothing; docs/beyond.md has the formula by hand",
    differences: compare(VALUE_ONLY_RISK_OTHER_COVARIATES, GAUSSIAN_ERROR),
    controls: [
      ...smallDimensionControls(VALUE_ONLY_RISK_OTHER_COVARIATES, (formula) =>
        compare(formula, GAUSSIAN_ERROR),
      ),
      ...CONTROLS.map(([description, formula]) => ({
        description,
        differences: compare(formula, GAUSSIAN_ERROR),
      })),
      {
        description: "an error that only the sixth moment makes",
        differences: compare(
          VALUE_ONLY_RISK_OTHER_COVARIATES,
          altered(GAUSSIAN_ERROR, "(fourthRadial - dimension - 2)", "0"),
        ),
      },
    ],
  },
  simulation: {
    samples:
      "the parameters that the Gaussian theory names after value-only fine-tuning, on prompts whose covariates are uniform, sparse or mixtures",
    cases,
  },
  training: {
    notApplicable: "The statement holds for any v_x and w; it says what a risk is, not where training ends.",
  },
};
