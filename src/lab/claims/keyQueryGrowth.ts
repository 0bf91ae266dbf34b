import { entry, evaluate, type Formula, matrixFrom, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  CONSTANT_SLOT,
  FIRST_COVARIATE_SLOT,
  labelSlot,
  tokenLength,
} from "@finetune-icl/core/model";
import {
  KEY_QUERY_GROWTH_CONSTANT,
  KEY_QUERY_GROWTH_COVARIATES,
  KEY_QUERY_GROWTH_LINEAR,
} from "@finetune-icl/core/theory";
import { allEntries, derivatives } from "./support/rationals";
import { referenceRunExplained } from "./support/referenceRun";

/** Minus the slope of the zero-shot risk at M = 0, where the prediction is zero, against the stated growth. */
const compare =
  (covariates: Formula<"matrix">, linear: Formula<"vector">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const problem = draw.problem();
    const targetTask = draw.vector();
    const size = tokenLength(draw.dimension);
    const label = labelSlot(draw.dimension);
    const value = draw.vector(size);
    const bindings = {
      covariance: problem.covariance,
      targetTask,
      dimension: draw.d,
      valueConstant: value[CONSTANT_SLOT]!,
      valueVector: value.slice(FIRST_COVARIATE_SLOT, label),
    };
    const constant = evaluate(KEY_QUERY_GROWTH_CONSTANT, field, bindings);
    const line = evaluate(linear, field, bindings);
    const block = evaluate(covariates, field, bindings);
    const growth = matrixFrom(size, size, (i, j) => {
      if (i === label || j === label) return field.zero;
      if (i === CONSTANT_SLOT && j === CONSTANT_SLOT) return constant;
      if (i === CONSTANT_SLOT || j === CONSTANT_SLOT) return line[Math.max(i, j) - FIRST_COVARIATE_SLOT]!;
      return entry(block, i - FIRST_COVARIATE_SLOT, j - FIRST_COVARIATE_SLOT);
    });
    const start = { value, keyQuery: matrixFrom(size, size, () => field.zero) };
    const loss = (p: AttentionParameters<Rational>): Rational => exactRisk(field, problem, targetTask, 0, p);
    const slopes = derivatives(loss, start, allEntries(size).slice(size));
    return { zero: growth.flat().map((rate, k) => rate.add(slopes[k]!)) };
  };

export const keyQueryGrowth: Claim = {
  id: "key-query-growth",
  title: "From a nearly exact pretrained point, key-query-only fine-tuning wrecks in-context learning",
  statement:
    "If $v_0$ and $v_x$ are small but not zero, $M$ grows at the rate $\\dot M_{00} = 2\\langle\\theta_0, v_x\\rangle$, $\\dot M_{x0} = \\dot M_{0x} = 2v_0\\Sigma\\theta_0$, $\\dot M_{xx} = 2(\\langle\\theta_0,v_x\\rangle\\Sigma + \\Sigma\\theta_0v_x^\\top\\Sigma + \\Sigma v_x\\theta_0^\\top\\Sigma)$ while the prediction is small; it can end only at a size of order $1/\\lvert v_x\\rvert$, and the few-shot risk grows with its square. The flow of $M$ is linear and has an exact solution, which predicts the few-shot errors near 80 of the PyTorch run.",
  assumptions:
    "v fixed, zero-shot loss of one task. In the run, v₀ and v_x after pretraining are about 0.005 instead of 0.",
  shares:
    "The slopes are differences of the exact risk. The flow that explains the PyTorch run shares the run's start with it, and no program.",
  notebook: "07-query-key-value.ipynb#cell-growth-heading",
  identity: {
    compares: "minus the slopes of the exact zero-shot risk at M = 0 with the stated growth, for any v",
    differences: compare(KEY_QUERY_GROWTH_COVARIATES, KEY_QUERY_GROWTH_LINEAR),
    controls: [
      {
        description: "one of the two outer products forgotten",
        differences: compare(
          altered(
            KEY_QUERY_GROWTH_COVARIATES,
            "+ outer(covariance * valueVector, covariance * targetTask)",
            "",
          ),
          KEY_QUERY_GROWTH_LINEAR,
        ),
      },
      {
        description: "the linear scores without Σ",
        differences: compare(
          KEY_QUERY_GROWTH_COVARIATES,
          altered(KEY_QUERY_GROWTH_LINEAR, "covariance * targetTask", "targetTask"),
        ),
      },
      ...smallDimensionControls(KEY_QUERY_GROWTH_COVARIATES, (formula) =>
        compare(formula, KEY_QUERY_GROWTH_LINEAR),
      ),
    ],
  },
  simulation: {
    notApplicable:
      "The errors of the PyTorch run, measured on its own prompts, stand in the training evidence.",
  },
  training: referenceRunExplained,
};
