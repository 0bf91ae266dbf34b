import * as core from "@finetune-icl/core";
import { FLOAT } from "@finetune-icl/core/algebra";
import type { Fixture, Rows } from "./row";

const READS = "reads what comes from outside, which its own tests try";
const TEXTS = "takes texts";
const FUNCTIONS = "takes functions";
const CLAIMS = "takes what claims are made of, which are programs";

/** An object whose numbers are not broken: another function made it, or its names are words that the function reads. */
class Opaque {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}
const opaque = <T extends object>(fields: T): T => new Opaque(fields) as T;

const sampling = { prompts: 3, seed: 1 };
const random = () => new core.RandomSource(1);
const bowl = (point: Float64Array, gradient: Float64Array): number => {
  point.forEach((x, i) => {
    gradient[i] = 2 * x;
  });
  return point.reduce((sum, x) => sum + x * x, 0);
};
const motion = () => ({
  steps: 2,
  optimiser: { kind: "sgd", learningRate: 0.01, momentum: 0.9 },
  clipNorm: 1,
});
const flow = () => ({ gradientTolerance: 1e-3, stepTolerance: 1e-3, maxTime: 0.1 });
const shapeOf = ({ d }: Fixture) => ({ dimension: d, layers: 1, heads: 1, keyQuery: "merged" as const });
const layoutOf = (make: Fixture) => opaque(core.parameterLayout(shapeOf(make)));
const lengthOf = ({ d }: Fixture) => 2 * (d + 2) ** 2;
const settingsOf = (make: Fixture) => ({
  method: { kind: "exact" },
  seed: 1,
  problem: make.problem(),
  model: opaque(shapeOf(make)),
  initialDeviation: make.number(),
  pretraining: {
    prior: { kind: "sphere", taskCovariance: make.covariance() },
    shots: 5,
    motion: opaque({ kind: "descent", ...motion() }),
  },
});
const quadratic = ({ covariance, vector, number }: Fixture) => ({
  curvature: covariance(),
  slope: vector(),
  constant: number(),
});
const momentsOf = (make: Fixture) => core.gaussianTokenMoments(FLOAT, make.problem(), make.vector());
const stateOf = ({ d, number }: Fixture) => ({
  dimension: d,
  blockScale: number(),
  rank: 1,
  scoreScale: number(),
});
const softmaxHead = ({ matrix, vector, number }: Fixture) => ({
  tilt: matrix().map((row) => row.map((x) => x / 100)),
  valueVector: vector(),
  labelWeight: number(),
});
const promptOf = ({ d, matrix, vector }: Fixture) => ({
  covariates: matrix(3, d),
  labels: vector(3),
  query: vector(),
});
const headOf = ({ d, matrix }: Fixture) => ({
  kind: "separate",
  value: matrix(d + 2),
  key: matrix(2, d + 2),
  query: matrix(2, d + 2),
});
const termOf = ({ vector, number }: Fixture) => ({ task: vector(), shots: 2, weight: number() });
const priorOf = ({ covariance }: Fixture) => ({ kind: "sphere", taskCovariance: covariance() });
const proportional = ({ vector, number }: Fixture) => ({
  spectrum: vector(),
  noiseVariance: number(),
  pretrainingRatio: number(),
});
const optimumOf = ({ number }: Fixture) => ({
  branch: "constant-value",
  scoreScale: number(),
  keyShare: number(),
  labelWeight: number(),
});

const ALGEBRA: Rows = {
  breakTex: "takes a text and a number of characters",
  defineFormula: TEXTS,
  expressionTex: TEXTS,
  formulaTex: TEXTS,
  printRational: "takes a rational",
  withOnly: FUNCTIONS,
  entry: {
    args: () => ({ i: 1, j: 0 }),
    call: ({ i, j }) => core.entry([[1], [2]], i, j),
  },
  matrixFrom: {
    args: () => ({ rows: 2, columns: 3 }),
    call: ({ rows, columns }) => core.matrixFrom(rows, columns, () => 0),
  },
  evaluate: {
    args: ({ covariance, number, vector }) => ({
      covariance: covariance(),
      noiseVariance: number(),
      dimension: number(),
      contextShare: number(),
      queryShare: number(),
      task: vector(),
      valueVector: vector(),
      labelWeight: number(),
    }),
    call: (bindings) => core.evaluate(core.VALUE_ONLY_RISK_INVERSE, FLOAT, bindings),
    anyCovariance: "a formula is an expression, whatever its letters stand for",
  },
  evaluateQuadratic: {
    args: (make) => ({ ...quadratic(make), point: make.vector() }),
    call: ({ point, ...rest }) => core.evaluateQuadratic(FLOAT, rest, point),
  },
  halfGradient: {
    args: (make) => ({ ...quadratic(make), point: make.vector() }),
    call: ({ point, ...rest }) => core.halfGradient(FLOAT, rest, point),
  },
  minimiseQuadratic: { args: quadratic, call: (rest) => core.minimiseQuadratic(FLOAT, rest) },
  factorLdl: {
    args: ({ covariance }) => ({ matrix: covariance() }),
    call: ({ matrix }) => core.factorLdl(FLOAT, matrix),
  },
};

const PROBLEM: Rows = {
  join: TEXTS,
  readChoice: READS,
  readCovariateDistribution: READS,
  readList: READS,
  readPretraining: READS,
  readProblem: READS,
  readPrompt: READS,
  readRecord: READS,
  readScalar: READS,
  readShots: READS,
  readTask: READS,
  readWhole: READS,
  requireAffordable: "takes an estimate, and refuses what is none",
  describeCovariates: {
    args: ({ number }) => ({ kind: "sparse", density: number() }),
    call: (distribution) => core.describeCovariates(distribution),
  },
  isotropicSetting: {
    args: ({ d, number }) => ({ dimension: d, noiseVariance: number(), pretrainingShots: 5 }),
    call: (choice) => core.isotropicSetting(choice),
  },
  tokenShares: { args: () => ({ shots: 3 }), call: ({ shots }) => core.tokenShares(FLOAT, shots) },
  unitTask: {
    args: ({ d }) => ({ dimension: d, axis: 1, sign: -1 }),
    call: ({ dimension, axis, sign }) => core.unitTask(dimension, axis, sign),
  },
};

const MODEL: Rows = {
  readAttentionParameters: READS,
  readLayers: READS,
  trainablePositions: "takes a layout and a word",
  tokenLength: { args: ({ d }) => ({ dimension: d }), call: ({ dimension }) => core.tokenLength(dimension) },
  labelSlot: { args: ({ d }) => ({ dimension: d }), call: ({ dimension }) => core.labelSlot(dimension) },
  parameterLayout: { args: (make) => shapeOf(make), call: (shape) => core.parameterLayout(shape) },
  balanced: { args: ({ parameters }) => parameters(), call: (parameters) => core.balanced(parameters) },
  constantColumn: {
    args: ({ d, matrix }) => ({ keyQuery: matrix(d + 2) }),
    call: (parameters) => core.constantColumn(parameters),
  },
  covariateBlock: {
    args: ({ d, matrix }) => ({ keyQuery: matrix(d + 2) }),
    call: (parameters) => core.covariateBlock(parameters),
  },
  symmetricBlockLength: {
    args: ({ d, matrix }) => ({ keyQuery: matrix(d + 2) }),
    call: (parameters) => core.symmetricBlockLength(parameters),
  },
  mergedKeyQuery: { args: (make) => headOf(make), call: (head) => core.mergedKeyQuery(head) },
  reducedParameters: { args: (make) => headOf(make), call: (head) => core.reducedParameters(head) },
  applyLayer: {
    args: (make) => ({ layer: [headOf(make)], tokens: make.matrix(3, make.d + 2) }),
    call: ({ layer, tokens }) => core.applyLayer(layer, tokens),
    anyLength: ["tokens"],
  },
  forwardLabel: {
    args: (make) => ({ layers: [[headOf(make)], [headOf(make)]], prompt: promptOf(make) }),
    call: ({ layers, prompt }) => core.forwardLabel(layers, prompt),
  },
  softmaxLabel: {
    args: (make) => ({ layer: [headOf(make)], prompt: promptOf(make) }),
    call: ({ layer, prompt }) => core.softmaxLabel(layer, prompt),
  },
  predictLabel: {
    args: (make) => ({ parameters: make.parameters(), prompt: promptOf(make) }),
    call: ({ parameters, prompt }) => core.predictLabel(parameters, prompt),
  },
  tokenContributions: {
    args: (make) => ({ parameters: make.parameters(), prompt: promptOf(make) }),
    call: ({ parameters, prompt }) => core.tokenContributions(parameters, prompt),
  },
  promptTokens: {
    args: (make) => ({ prompt: promptOf(make) }),
    call: ({ prompt }) => core.promptTokens(prompt),
  },
  layersOf: {
    args: (make) => ({ layout: layoutOf(make), point: make.point(lengthOf(make)) }),
    call: ({ layout, point }) => core.layersOf(layout, point),
  },
  reducedAt: {
    args: (make) => ({ layout: layoutOf(make), point: make.point(lengthOf(make)) }),
    call: ({ layout, point }) => core.reducedAt(layout, point),
  },
  pointOf: {
    args: (make) => ({
      layout: layoutOf(make),
      layers: [[{ kind: "merged", value: make.matrix(make.d + 2), keyQuery: make.matrix(make.d + 2) }]],
    }),
    call: ({ layout, layers }) => core.pointOf(layout, layers),
  },
};

const EXACT: Rows = {
  remembered: FUNCTIONS,
  averagedRisk: {
    args: (make) => ({ problem: make.problem(), prior: priorOf(make), parameters: make.packed(), shots: 3 }),
    call: ({ problem, prior, parameters, shots }) => core.averagedRisk(problem, prior)(parameters, shots),
  },
  coordinateMoments: {
    args: ({ number }) => ({ kind: "shifted", shift: number() }),
    call: (distribution) => core.coordinateMoments(distribution),
  },
  covariateMoments: {
    args: ({ number, matrix }) => ({ distribution: { kind: "skewed", shape: number() }, root: matrix() }),
    call: ({ distribution, root }) => core.covariateMoments(distribution, root),
  },
  asParameters: {
    args: ({ d, point }) => ({ point: point((d + 2) * (d + 3)), size: d + 2 }),
    call: ({ point, size }) => core.asParameters(point, size),
  },
  asPoint: {
    args: ({ packed }) => packed(),
    call: (parameters) => core.asPoint(parameters),
  },
  exactLoss: {
    args: (make) => ({ problem: make.problem(), terms: [termOf(make), termOf(make)] }),
    call: ({ problem, terms }) => core.exactLoss(problem, terms),
  },
  factorisedLoss: {
    args: (make) => ({ problem: make.problem(), terms: [termOf(make)], rank: 2 }),
    call: ({ problem, terms, rank }) => core.factorisedLoss(problem, terms, rank),
  },
  mergeInto: {
    args: ({ point }) => ({ out: point(9), key: point(6), query: point(6), size: 3, rank: 2 }),
    call: ({ out, key, query, size, rank }) => core.mergeInto(out, key, query, size, rank),
    anything: { out: "it is written over" },
  },
  exactRisk: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 3,
      parameters: make.parameters(),
    }),
    call: ({ problem, task, shots, parameters }) => core.exactRisk(FLOAT, problem, task, shots, parameters),
  },
  linearResponse: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 3,
      parameters: make.parameters(),
    }),
    call: ({ problem, task, shots, parameters }) =>
      core.linearResponse(FLOAT, problem, task, shots, parameters),
  },
  intrusionAndGain: {
    args: ({ problem, vector }) => ({
      problem: problem(),
      tasks: { targetTask: vector(), task: vector() },
      response: vector(),
    }),
    call: ({ problem, tasks, response }) => core.intrusionAndGain(FLOAT, problem, tasks, response),
    unused: ["noiseVariance"],
  },
  FastRisk: {
    args: (make) => ({
      problem: make.problem(),
      task: make.point(make.d),
      shots: 3,
      parameters: make.packed(),
    }),
    call: ({ problem, task, shots, parameters }) => new core.FastRisk(problem).risk(task, shots, parameters),
  },
  momentLoss: {
    args: (make) => ({
      dimension: make.d,
      terms: [{ moments: momentsOf(make), shots: 2, weight: make.number() }],
      heads: 1,
    }),
    call: ({ dimension, terms, heads }) => core.momentLoss(dimension, terms, heads),
  },
  gaussianMoment: {
    args: ({ covariance }) => ({ covariance: covariance(), slots: [1, 0, 1] }),
    call: ({ covariance, slots }) => core.gaussianMoment(FLOAT, covariance, slots),
    anyLength: ["slots"],
    anyCovariance: "a polynomial in the entries, of which identities are tried at all of them",
  },
  momentRisk: {
    args: (make) => ({
      dimension: make.d,
      moments: momentsOf(make),
      shots: 2,
      parameters: make.parameters(),
    }),
    call: ({ dimension, moments, shots, parameters }) =>
      core.momentRisk(FLOAT, dimension, moments, shots, parameters),
  },
  MomentRisk: {
    args: (make) => ({
      dimension: make.d,
      moments: momentsOf(make),
      shots: 2,
      parameters: make.parameters(),
    }),
    call: ({ dimension, moments, shots, parameters }) =>
      new core.MomentRisk(dimension, moments).risk(shots, parameters),
  },
  pack: { args: ({ parameters }) => parameters(), call: (parameters) => core.pack(parameters) },
  unpack: { args: ({ packed }) => packed(), call: (packed) => core.unpack(packed) },
  zeroParameters: { args: () => ({ size: 3 }), call: ({ size }) => core.zeroParameters(size) },
  priorCubature: {
    args: (make) => ({ prior: priorOf(make) }),
    call: ({ prior }) => core.priorCubature(prior),
  },
  relaxedBound: {
    args: (make) => ({ problem: make.problem(), terms: [termOf(make)] }),
    call: ({ problem, terms }) => core.relaxedBound(problem, terms),
  },
  promptFeatures: {
    args: ({ d }) => ({ dimension: d }),
    call: ({ dimension }) => core.promptFeatures(dimension),
  },
  relaxedLoss: {
    args: (make) => ({
      problem: make.problem(),
      terms: [termOf(make)],
      groups: opaque([[{ pair: [0, 1], query: 1 }]]),
    }),
    call: ({ problem, terms }) => core.relaxedLoss(FLOAT, problem, terms, [[{ pair: [0, 1], query: 1 }]]),
  },
  relaxedPoint: {
    args: ({ parameters }) => parameters(),
    call: (parameters) => core.relaxedPoint(FLOAT, parameters),
  },
  roundingBound: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 3,
      parameters: make.parameters(),
    }),
    call: ({ problem, task, shots, parameters }) => core.roundingBound(problem, task, shots, parameters),
  },
  gaussianNoise: {
    args: ({ number }) => ({ noiseVariance: number() }),
    call: ({ noiseVariance }) => core.gaussianNoise(FLOAT, noiseVariance),
  },
  gaussianTokenMoments: {
    args: ({ problem, vector }) => ({ problem: problem(), task: vector() }),
    call: ({ problem, task }) => core.gaussianTokenMoments(FLOAT, problem, task),
  },
  linearTaskMoments: {
    args: ({ vector }) => ({ task: vector(), noise: vector(5) }),
    call: ({ task, noise }) => core.linearTaskMoments(FLOAT, () => 1, task, noise),
    anyLength: ["task"],
  },
  sampleMoments: {
    args: ({ matrix, vector, d }) => ({ covariates: matrix(4, d), labels: vector(4) }),
    call: ({ covariates, labels }) => core.sampleMoments(covariates, labels),
  },
};

const THEORY: Rows = {
  auxiliaryValueOptimum: {
    args: ({ problem, covariance, vector, number }) => ({
      problem: problem(),
      gamma: covariance(),
      targetTask: vector(),
      auxiliary: { shots: 4, weight: number() },
    }),
    call: ({ problem, gamma, targetTask, auxiliary }) =>
      core.auxiliaryValueOptimum(FLOAT, problem, gamma, targetTask, auxiliary),
  },
  blockParameters: {
    args: ({ matrix, vector, number }) => ({
      block: matrix(),
      scoreScale: number(),
      firstColumn: vector(),
      firstRow: vector(),
      valueConstant: number(),
      valueVector: vector(),
      labelWeight: number(),
    }),
    call: (blocks) => core.blockParameters(FLOAT, blocks),
  },
  constantLengthEnd: {
    args: ({ d, number, vector }) => ({ dimension: d, gamma: number(), targetTask: vector() }),
    call: ({ dimension, gamma, targetTask }) => core.constantLengthEnd(dimension, gamma, targetTask),
  },
  constantLengthParameters: {
    args: ({ d, number, vector }) => ({ dimension: d, gamma: number(), targetTask: vector() }),
    call: ({ dimension, gamma, targetTask }) => core.constantLengthParameters(dimension, gamma, targetTask),
  },
  factorisedSaddle: {
    args: ({ matrix, number, vector }) => ({
      inverseCovariance: matrix(),
      targetTask: vector(),
      scale: number(),
    }),
    call: ({ inverseCovariance, targetTask, scale }) =>
      core.factorisedSaddle(FLOAT, inverseCovariance, targetTask, scale),
  },
  gradientFlowOptimum: {
    args: ({ covariance, vector }) => ({ gamma: covariance(), targetTask: vector() }),
    call: ({ gamma, targetTask }) => core.gradientFlowOptimum(gamma, targetTask),
  },
  forcedOffset: { args: stateOf, call: (state) => core.forcedOffset(state) },
  leftInErased: { args: stateOf, call: (state) => core.leftInErased(state), unused: ["dimension"] },
  lowRankPrice: { args: stateOf, call: (state) => core.lowRankPrice(state) },
  lowRankParameters: {
    args: (make) => ({
      state: stateOf(make),
      directions: { erased: make.matrix(1, make.d), offset: make.vector() },
      values: { valueVector: make.vector(), labelWeight: make.number() },
    }),
    call: ({ state, directions, values }) => core.lowRankParameters(state, directions, values),
    anyLength: ["erased"],
  },
  noiselessAuxiliaryLoss: {
    args: ({ problem, vector, number }) => ({
      problem: problem(),
      targetTask: vector(),
      auxiliary: { shots: 3, weight: number() },
    }),
    call: ({ problem, targetTask, auxiliary }) => core.noiselessAuxiliaryLoss(problem, targetTask, auxiliary),
  },
  noiselessValley: {
    args: ({ problem, vector, number }) => ({
      problem: problem(),
      targetTask: vector(),
      auxiliary: { shots: 3, weight: number() },
      scale: number(),
    }),
    call: ({ problem, targetTask, auxiliary, scale }) =>
      core.noiselessValley(problem, targetTask, auxiliary, scale),
  },
  pretrainedBlock: {
    args: ({ problem, pretraining }) => ({ problem: problem(), pretraining: pretraining() }),
    call: ({ problem, pretraining }) => core.pretrainedBlock(FLOAT, problem, pretraining),
  },
  pretrainedParameters: {
    args: ({ problem, pretraining }) => ({ problem: problem(), pretraining: pretraining() }),
    call: ({ problem, pretraining }) => core.pretrainedParameters(FLOAT, problem, pretraining),
  },
  pretrainedRisk: {
    args: ({ problem, covariance, vector }) => ({
      problem: problem(),
      gamma: covariance(),
      task: vector(),
      shots: 3,
    }),
    call: ({ problem, gamma, task, shots }) => core.pretrainedRisk(FLOAT, problem, gamma, task, shots),
  },
  fullCorrection: {
    args: (make) => ({ setting: proportional(make), ratio: make.number() }),
    call: ({ setting, ratio }) => core.fullCorrection(setting, ratio),
    anyLength: ["spectrum"],
    infinite: ["pretrainingRatio", "ratio"],
  },
  proportionalBayesRisk: {
    args: ({ number }) => ({ noiseVariance: number(), ratio: number() }),
    call: ({ noiseVariance, ratio }) => core.proportionalBayesRisk(noiseVariance, ratio),
    infinite: ["ratio"],
  },
  proportionalModels: {
    args: (make) => ({
      setting: { ...proportional(make), spectrum: make.vector(1) },
      dimension: make.d,
      targetTask: make.vector(),
    }),
    call: ({ setting, dimension, targetTask }) => core.proportionalModels(setting, dimension, targetTask),
    anyLength: ["spectrum"],
    infinite: ["pretrainingRatio"],
  },
  proportionalRidge: {
    args: proportional,
    call: (setting) => core.proportionalRidge(setting),
    anyLength: ["spectrum"],
    infinite: ["pretrainingRatio"],
  },
  proportionalRisks: {
    args: (make) => ({ setting: proportional(make), ratio: make.number() }),
    call: ({ setting, ratio }) => core.proportionalRisks(setting, ratio),
    anyLength: ["spectrum"],
    infinite: ["pretrainingRatio", "ratio"],
  },
  valueOnlyCorrection: {
    args: ({ number }) => ({
      setting: { noiseVariance: number(), pretrainingRatio: number() },
      ratio: number(),
    }),
    call: ({ setting, ratio }) => core.valueOnlyCorrection(setting, ratio),
    infinite: ["pretrainingRatio", "ratio"],
  },
  scoreBesideBlock: {
    args: ({ problem, covariance, vector, number }) => ({
      problem: problem(),
      gamma: covariance(),
      targetTask: vector(),
      scoreScale: number(),
    }),
    call: ({ problem, gamma, targetTask, scoreScale }) =>
      core.scoreBesideBlock(FLOAT, problem, gamma, targetTask, scoreScale),
  },
  softmaxLimitRisk: {
    args: (make) => ({ problem: make.problem(), task: make.vector(), head: softmaxHead(make) }),
    call: ({ problem, task, head }) => core.softmaxLimitRisk(problem, task, head),
  },
  softmaxRisk: {
    args: (make) => ({ problem: make.problem(), task: make.vector(), shots: 4, head: softmaxHead(make) }),
    call: ({ problem, task, shots, head }) => core.softmaxRisk(problem, task, shots, head),
  },
  softmaxParameters: { args: softmaxHead, call: (head) => core.softmaxParameters(head) },
  afterProducts: {
    args: ({ matrix, vector, number }) => ({
      root: matrix(),
      scoreRoot: number(),
      rank: 1,
      values: { valueVector: vector(), labelWeight: number() },
    }),
    call: ({ values, ...update }) => core.afterProducts(FLOAT, update, values),
  },
  erasingProducts: {
    args: ({ matrix, number }) => ({ root: matrix(), scoreRoot: number() }),
    call: ({ root, scoreRoot }) => core.erasingProducts(FLOAT, root, scoreRoot),
  },
  erasureRank: { args: ({ d }) => ({ dimension: d }), call: ({ dimension }) => core.erasureRank(dimension) },
  lowestRankOptimum: {
    args: ({ matrix, vector, number }) => ({ root: matrix(), targetTask: vector(), scoreRoot: number() }),
    call: ({ root, targetTask, scoreRoot }) => core.lowestRankOptimum(FLOAT, root, targetTask, scoreRoot),
  },
  zeroShotFullParameters: {
    args: (make) => ({ targetTask: make.vector(), optimum: optimumOf(make) }),
    call: ({ targetTask, optimum }) => core.zeroShotFullParameters(FLOAT, targetTask, optimum),
    anyLength: ["targetTask"],
  },
  zeroShotFullRisk: {
    args: (make) => ({
      problem: make.problem(),
      tasks: { targetTask: make.vector(), task: make.vector() },
      optimum: optimumOf(make),
      shots: 3,
    }),
    call: ({ problem, tasks, optimum, shots }) =>
      core.zeroShotFullRisk(FLOAT, problem, tasks, optimum, shots),
  },
  keyQueryExcess: {
    args: ({ parameters }) => parameters(),
    call: (parameters) => core.keyQueryExcess(parameters),
  },
  zeroShotFullFrom: {
    args: ({ problem, parameters, vector, number }) => ({
      problem: problem(),
      start: parameters(),
      targetTask: vector(),
      drift: number(),
    }),
    call: ({ problem, start, targetTask, drift }) => core.zeroShotFullFrom(problem, start, targetTask, drift),
  },
  valueOnlyOptimum: {
    args: ({ problem, covariance, vector }) => ({
      problem: problem(),
      gamma: covariance(),
      targetTask: vector(),
    }),
    call: ({ problem, gamma, targetTask }) => core.valueOnlyOptimum(FLOAT, problem, gamma, targetTask),
  },
  ownValueModel: {
    args: ({ matrix, vector }) => ({ gamma: matrix(), valueVector: vector() }),
    call: ({ gamma, valueVector }) => core.ownValueModel(FLOAT, gamma, valueVector),
  },
  ownValueRisk: {
    args: ({ problem, covariance, vector }) => ({
      problem: problem(),
      gamma: covariance(),
      valueVector: vector(),
      task: vector(),
      shots: 3,
    }),
    call: ({ problem, gamma, valueVector, task, shots }) =>
      core.ownValueRisk(FLOAT, problem, gamma, valueVector, task, shots),
  },
  valueOnlyParameters: {
    args: ({ matrix, vector }) => ({ block: matrix(), valueVector: vector() }),
    call: ({ block, valueVector }) => core.valueOnlyParameters(FLOAT, block, valueVector),
  },
  valueOnlyRisk: {
    args: ({ problem, covariance, vector, number }) => ({
      problem: problem(),
      gamma: covariance(),
      value: { valueVector: vector(), labelWeight: number() },
      task: vector(),
      shots: 3,
    }),
    call: ({ problem, gamma, value, task, shots }) =>
      core.valueOnlyRisk(FLOAT, problem, gamma, value, task, shots),
  },
};

/** What a prediction is asked with. */
const asked = ({ problem, pretraining, vector, number }: Fixture) => ({
  problem: problem(),
  pretraining: pretraining(),
  regime: {
    kind: "auxiliary-value",
    targetTask: vector(),
    auxiliaryShots: 5,
    auxiliaryWeight: number(),
  },
  task: vector(),
  shots: 3,
});

const PREDICT: Rows = {
  auxiliaryFullOptimum: {
    args: (make) => {
      const problem = make.problem();
      return {
        problem,
        start: core.pretrainedParameters(FLOAT, problem, make.pretraining()),
        targetTask: make.vector(),
        auxiliary: { shots: 5, weight: 1, tolerance: 1e-9 },
      };
    },
    call: ({ problem, start, targetTask, auxiliary }) =>
      core.auxiliaryFullOptimum(problem, start, targetTask, auxiliary),
  },
  dampedNewton: {
    args: ({ point }) => ({ start: point(3), tolerance: 1e-6, maxSteps: 50, difference: 1 }),
    call: ({ start, ...settings }) => core.dampedNewton(bowl, start, settings),
    anyLength: ["start"],
  },
  keyQueryFlow: {
    args: ({ problem, vector, parameters, number }) => ({
      problem: problem(),
      targetTask: vector(),
      start: parameters(),
      time: number(),
    }),
    call: ({ problem, targetTask, start, time }) => core.keyQueryFlow(problem, targetTask, start, time),
  },
  solveLinearFlow: {
    args: ({ d, covariance, vector, parameters, number }) => {
      const seen = (d + 1) ** 2;
      return {
        curvature: Array.from({ length: seen }, (_, i) =>
          Array.from({ length: seen }, (_x, j) => (i === j ? covariance()[0]![0]! : 0)),
        ),
        pull: vector(seen),
        start: parameters(),
        time: number(),
      };
    },
    call: ({ curvature, pull, start, time }) => core.solveLinearFlow({ curvature, pull }, start, time),
  },
  pretrainedByMoments: {
    args: (make) => ({ prior: priorOf(make), noiseVariance: make.number(), shots: 5 }),
    call: ({ prior, noiseVariance, shots }) =>
      core.pretrainedByMoments(
        (indices) => core.covariateMoments({ kind: "gaussian" }, [[1]])(indices.map(() => 0)),
        prior,
        noiseVariance,
        shots,
      ),
  },
  valueOnlyByMoments: {
    args: (make) => ({ moments: momentsOf(make), keyQuery: make.matrix(make.d + 2) }),
    call: ({ moments, keyQuery }) => core.valueOnlyByMoments(moments, keyQuery),
  },
  auxiliaryValueByMoments: {
    args: (make) => ({ moments: momentsOf(make), keyQuery: make.matrix(make.d + 2), shots: 5 }),
    call: ({ moments, keyQuery, shots }) => core.auxiliaryValueByMoments(moments, keyQuery, shots),
  },
  predict: {
    args: asked,
    call: ({ problem, pretraining, regime, task, shots }) =>
      core.predict(problem, pretraining, regime).risk(task, shots),
  },
  predictor: {
    args: asked,
    call: ({ problem, pretraining, regime, task, shots }) =>
      core.predictor(problem, pretraining)(regime).risk(task, shots),
  },
  predictExactly: {
    args: ({ vector, number }) => ({
      targetTask: [1, 2].map((x) => x),
      auxiliaryShots: 5,
      auxiliaryWeight: number(),
      task: vector(2),
    }),
    call: ({ targetTask, auxiliaryShots, auxiliaryWeight, task }) => {
      const read = (x: number) => (Number.isFinite(x) ? core.RATIONAL.from(x) : (x as never));
      const one = core.RATIONAL.one;
      const zero = core.RATIONAL.zero;
      const identity = [
        [one, zero],
        [zero, one],
      ];
      return core
        .predictExactly(
          { dimension: 2, covariance: identity, noiseVariance: one },
          { taskCovariance: identity, shots: 3 },
          {
            kind: "auxiliary-value",
            targetTask: targetTask.map(read),
            auxiliaryShots,
            auxiliaryWeight: read(auxiliaryWeight),
          },
        )
        .risk(task.map(read), 2);
    },
  },
};

const SIMULATE: Rows = {
  measuredCells: "takes what a simulation gave, NaN where nothing was measured",
  RandomSource: {
    args: () => ({ seed: 1, stream: 2 }),
    call: ({ seed, stream }) => new core.RandomSource(seed, stream),
  },
  samplePrompt: {
    args: (make) => ({
      sampler: new core.ExampleSampler(make.problem(), make.vector(), random()),
      shots: 2,
    }),
    call: ({ sampler, shots }) => core.samplePrompt(sampler, shots),
  },
  ExampleSampler: {
    args: ({ problem, vector, number }) => ({
      problem: problem(),
      task: vector(),
      distribution: { kind: "sparse", density: number() },
    }),
    call: ({ problem, task, distribution }) => new core.ExampleSampler(problem, task, random(), distribution),
  },
  RowSampler: {
    args: ({ d, matrix, vector }) => ({ covariates: matrix(4, d), labels: vector(4) }),
    call: ({ covariates, labels }) => new core.RowSampler(covariates, labels, random()),
  },
  monteCarloRisk: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 2,
      parameters: make.parameters(),
      sampling: { ...sampling, stream: 0 },
    }),
    call: ({ problem, task, shots, parameters, sampling: drawn }) =>
      core.monteCarloRisk(problem, task, shots, parameters, drawn),
  },
  monteCarloChange: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 2,
      models: { original: make.parameters(), changed: make.parameters() },
      sampling: { ...sampling },
    }),
    call: ({ problem, task, shots, models, sampling: drawn }) =>
      core.monteCarloChange(problem, task, shots, models, drawn),
  },
  monteCarloCoefficients: {
    args: (make) => ({
      problem: make.problem(),
      tasks: { targetTask: make.vector(), task: make.vector() },
      shots: 2,
      parameters: make.parameters(),
      sampling: { ...sampling },
    }),
    call: ({ problem, tasks, shots, parameters, sampling: drawn }) =>
      core.monteCarloCoefficients(problem, tasks, shots, parameters, drawn),
  },
  growingRisk: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      shots: 2,
      parameters: make.parameters(),
      seed: 1,
      prompts: 2,
    }),
    call: ({ problem, task, shots, parameters, seed, prompts }) =>
      core.growingRisk(problem, task, shots, parameters, { seed }).draw(prompts),
  },
  measureRisks: {
    args: (make) => ({
      source: new core.ExampleSampler(make.problem(), make.vector(), random()),
      shots: 2,
      models: [make.parameters(), make.parameters()],
      prompts: 3,
    }),
    call: ({ source, shots, models, prompts }) => core.measureRisks(source, shots, models, prompts),
  },
  riskCurve: {
    args: (make) => ({
      problem: make.problem(),
      task: make.vector(),
      parameters: make.parameters(),
      options: { shots: [0, 1], simulated: [1], ...sampling },
    }),
    call: ({ problem, task, parameters, options }) =>
      core.riskCurve(problem, task, parameters, () => 0, options),
    anyLength: ["shots", "simulated"],
  },
};

const TRAIN: Rows = {
  DivergenceError: "says what went wrong, whatever it was",
  isStoredRun: "takes any value",
  mapStored: "takes what a run stored",
  readTrainingSettings: READS,
  releasedSettings: "takes nothing",
  stageStream: "takes a word",
  withOnlyAt: FUNCTIONS,
  ConservedDrift: {
    args: ({ point, number }) => ({ half: 3, momentum: number(), point: point(6) }),
    call: ({ half, momentum, point }) => new core.ConservedDrift(half, momentum).see({ point }),
  },
  startDescent: {
    args: ({ point }) => ({ start: point(3), ...motion() }),
    call: ({ start, ...settings }) => core.startDescent(start, settings),
    anyLength: ["start"],
  },
  descend: {
    args: () => ({ settings: motion(), until: 2 }),
    call: ({ settings, until }) => {
      const descent = core.startDescent(Float64Array.of(1, 2), {
        steps: 2,
        optimiser: { kind: "sgd", learningRate: 0.01, momentum: 0.9 },
        clipNorm: 1,
      });
      return core.descend(descent, bowl, settings, until);
    },
    infinite: ["until"],
  },
  followGradientFlow: {
    args: ({ point }) => ({ start: point(3), settings: flow() }),
    call: ({ start, settings }) => core.followGradientFlow(bowl, start, settings),
    anyLength: ["start"],
  },
  runStage: {
    args: ({ point }) => ({ start: point(3), motion: { kind: "descent", ...motion() } }),
    call: ({ start, motion: moved }) => core.runStage(bowl, start, moved),
    anyLength: ["start"],
  },
  gradientNoise: {
    args: (make) => ({ layout: layoutOf(make), point: make.point(lengthOf(make)), prompts: 2 }),
    call: ({ layout, point, prompts }) => {
      const d = layout.shape.dimension;
      const { problem } = core.isotropicSetting({ dimension: d, noiseVariance: 0, pretrainingShots: 1 });
      const source = core.taskPrompts(problem, core.unitTask(d, 0), 2, "tokens");
      return core.gradientNoise(layout, source, point, prompts, random());
    },
  },
  LowRankUpdate: {
    args: ({ point }) => ({ base: point(12), size: 3, ranks: { value: 1, keyQuery: 2 } }),
    call: ({ base, size, ranks }) => new core.LowRankUpdate(base, size, { ...ranks }),
  },
  trainOnMoments: {
    args: (make) => ({
      start: make.parameters(),
      moments: momentsOf(make),
      auxiliaryShots: 2,
      steps: 1,
    }),
    call: ({ start, moments, auxiliaryShots, steps }) =>
      core.trainOnMoments("auxiliary-value", start, moments, { auxiliaryShots, steps }),
  },
  recorder: {
    args: () => ({ at: [0, 1.5] }),
    call: (schedule) => core.recorder(schedule, () => 0),
    anyLength: ["at"],
  },
  clipJointly: {
    args: ({ point, number }) => ({ gradient: point(3), limit: number() }),
    call: ({ gradient, limit }) => core.clipJointly(gradient, limit),
    anyLength: ["gradient"],
  },
  finitePrompts: {
    args: ({ problem, vector }) => ({ problem: problem(), task: vector(), shots: 2, examples: 2 }),
    call: ({ problem, task, shots, examples }) =>
      core.finitePrompts(problem, task, shots, "tokens", examples, random()),
  },
  freshPrompts: {
    args: (make) => ({ problem: make.problem(), prior: priorOf(make), shots: 2 }),
    call: ({ problem, prior, shots }) => core.freshPrompts(problem, prior, shots, "tokens"),
  },
  taskPrompts: {
    args: ({ problem, vector }) => ({ problem: problem(), task: vector(), shots: 2 }),
    call: ({ problem, task, shots }) => core.taskPrompts(problem, task, shots, "tokens"),
  },
  inOrder: {
    args: (make) => ({
      source: opaque(core.taskPrompts(make.problem(), make.vector(), 2, "tokens")),
      size: 3,
    }),
    call: ({ source, size }) => core.inOrder(source, size),
  },
  promptBatch: {
    args: (make) => ({
      layout: layoutOf(make),
      source: opaque(core.taskPrompts(make.problem(), make.vector(), 2, "tokens")),
      batchSize: 2,
    }),
    call: ({ layout, source, batchSize }) => core.promptBatch(layout, source, batchSize),
  },
  sampledStageLoss: {
    args: (make) => ({
      layout: layoutOf(make),
      source: opaque(core.taskPrompts(make.problem(), make.vector(), 2, "tokens")),
      batchSize: 2,
      seed: 1,
    }),
    call: ({ layout, source, batchSize, seed }) =>
      core.sampledStageLoss(layout, source, batchSize, seed, () => 0),
  },
  softmaxBatch: {
    args: (make) => ({
      source: opaque(core.taskPrompts(make.problem(), make.vector(), 2, "tokens")),
      size: make.d + 2,
      heads: 1,
      batchSize: 2,
    }),
    call: ({ source, size, heads, batchSize }) => core.softmaxBatch(source, size, heads, batchSize),
  },
  randomTargetTask: {
    args: ({ d }) => ({ seed: 1, dimension: d }),
    call: ({ seed, dimension }) => core.randomTargetTask(seed, dimension),
  },
  sourceOf: { args: () => ({ seed: 1 }), call: ({ seed }) => core.sourceOf(seed, "targetTask") },
  initialPoint: {
    args: (make) => ({ ...settingsOf(make), problem: opaque({}), pretraining: opaque({}) }),
    call: (settings) => core.initialPoint(settings),
  },
  pretrainingLoss: {
    args: settingsOf,
    call: (settings) => core.pretrainingLoss(settings),
    unused: ["initialDeviation"],
  },
  fineTuningLoss: {
    args: (make) => ({
      settings: { ...settingsOf(make), pretraining: opaque({}) },
      stage: {
        targetTask: make.vector(),
        trainable: "value",
        examples: 3,
        motion: opaque({ kind: "descent", ...motion() }),
        auxiliary: { shots: 2, weight: make.number() },
      },
    }),
    call: ({ settings, stage }) => core.fineTuningLoss(settings, stage),
    unused: ["initialDeviation"],
  },
  TrainingRun: {
    args: settingsOf,
    call: (settings) => new core.TrainingRun(settings).finish(),
  },
  trainExactly: {
    args: (make) => ({
      problem: make.problem(),
      terms: [termOf(make)],
      start: make.parameters(),
      motion: { kind: "descent", ...motion() },
      options: { at: [0, 1] },
    }),
    call: ({ problem, terms, start, motion: moved, options }) =>
      core.trainExactly(problem, terms, start, moved, options),
    anyLength: ["at"],
  },
  noisyFactors: {
    args: ({ d, number }) => ({ dimension: d, gamma: number(), deviation: number() }),
    call: ({ dimension, gamma, deviation }) =>
      core.noisyFactors(dimension, gamma, { deviation, random: random() }),
  },
  growingPart: {
    args: ({ d, point }) => ({ point: point(d + 2 + 2 * (d + 2) ** 2), dimension: d }),
    call: ({ point, dimension }) => core.growingPart(point, dimension),
  },
  factorisedFlowLoss: {
    args: ({ d, problem, vector, point }) => ({
      problem: problem(),
      targetTask: vector(),
      start: point(d + 2 + 2 * (d + 2) ** 2).map((x) => x / 10),
      longest: 0.01,
    }),
    call: ({ problem, targetTask, start, longest }) =>
      core.factorisedFlowLoss(problem, targetTask, start, longest),
  },
  leavingTime: {
    args: ({ number }) => ({ curve: opaque([]), level: number() }),
    call: ({ level }) => core.leavingTime([], level),
  },
};

const EVIDENCE: Rows = {
  altered: TEXTS,
  combine: "takes words",
  gatherSimulation: CLAIMS,
  isApplicable: CLAIMS,
  runIdentity: CLAIMS,
  runSimulationCase: CLAIMS,
  runTraining: CLAIMS,
  streamOf: "takes names and numbers, any",
  IdentityDraw: "made as a RationalDraw or inside of runIdentity; its constructor is protected",
  NO_MISTAKE: CLAIMS,
  smallDimensionControls: CLAIMS,
  smallDimensionMistakes: CLAIMS,
  RationalDraw: {
    args: ({ d }) => ({ dimension: d, seed: 1, stream: 2 }),
    call: ({ dimension, seed, stream }) => new core.RationalDraw(dimension, seed, stream),
  },
  studentTail: {
    args: ({ number }) => ({ t: number(), degrees: 3 }),
    call: ({ t, degrees }) => core.studentTail(t, degrees),
    infinite: ["t"],
  },
  studentQuantile: {
    args: ({ number }) => ({ p: number(), degrees: 3 }),
    call: ({ p, degrees }) => core.studentQuantile(p, degrees),
  },
};

/** By the room of @finetune-icl/core. */
export const CORE_ROWS: Readonly<Record<string, Rows>> = {
  algebra: ALGEBRA,
  problem: PROBLEM,
  model: MODEL,
  exact: EXACT,
  theory: THEORY,
  predict: PREDICT,
  simulate: SIMULATE,
  train: TRAIN,
  evidence: EVIDENCE,
};
