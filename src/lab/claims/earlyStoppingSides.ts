import { evaluate, FLOAT, type Formula, matrixFrom, type Rational } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
  type TrainingRow,
} from "@finetune-icl/core/evidence";
import { asParameters, asPoint, averagedRisk, exactLoss, exactRisk, pack } from "@finetune-icl/core/exact";
import { type AttentionParameters, tokenLength } from "@finetune-icl/core/model";
import { tokenShares } from "@finetune-icl/core/problem";
import { BLOCK_SLOPE, blockParameters, EARLY_STOPPING_DIFFERENCE } from "@finetune-icl/core/theory";
import { followGradientFlow, recorder } from "@finetune-icl/core/train";
import { fineTuningTerms, pretrainedPoint } from "./support/descent";
import { derivatives, identity } from "./support/rationals";
import { type ClaimSetting, isotropic, RELEASED } from "./support/settings";

/** (τ + σ²)/N. */
const ridge = (total: number, shots: number | "infinity"): number =>
  shots === "infinity" ? 0 : total / (shots + 1);

const compare =
  (slope: Formula<"scalar">) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const { dimension: d } = draw;
    const problem = { dimension: d, covariance: identity(field, d), noiseVariance: draw.positive() };
    const [size, shots, pretrainingShots] = [draw.number(), draw.shots(), draw.shots()];
    // Tasks ± size · e_i have the moment Λ = (size²/d) I; the risk at v = (0, 0, 1) needs no more of the prior.
    const spread = size.mul(size);
    const total = spread.add(problem.noiseVariance);
    const [shotRidge, kappa] = [shots, pretrainingShots].map((n) => total.div(n + 1)) as [Rational, Rational];
    const share = spread.div(draw.d);
    const blockScale = share.div(share.add(kappa));
    const parameters = blockParameters(field, {
      block: matrixFrom(d, d, (i, j) => (i === j ? blockScale : field.zero)),
    });
    const average = (p: AttentionParameters<Rational>): Rational =>
      draw
        .sumOverDirections(
          identity(field, d).map((axis) =>
            exactRisk(
              field,
              problem,
              axis.map((x) => x.mul(size)),
              shots,
              p,
            ),
          ),
        )
        .div(draw.d);
    const D = tokenLength(d);
    const diagonal = Array.from({ length: d }, (_, i) => D + (i + 1) * D + i + 1);
    const claimed = evaluate(slope, field, {
      blockScale,
      shotRidge,
      kappa,
      dimension: draw.d,
      covariance: draw.covariance(),
      ...tokenShares(field, shots),
    });
    return { zero: derivatives(average, parameters, diagonal).map((x) => x.sub(claimed)) };
  };

const GAINS = [0.01, 0.0025] as const;

/** The formula's d and ‖θ₀‖ are tried elsewhere, too. */
const OTHERS: readonly ClaimSetting[] = [
  isotropic(2, [0.9, -1.2]),
  isotropic(8, [0.48, 0, 0, 0, -0.64, 0, 0, 0]),
];

/** The largest deviation allowed, in units of gain over ‖θ₀‖²: what the next order in the gain makes. */
const NEXT_ORDER = 1.5;
const SHOTS = [5, 80, "infinity"] as const;

/** The average few-shot risks where the zero-shot risk has fallen by the gain, with all entries free or v alone. */
function risksAtGain(setting: ClaimSetting, trainable: "all" | "value", gain: number): readonly number[] {
  const { problem, pretraining, targetTask } = setting;
  const size = tokenLength(problem.dimension);
  const average = averagedRisk(problem, { kind: "sphere", taskCovariance: pretraining.taskCovariance });
  const zeroShot = exactLoss(problem, fineTuningTerms(targetTask));
  const loss = (point: Float64Array, gradient: Float64Array): number => {
    const value = zeroShot(point, gradient);
    if (trainable === "value") gradient.fill(0, size);
    return value;
  };
  const start = asPoint(pack(pretrainedPoint(setting)));
  const first = loss(start, new Float64Array(start.length));
  // So near together that a parabola between three of them is exact to rounding.
  const { observer, records } = recorder({ every: 1e-5 }, (point) =>
    SHOTS.map((n) => average(asParameters(point, size), n)),
  );
  followGradientFlow(loss, start, { maxTime: 4e-4 }, observer);
  const after = records.findIndex((record) => record.loss <= first - gain);
  const near = records.slice(after - 1, after + 2);
  return SHOTS.map((_, k) =>
    near.reduce((sum, a, i) => {
      const others = near.filter((_b, j) => j !== i);
      const weight = others.reduce((w, b) => (w * (first - gain - b.loss)) / (a.loss - b.loss), 1);
      return sum + weight * a.value[k]!;
    }, 0),
  );
}

const trained = (): readonly TrainingRow[] => [
  ...GAINS.flatMap((gain) => trainedTo(RELEASED, gain)),
  ...OTHERS.flatMap((setting) => trainedTo(setting, GAINS[1])),
];

function trainedTo(setting: ClaimSetting, gain: number): readonly TrainingRow[] {
  const { problem, pretraining, targetTask, gamma } = setting;
  const full = risksAtGain(setting, "all", gain);
  const value = risksAtGain(setting, "value", gain);
  const square = targetTask.reduce((sum, x) => sum + x * x, 0);
  const total = 1 + problem.noiseVariance;
  return SHOTS.map((shots, k) => {
    const predict = (formula: Formula<"scalar">): number =>
      evaluate(formula, FLOAT, {
        blockScale: gamma[0]![0]!,
        covariance: problem.covariance,
        dimension: problem.dimension,
        targetTask,
        shotRidge: ridge(total, shots),
        kappa: ridge(total, pretraining.shots),
        zeroShotGain: gain,
        ...tokenShares(FLOAT, shots),
      });
    const predicted = predict(EARLY_STOPPING_DIFFERENCE);
    const measured = full[k]! - value[k]!;
    return {
      label: `${setting === RELEASED ? "released setting" : setting.label}, gain ${gain}, n = ${shots}: average risk of full less value-only`,
      predicted,
      measured,
      tolerance: ((NEXT_ORDER * gain) / square) * Math.abs(predicted),
      reason: `the next order in the gain: relative, ${NEXT_ORDER} times the gain over ‖θ₀‖²`,
      settled: true,
      controls: {
        "pretraining on n shots": { predicted: 0, measured },
        "d + 3 for d + 2": {
          predicted: predict(altered(EARLY_STOPPING_DIFFERENCE, "dimension + 2", "dimension + 3")),
          measured,
        },
      },
    };
  });
}

export const earlyStoppingSides: Claim = {
  id: "early-stopping-sides",
  title:
    "Stopped early, full fine-tuning is better than value-only for prompts longer than those of pretraining",
  statement:
    "At equal small zero-shot gain $g$ the few-shot risk averaged over the prior differs, full less value-only, by $\\tfrac nN\\frac{\\kappa_n-\\kappa}{4\\gamma^2(d+2)^2\\lVert\\theta_0\\rVert^2}g^2 + O(g^3)$, $\\kappa_n = (\\tau+\\sigma^2)/(n+1)$: negative exactly for $n>m$. The flow of $M$ first makes the block grow, and pretraining on $m$ shots left it too small for more than $m$.",
  assumptions:
    "Σ = I, Λ = (τ/d) I, Γ = γI the pretrained optimum on m shots; gradient flow on zero-shot prompts.",
  shares:
    "Both flows run on the fast gradients and are averaged by the same closed average; the formula knows neither.",
  notebook: "15-when-to-stop.ipynb#cell-sides",
  identity: {
    compares:
      "the slope of the exact few-shot risk, averaged over the prior, in each diagonal entry of M_xx at the pretrained optimum with the formula",
    differences: compare(BLOCK_SLOPE),
    controls: [
      {
        description: "κ_n + κ for κ_n − κ",
        differences: compare(altered(BLOCK_SLOPE, "shotRidge - kappa", "shotRidge + kappa")),
      },
      {
        description: "half of it",
        differences: compare(altered(BLOCK_SLOPE, "2 * contextShare", "contextShare")),
      },
      ...smallDimensionControls(BLOCK_SLOPE, compare),
    ],
  },
  simulation: { notApplicable: "The difference is far smaller than what sampled prompts could tell." },
  training: {
    trains:
      "gradient flow from the pretrained point, all entries or v alone, stopped at the same zero-shot gain: the difference of the average few-shot risks",
    run: trained,
  },
};
