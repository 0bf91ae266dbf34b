import { entry, FLOAT, matrixFrom, type Vector } from "@finetune-icl/core/algebra";
import {
  COMPARISONS,
  ERROR_RATE,
  type Profile,
  streamOf,
  studentQuantile,
  type TrainingEvidence,
  type TrainingRow,
} from "@finetune-icl/core/evidence";
import { exactRisk, FastRisk, pack, unpack, zeroParameters } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot, tokenLength } from "@finetune-icl/core/model";
import { keyQueryFlow, type LinearFlow, solveLinearFlow } from "@finetune-icl/core/predict";
import { isotropicSetting } from "@finetune-icl/core/problem";
import { ExampleSampler, RandomSource } from "@finetune-icl/core/simulate";
import { readReferenceErrors, readReferenceParameters } from "../../reference/referenceFiles";

/** 5000 steps of rate 0.01 with momentum 0.9: a step goes as far as η/(1−β) of gradient flow. */
const STEPS = 5000;
const RATE = 0.01;
const MOMENTUM = 0.9;
const TIME = (STEPS * RATE) / (1 - MOMENTUM);

/** The settings of the run on the exact zero-shot risk, M alone. */
function descend(
  problem: Parameters<typeof keyQueryFlow>[0],
  targetTask: Vector,
  start: AttentionParameters,
): AttentionParameters {
  const engine = new FastRisk(problem);
  const target = Float64Array.from(targetTask);
  const parameters = pack(start);
  const gradient = zeroParameters(tokenLength(problem.dimension));
  const velocity = new Float64Array(parameters.keyQuery.length);
  for (let step = 0; step < STEPS; step += 1) {
    engine.riskAndGradient(target, 0, parameters, gradient);
    const clip = Math.min(1, 1 / Math.hypot(...gradient.keyQuery));
    velocity.forEach((speed, i) => {
      velocity[i] = MOMENTUM * speed + clip * gradient.keyQuery[i]!;
      parameters.keyQuery[i]! -= RATE * velocity[i]!;
    });
  }
  return unpack(parameters);
}

/** The flow on a finite data set of `examples` zero-shot prompts instead of the population. */
function flowOnExamples(
  problem: Parameters<typeof keyQueryFlow>[0],
  targetTask: Vector,
  start: AttentionParameters,
  { examples, seed, set }: { readonly examples: number; readonly seed: number; readonly set: number },
): AttentionParameters {
  const label = labelSlot(problem.dimension);
  const pairs = label * label;
  const sampler = new ExampleSampler(problem, targetTask, new RandomSource(seed, streamOf("data set", set)));
  const curvature = matrixFrom(pairs, pairs, () => 0);
  const pull = new Array<number>(pairs).fill(0);
  const token = new Float64Array(label);
  const products = new Float64Array(pairs);
  for (let example = 0; example < examples; example += 1) {
    const y = sampler.next();
    token[0] = 1;
    token.set(sampler.covariates, 1);
    let content = 0;
    for (let k = 0; k < label; k += 1) content += start.value[k]! * token[k]!;
    for (let p = 0; p < pairs; p += 1) {
      products[p] = content * token[Math.floor(p / label)]! * token[p % label]!;
    }
    for (let p = 0; p < pairs; p += 1) {
      pull[p]! += (y * products[p]!) / examples;
      const row = curvature[p]!;
      const scaled = products[p]! / examples;
      for (let q = 0; q < pairs; q += 1) row[q]! += scaled * products[q]!;
    }
  }
  const flow: LinearFlow = { curvature, pull };
  return solveLinearFlow(flow, start, TIME);
}

const DATA_SETS: Readonly<Record<Profile, number>> = { full: 12, quick: 8 };

export const referenceRunExplained: TrainingEvidence = {
  trains:
    "M alone from the PyTorch run's pretrained parameters, with its settings, on the exact zero-shot risk: the few-shot risks beside those of the exact flow; and the flow beside the errors that the run measured",
  run: (profile, seed) => {
    const run = readReferenceParameters();
    const { problem } = isotropicSetting({
      dimension: run.d,
      noiseVariance: run.noise_var,
      pretrainingShots: 20,
    });
    const pretrained = run.params.pretrained!;
    // The run scores tokens by z_qᵀ Q z_j, so that M = Qᵀ.
    const start: AttentionParameters = {
      value: pretrained.v,
      keyQuery: matrixFrom(pretrained.v.length, pretrained.v.length, (i, j) => entry(pretrained.Q, j, i)),
    };
    const flow = keyQueryFlow(problem, run.theta0, start, TIME);
    const descended = descend(problem, run.theta0, start);
    const sets = DATA_SETS[profile];
    // The spread is estimated from few data sets: Student's law in place of the normal one, at the error rate of a sampled row.
    const allowed = studentQuantile(ERROR_RATE / COMPARISONS, sets - 1);
    const onSamples = Array.from({ length: sets }, (_, set) =>
      flowOnExamples(problem, run.theta0, start, { examples: run.dataset_size, seed, set }),
    );
    const measurements = readReferenceErrors().rows.filter(
      ([regime, , shots]) => regime === "zs_kq" && [1, 5, 20].includes(Number(shots)),
    );
    return measurements.flatMap(([, name, n, mean, standardError]): readonly TrainingRow[] => {
      const shots = Number(n);
      const task = name === "+theta0" ? run.theta0 : run.theta0.map((x) => -x);
      const risk = (p: AttentionParameters): number => exactRisk(FLOAT, problem, task, shots, p);
      const predicted = risk(flow);
      const label = `${name === "+theta0" ? "target" : "opposite"} task, n = ${shots}`;
      const sampled = onSamples.map(risk);
      const center = sampled.reduce((sum, x) => sum + x, 0) / sets;
      const spread = Math.sqrt(sampled.reduce((sum, x) => sum + (x - center) ** 2, 0) / (sets - 1));
      const unmoved = risk(start);
      return [
        {
          label: `descent with the run's settings, ${label}`,
          predicted,
          measured: risk(descended),
          tolerance: 0.01 * predicted,
          reason: "a rate of 0.01 follows the flow up to that order",
          settled: true,
          controls: { "M does not move": { predicted: unmoved, measured: risk(descended) } },
        },
        {
          label: `the PyTorch run's error, ${label}`,
          predicted,
          measured: Number(mean),
          tolerance: allowed * Math.hypot(spread, Number(standardError)),
          reason: `${allowed.toPrecision(3)} standard deviations, by Student's law at the error rate of a sampled row: ${spread.toPrecision(2)} among ${sets} data sets of ${run.dataset_size} examples such as the run was trained on, ${Number(standardError).toPrecision(2)} of the test`,
          settled: true,
          controls: { "M does not move": { predicted: unmoved, measured: Number(mean) } },
        },
      ];
    });
  },
};
