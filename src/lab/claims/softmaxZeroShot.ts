import type { Vector } from "@finetune-icl/core/algebra";
import { type Claim, type SimulationCase, streamOf, type TrainingRow } from "@finetune-icl/core/evidence";
import { type AttentionParameters, tokenLength } from "@finetune-icl/core/model";
import { isotropicSetting } from "@finetune-icl/core/problem";
import { RandomSource } from "@finetune-icl/core/simulate";
import { finitePrompts, followGradientFlow, inOrder, softmaxBatch } from "@finetune-icl/core/train";
import { distance } from "./support/descent";
import { RELEASED, randomSetting } from "./support/settings";

const EXAMPLES = 200;

/** Full-batch gradient flow of v and M of every head from a random point, labels without noise, by the hand-written backward pass. */
function train(targetTask: Vector, shots: number, heads: number, seed: number) {
  const dimension = targetTask.length;
  const size = tokenLength(dimension);
  const { problem } = isotropicSetting({ dimension, noiseVariance: 0, pretrainingShots: 20 });
  const random = new RandomSource(seed, streamOf("softmax zero-shot", dimension, shots, heads));
  const prompts = finitePrompts(problem, targetTask, shots, "tokens", EXAMPLES, random);
  const batch = softmaxBatch(inOrder(prompts, size), size, heads, EXAMPLES);
  const start = Float64Array.from({ length: heads * (size + size * size) }, () => 0.5 * random.normal());
  const end = followGradientFlow((point, gradient) => batch(point, gradient, random), start, {
    stepTolerance: 1e-9,
    maxTime: shots === 0 ? 1e4 : 1,
  });
  const isValue = (i: number): boolean => i % (size + size * size) < size;
  const keyQuery = (point: Float64Array): number[] => [...point].filter((_, i) => !isValue(i));
  const mean = Array.from({ length: size }, (_, k) => {
    let sum = 0;
    for (let h = 0; h < heads; h += 1) sum += end.point[h * (size + size * size) + k]!;
    return sum / heads;
  });
  return { ...end, moved: distance(keyQuery(end.point), keyQuery(start)), stored: mean.slice(0, -1) };
}

/** d and the number of heads. */
const TRAINED: readonly (readonly [number, number])[] = [
  [5, 1],
  [3, 2],
];

const trained = (seed: number, [dimension, heads]: readonly [number, number]): readonly TrainingRow[] => {
  const targetTask = Array.from({ length: dimension }, (_, i) => (i === 0 ? 0.6 : i === 1 ? -0.8 : 0));
  const { moved, stored, settled } = train(targetTask, 0, heads, seed);
  const label = `d = ${dimension}, ${heads} ${heads === 1 ? "head" : "heads"}`;
  return [
    {
      label: `${label}: distance that all M moved`,
      predicted: 0,
      measured: moved,
      tolerance: 1e-14,
      reason: "a − f, the content less its own mean, is rounding",
      settled,
      controls: {
        "one example in the prompt": { predicted: 0, measured: train(targetTask, 1, heads, seed).moved },
      },
    },
    {
      label: `${label}: distance of the heads' mean (v₀, v_x) from (0, θ₀)`,
      predicted: 0,
      measured: distance(stored, [0, ...targetTask]),
      tolerance: 1e-8,
      reason:
        "the flow stops at a gradient of 1e-9, over a curvature of 2/H times the least eigenvalue of the sample's moments, above 0.5",
      settled,
      controls: {
        "the linear layer's v_x = θ₀/(d + 4)": {
          predicted: 0,
          measured: distance(stored, [0, ...targetTask.map((x) => x / (dimension + 4))]),
        },
      },
    },
  ];
};

/** Any M at all, and v = (v₀, v_x, w) as told. */
function parametersWith(dimension: number, constant: number, stored: Vector): AttentionParameters {
  const random = new RandomSource(1, streamOf("any key-query matrix", dimension));
  const size = tokenLength(dimension);
  return {
    value: [constant, ...stored, random.normal()],
    keyQuery: Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal())),
  };
}

const cases = (): readonly SimulationCase[] =>
  [RELEASED, randomSetting(2), randomSetting(8)].flatMap(({ label, problem, targetTask }) => {
    const { dimension, covariance, noiseVariance } = problem;
    const square = (x: Vector): number =>
      x.reduce((sum, a, i) => sum + a * covariance[i]!.reduce((s, c, j) => s + c * x[j]!, 0), 0);
    const other = { constant: 0.5, stored: targetTask.map((x) => 0.3 * x) };
    const common = {
      problem,
      task: targetTask,
      shots: 0,
      precision: "main",
      attention: "softmax",
    } as const;
    const price = noiseVariance + (2 / (dimension + 4)) * square(targetTask);
    const away = noiseVariance + 0.25 + 0.49 * square(targetTask);
    return [
      {
        label: `${label}: v = (0, θ₀, w), any M`,
        ...common,
        parameters: parametersWith(dimension, 0, targetTask),
        predicted: noiseVariance,
        controls: { "the linear layer's price 2‖θ₀‖²/(d + 4)": price },
      },
      {
        label: `${label}: v = (0.5, 0.3 θ₀, w), any M`,
        ...common,
        parameters: parametersWith(dimension, other.constant, other.stored),
        predicted: away,
        controls: { "v₀ costs nothing": away - 0.25 },
      },
    ];
  });

export const softmaxZeroShot: Claim = {
  id: "softmax-zero-shot",
  title: "A softmax layer: full zero-shot fine-tuning is value-only fine-tuning, without a price",
  statement:
    "A zero-shot prompt has one token, whose softmax weight is 1, so $f = v^\\top z_q$ whatever $K$ and $Q$ are, $\\partial R(0,\\theta_0)/\\partial M = 0$ and $R(0,\\theta_0) = \\sigma^2 + v_0^2 + \\lVert v_x-\\theta_0\\rVert^2$. Full and value-only fine-tuning both end at $v_0=0$, $v_x=\\theta_0$, with risk $\\sigma^2$ exactly.",
  assumptions: "One softmax layer; several heads are averaged, and v stands for their mean. Any M, any w.",
  shares: "Nothing but the parameters: the sampler and the backward pass know no formula.",
  notebook: "13-softmax-and-depth.ipynb#cell-math",
  identity: {
    notApplicable:
      "Exponentials are not rational; the proof is one line, and the backward pass is tried in training.",
  },
  simulation: {
    samples: "a softmax layer with a random M on zero-shot prompts, at the optimum and away from it",
    cases,
  },
  training: {
    trains:
      "full-batch gradient flow of all v and M of one or two softmax heads from a random point, on 200 zero-shot prompts without noise, by the backward pass that the studies train with",
    run: (profile, seed) =>
      (profile === "quick" ? TRAINED.slice(0, 1) : TRAINED).flatMap((shape) => trained(seed, shape)),
  },
};
