import { evaluate, FLOAT, type Formula, type Matrix, type Vector } from "@finetune-icl/core/algebra";
import { altered, type Claim, type SimulationCase } from "@finetune-icl/core/evidence";
import type { RegressionProblem } from "@finetune-icl/core/problem";
import {
  SOFTMAX_LIMIT_RISK,
  SOFTMAX_SHOTS_COST,
  type SoftmaxHead,
  softmaxParameters,
} from "@finetune-icl/core/theory";
import { RELEASED } from "./support/settings";

/** The terms of order 1/n² are below 0.5 % of the risk here, no more than a standard error. */
const SHOTS = 500;

/** At w = 4 they are about 0.95 % at 500 examples, so a ninth of that here: 0.2 standard errors. */
const MANY_SHOTS = 1500;

const WITHOUT_OWN_VOTE = altered(SOFTMAX_SHOTS_COST, "2 * sqrt(det(selfTilt)", "0 * sqrt(det(selfTilt)");
const EVEN_WEIGHTS = altered(
  SOFTMAX_SHOTS_COST,
  "sqrt(det(contextTilt) / det(covariance)) * (normSquared",
  "(normSquared",
);
const TRANSPOSED = altered(SOFTMAX_LIMIT_RISK, "transpose(tilt) * covariance", "tilt * covariance");
const UNTILTED = altered(SOFTMAX_LIMIT_RISK, "transpose(tilt) * covariance", "0 * covariance");

interface Probe {
  readonly label: string;
  readonly problem: RegressionProblem;
  readonly task: Vector;
  readonly head: SoftmaxHead;
  /** {@link SHOTS} unless told. */
  readonly shots?: number;
}

const scaledIdentity = (d: number, a: number): Matrix =>
  Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_x, j) => (i === j ? a : 0)));

/** What zero-shot fine-tuning makes of a head that pretraining left at wΣA = I: v_x = θ₀. */
const storedTarget = (w: number): SoftmaxHead => ({
  tilt: scaledIdentity(RELEASED.problem.dimension, 1 / w),
  valueVector: RELEASED.targetTask,
  labelWeight: w,
});

/** A that is neither symmetric nor commutes with Σ. */
const SKEWED: Probe = {
  label: "anisotropic Σ, A not symmetric",
  problem: {
    dimension: 2,
    covariance: [
      [1, 0.3],
      [0.3, 0.5],
    ],
    noiseVariance: 0.2,
  },
  task: [0.5, 1],
  head: {
    tilt: [
      [0.2, 0.1],
      [-0.2, 0.3],
    ],
    valueVector: [1, -0.5],
    labelWeight: 3,
  },
};

const isotropic = (dimension: number): RegressionProblem => ({
  dimension,
  covariance: scaledIdentity(dimension, 1),
  noiseVariance: 0.01,
});

/** Endless examples answer it without error: what is left is the noise of the uneven mean. */
const PRECISE: Probe = {
  label: "wΣA = I, nothing stored, little noise",
  problem: isotropic(2),
  task: [0.6, -0.8],
  head: { tilt: scaledIdentity(2, 1 / 3), valueVector: [0, 0], labelWeight: 3 },
};

/** The query token says 25 x, endless examples 2 x, where 1 x is right. */
const LOUD: Probe = {
  label: "a query token that says much",
  problem: isotropic(1),
  task: [1],
  head: { tilt: [[0.2]], valueVector: [25], labelWeight: -15 },
};

const { problem: released, targetTask, otherTask } = RELEASED;
const PROBES: readonly Probe[] = [
  SKEWED,
  PRECISE,
  LOUD,
  {
    label: "θ₀ stored, w = 4, target",
    problem: released,
    task: targetTask,
    head: storedTarget(4),
    shots: MANY_SHOTS,
  },
  { label: "θ₀ stored, w = 6, other task", problem: released, task: otherTask, head: storedTarget(6) },
];

const cases = (): readonly SimulationCase[] =>
  PROBES.map(({ label, problem, task, head, shots = SHOTS }) => {
    const { covariance, noiseVariance } = problem;
    const value = (formula: Formula<"scalar">): number =>
      evaluate(formula, FLOAT, { covariance, noiseVariance, task, ...head });
    const limit = value(SOFTMAX_LIMIT_RISK);
    const cost = value(SOFTMAX_SHOTS_COST) / shots;
    return {
      label: `${label}, n = ${shots}`,
      problem,
      task,
      shots,
      parameters: softmaxParameters(head),
      attention: "softmax",
      predicted: limit + cost,
      controls: {
        "the limit alone": limit,
        "the examples weigh evenly": limit + value(EVEN_WEIGHTS) / shots,
        "the query token has no vote": limit + value(WITHOUT_OWN_VOTE) / shots,
        "the scores do not tilt": value(UNTILTED) + cost,
        "A for its transpose": value(TRANSPOSED) + cost,
      },
      precision: "spread",
    };
  });

export const softmaxManyExamples: Claim = {
  id: "softmax-many-examples",
  title: "What a softmax layer answers with many examples, and what it forgets",
  statement:
    "With $A = M_{xx}/\\sqrt D$ and $\\varphi = v_x+w\\theta$, $R(n,\\theta) = \\sigma^2+\\lVert A^\\top\\Sigma\\varphi-\\theta\\rVert^2 + C/n + o(1/n)$, $C$ in closed form. If pretraining left $w\\Sigma A = I$, storing $v_x=\\theta_0$ costs every task $\\lVert\\theta_0\\rVert^2/w^2$ in the limit: a head with small scores and a large $w$ forgets little.",
  assumptions:
    "Gaussian covariates; M zero but for M_xx, any A. The limit holds for every A; the law 1/n when all singular values of Σ^½AΣ^½ are below 1/√2. The cost of storing: A = Σ⁻¹/w.",
  shares: "Nothing but the parameters: the sampler knows no formula.",
  notebook: "13-softmax-and-depth.ipynb#cell-limit",
  identity: { notApplicable: "Softmax weights are exponentials of the tokens: nothing here is rational." },
  simulation: {
    samples: `softmax layers at ${SHOTS} or ${MANY_SHOTS} examples: one with a stored target on two tasks, one with an A that is not symmetric, and two in which the uneven weights and the query token matter`,
    cases,
  },
  training: { notApplicable: "Where zero-shot training takes v is the claim softmax-zero-shot." },
};
