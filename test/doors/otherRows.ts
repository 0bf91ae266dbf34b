import * as base from "@finetune-icl/base";
import { parameterLayout } from "@finetune-icl/core/model";
import { isotropicSetting } from "@finetune-icl/core/problem";
import * as figures from "@finetune-icl/figures";
import { CLAIMS } from "@finetune-icl/lab/claims";
import * as experiment from "@finetune-icl/lab/experiment";
import * as ledger from "@finetune-icl/lab/ledger";
import * as study from "@finetune-icl/lab/study";
import * as plot from "@finetune-icl/plot";
import type { Fixture, Rows } from "./row";

const READS = "reads what comes from outside, which its own tests try";
const TEXTS = "takes texts";
const ANY = "takes any value";
const SHOWN = "takes any number: NaN and infinities are shown, too";
const FILES = "takes files";
const WORKERS = "starts worker threads: its numbers are those of a program's options, which are read";

export const tableOf = ({ number }: Fixture) => ({
  columns: ["x", "y", "kind"].join(",").split(","),
  rows: [
    [1, number(), "a"],
    [2, number(), "a"],
  ],
});
/** A table may hold what is no number, as a gap; its rows are as long as its columns. */
export const GAPS = { anything: { rows: "NaN is a gap in a table" }, anyLength: ["rows"] };
/** A class: what it holds is not broken. */
class Given {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}
const given = (fields: object): Given => new Given(fields);

export const BASE_ROWS: Rows = {
  InputError: "says what is wrong, whatever it is",
  JsonError: "says what is wrong, whatever it is",
  count: TEXTS,
  decodeUtf8: READS,
  escapeXml: TEXTS,
  isJsonObject: ANY,
  isNothing: SHOWN,
  isSubnormal: "takes any number",
  isRounding: SHOWN,
  join: TEXTS,
  allowedWhole: ANY,
  checkNumbers: READS,
  parseCsv: READS,
  parseStrictJson: READS,
  printable: TEXTS,
  printableLines: TEXTS,
  readChoice: READS,
  readCsv: READS,
  readList: READS,
  readRecord: READS,
  readShard: READS,
  readWhole: READS,
  readablePowers: TEXTS,
  requireFinite: READS,
  requireLength: READS,
  requireList: READS,
  requireNumber: READS,
  requireObject: READS,
  requirePositive: READS,
  shardOf: "takes a shard that was read",
  tableFrom: "takes records, of which it refuses those that differ",
  mapInOrder: {
    args: () => ({ limit: 2 }),
    call: ({ limit }) =>
      base.mapInOrder(
        [],
        limit,
        async () => 0,
        () => undefined,
      ),
  },
  powerOfTen: {
    args: ({ number }) => ({ value: number(), digits: 3 }),
    call: ({ value, digits }) => base.powerOfTen(value, digits),
  },
  shownNumber: {
    args: ({ number }) => ({ value: number(), digits: 3 }),
    call: ({ value, digits }) => base.shownNumber(value, digits),
    anything: { value: SHOWN },
  },
  shownDifference: {
    args: ({ number }) => ({ value: number(), digits: 3 }),
    call: ({ value, digits }) => base.shownDifference(value, 1, digits),
    anything: { value: SHOWN },
  },
  recordsOf: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) => base.recordsOf(table),
    ...GAPS,
  },
  requireDigits: { args: () => ({ digits: 3 }), call: ({ digits }) => base.requireDigits(digits) },
  requireTable: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) => base.requireTable(table),
    ...GAPS,
  },
  requireMatrix: {
    args: ({ matrix }) => ({ matrix: matrix(2, 3) }),
    call: ({ matrix }) => base.requireMatrix(matrix, "matrix", 2, 3),
  },
  requireRows: {
    args: ({ matrix }) => ({ matrix: matrix(2, 3) }),
    call: ({ matrix }) => base.requireRows(matrix, "matrix"),
    anyLength: ["matrix"],
  },
  requireSquare: {
    args: ({ matrix }) => ({ matrix: matrix(2) }),
    call: ({ matrix }) => base.requireSquare(matrix, "matrix"),
  },
  requireVector: {
    args: ({ vector }) => ({ vector: vector(3) }),
    call: ({ vector }) => base.requireVector(vector, "vector", 3),
  },
  toCsv: { args: (make) => ({ table: tableOf(make) }), call: ({ table }) => base.toCsv(table), ...GAPS },
};

const curves = {
  title: "t",
  description: "d",
  x: "x",
  predicted: "y",
  series: "kind",
  xTitle: "x",
  yTitle: "y",
};
const style = { label: "a", color: "#000000", dash: "solid", marker: "circle" } as const;

export const PLOT_ROWS: Rows = {
  axis: TEXTS,
  baseLayout: TEXTS,
  logarithmicAxis: TEXTS,
  subscripts: TEXTS,
  logarithmicTicks: "takes what a table holds, of which it draws what is above zero",
  curvesFigure: {
    args: (make) => ({ table: tableOf(make), references: [{ y: make.number(), text: "noise" }] }),
    call: ({ table, references }) => plot.curvesFigure(table, { ...curves, references }),
    ...GAPS,
  },
  parityFigure: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) =>
      plot.parityFigure(table, {
        title: "t",
        description: "d",
        expected: { value: "x" },
        found: { value: "y" },
        series: "kind",
        styles: { a: style },
        xTitle: "x",
        yTitle: "y",
      }),
    ...GAPS,
  },
  signMapFigure: {
    args: ({ number }) => ({
      table: {
        columns: "x,y,value".split(","),
        rows: [0, 1].flatMap((x) => [0, 1].map((y) => [x, y, number() - 0.5])),
      },
      marks: [{ x: number(), y: number(), name: "target" }],
    }),
    call: ({ table, marks }) =>
      plot.signMapFigure(table, {
        title: "t",
        description: "d",
        x: "x",
        y: "y",
        value: "value",
        xTitle: "x",
        yTitle: "y",
        signs: { positive: "+", negative: "-", zero: "0" },
        marks,
      }),
    ...GAPS,
  },
  matricesFigure: {
    args: ({ matrix }) => ({ M: matrix(2) }),
    call: ({ M }) =>
      plot.matricesFigure([{ name: "M", matrix: M, rows: ["a", "b"], columns: ["a", "b"] }], {
        title: "t",
        description: "d",
      }),
    anything: { M: "an entry that is no finite number is drawn as such" },
  },
  fittedLayout: {
    args: () => ({ width: 700, height: 400, available: 300 }),
    call: ({ width, height, available }) =>
      plot.fittedLayout({ data: [], layout: { xaxis: {} } }, { width, height }, available),
  },
  referenceLine: {
    args: ({ number }) => ({ y: number() }),
    call: ({ y }) => plot.referenceLine(y, "noise", { x: "x", y: "y" }),
  },
  wordWidth: { args: () => ({ size: 12 }), call: ({ size }) => plot.wordWidth(["a"], size) },
  tableHtml: {
    args: (make) => ({ table: tableOf(make), digits: 3 }),
    call: ({ table, digits }) => plot.tableHtml(table, digits),
    ...GAPS,
  },
  tableText: {
    args: (make) => ({ table: tableOf(make), digits: 3 }),
    call: ({ table, digits }) => plot.tableText(table, digits),
    ...GAPS,
  },
};

const layout = parameterLayout({ dimension: 5, layers: 1, heads: 1, keyQuery: "merged" });
const quickRun = { method: "exact", keyQuery: "merged", seed: 1 } as const;
const sizeOf = () => ({ steps: 1, batchSize: 2, test: { seeds: 2, prompts: 2 }, largestShots: 0 });
const fitted = ({ vector, number }: Fixture) => ({ task: vector(), noiseVariance: number() });
const synthetic = ({ problem, pretraining }: Fixture) => ({ problem: problem(), pretraining: pretraining() });
const examples = ({ matrix, vector, d }: Fixture) => ({
  covariates: matrix(4, d),
  labels: { price: vector(4) },
});

const figureOf = ({ number }: Fixture) => ({
  title: "t",
  description: "d",
  data: given([]),
  layout: given({}),
  width: 100 * number(),
  height: 100,
});

export const FIGURES_ROWS: Rows = {
  curvesFigure: PLOT_ROWS.curvesFigure!,
  matricesFigure: PLOT_ROWS.matricesFigure!,
  parityFigure: PLOT_ROWS.parityFigure!,
  signMapFigure: PLOT_ROWS.signMapFigure!,
  notationTable: TEXTS,
  showMarkdown: TEXTS,
  showNotation: TEXTS,
  dataFrame: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) => figures.dataFrame(table),
    ...GAPS,
  },
  showTable: {
    args: (make) => ({ table: tableOf(make), digits: 3 }),
    call: ({ table, digits }) => figures.showTable(table, { digits }),
    ...GAPS,
  },
  showFigure: {
    args: figureOf,
    call: ({ width, height }) =>
      figures.showFigure({ title: "t", description: "d", data: [], layout: {}, width, height }),
  },
  staticPicture: {
    args: figureOf,
    call: ({ width, height }) =>
      figures.staticPicture({ title: "t", description: "d", data: [], layout: {}, width, height }),
  },
};

export const LAB_ROWS: Readonly<Record<string, Rows>> = {
  units: {
    isPart: FILES,
    mergeParts: FILES,
    openPart: FILES,
    readKeptJson: FILES,
    readPart: FILES,
    resultsFolder: TEXTS,
    runUnits: WORKERS,
  },
  ledger: {
    ledgerOf: "takes the results of units",
    loadLedger: FILES,
    requireLedgerFolder: FILES,
    plan: "takes claims, which are programs",
    runLedger: WORKERS,
    runLedgerUnits: WORKERS,
    saveLedger: FILES,
    summarise: "takes a ledger",
    unitName: TEXTS,
    verifyClaim: {
      args: () => ({ seed: 1 }),
      call: ({ seed }) => {
        // Only what is refused is run: a claim takes a second.
        if (seed !== 1) ledger.verifyClaim(CLAIMS[0]!, { profile: "quick", seed });
      },
    },
  },
  experiment: {
    compareWithReference: "takes tables of results",
    comparisonTable: "takes comparisons, NaN where there is none",
    experimentRegimes: "takes a word",
    experimentTable: "takes the results of units",
    referenceRun: "takes nothing",
    runExperiment: WORKERS,
    unitsOf: "takes a run, of which it reads a word",
    exactError: {
      args: ({ point, vector }) => ({ point: point(layout.length), task: vector(5), shots: 3 }),
      call: ({ point, task, shots }) => experiment.exactError(layout, RELEASED.problem, point, task, shots),
    },
    measureError: {
      args: ({ point, vector }) => ({
        point: point(layout.length),
        tested: { task: vector(5), shots: 3, stream: 0 },
        test: { seeds: 2, prompts: 2 },
      }),
      call: ({ point, tested, test }) =>
        experiment.measureError(layout, RELEASED.problem, point, tested, test),
    },
    experimentPrediction: {
      args: ({ vector }) => ({ targetTask: vector(5) }),
      call: ({ targetTask }) => experiment.experimentPrediction(quickRun, "zs_v", targetTask),
    },
    runUnit: {
      args: ({ vector }) => ({
        seed: 1,
        pretrained: vector(layout.length).map((x) => x / 10),
        size: sizeOf(),
      }),
      call: ({ seed, pretrained, size }) =>
        experiment.runUnit({ ...quickRun, regime: "zs_v", seed, pretrained }, { optimiser: "sgd", ...size }),
    },
    trainReleased: {
      args: () => ({ seed: 1, ...sizeOf() }),
      call: (options) => experiment.trainReleased({ ...quickRun, regimes: ["zs_v"], ...options }),
    },
    targetTaskOf: {
      args: () => ({ seed: 1 }),
      call: ({ seed }) => experiment.targetTaskOf({ ...quickRun, seed }),
    },
  },
  study: {
    defineStudy: "takes a study, which is a program",
    labelBlock: TEXTS,
    loadRealTable: TEXTS,
    loadStudyTable: TEXTS,
    realTableSources: "takes nothing",
    runStudy: WORKERS,
    runStudyUnits: WORKERS,
    saveStudy: FILES,
    requireStudyFolder: FILES,
    clearDistance: { args: () => ({ splits: 5 }), call: ({ splits }) => study.clearDistance(splits) },
    repeatedMean: {
      args: ({ vector }) => ({ values: vector(4) }),
      call: ({ values }) => study.repeatedMean(values),
      anyLength: ["values"],
    },
    fitTask: {
      args: (make) => examples(make),
      call: (rows) => study.fitTask(rows, "price"),
    },
    splitTable: {
      args: ({ matrix }) => ({ rows: matrix(12, 3), seed: 1, repetition: 0 }),
      call: ({ rows, seed, repetition }) =>
        study.splitTable(
          { name: "t", columns: ["a", "b", "c"], rows },
          { labels: ["a"], covariates: ["b", "c"] },
          { seed, repetition },
        ),
      anyLength: ["rows"],
    },
    syntheticPretraining: {
      args: (make) => ({ dimension: make.d, tasks: [fitted(make), fitted(make)] }),
      call: ({ dimension, tasks }) => study.syntheticPretraining(dimension, tasks),
    },
    theoryFits: {
      args: (make) => {
        const { problem, pretraining } = isotropicSetting({
          dimension: make.d,
          noiseVariance: 0.1,
          pretrainingShots: 20,
        });
        return {
          synthetic: {
            problem: { ...problem, covariance: mutable(problem.covariance) },
            pretraining: { taskCovariance: mutable(pretraining.taskCovariance), shots: 20 },
          },
          fitted: fitted(make),
        };
      },
      call: ({ synthetic: made, fitted: task }) => study.theoryFits(made, task),
    },
    trainedFits: {
      args: (make) => ({
        synthetic: synthetic(make),
        covariates: make.matrix(4, make.d),
        labels: make.vector(4),
        steps: 1,
      }),
      call: ({ synthetic: made, covariates, labels, steps }) =>
        study.trainedFits(made, covariates, labels, steps),
    },
    pathOf: {
      args: (make) => ({ setting: synthetic(make), targetTask: make.vector() }),
      call: ({ setting, targetTask }) => study.pathOf("score-beside-block", setting, targetTask, true),
    },
    runFrontier: {
      args: ({ number }) => ({ noiseVariance: number() }),
      call: ({ noiseVariance }) =>
        study.runFrontier({ method: "score-beside-block", noiseVariance, coarse: true }),
    },
    runLowRank: {
      args: ({ number }) => ({ rank: 1, seed: 1, time: number() / 10 }),
      call: (input) => study.runLowRank({ set: "value", auxiliary: false, ...input }),
    },
    runModels: {
      args: () => ({ seed: 1, pretrainingBlock: 1, fineTuningBlock: 1, testPrompts: 1 }),
      call: (input) => {
        // Only what is refused is run: the models take minutes.
        if (Object.values(input).some((value) => value !== 1))
          study.runModels({ model: study.STUDIED_MODELS[0]!.name, ...input });
      },
    },
    runStudyHere: {
      args: () => ({ seed: 1 }),
      call: ({ seed }) => {
        if (seed !== 1) study.runStudyHere(study.STUDIES[0]!, { profile: "quick", seed });
      },
    },
    runUnit: "takes a unit of the study of real tables",
  },
  sweep: {
    gridPoints: "takes a grid that was read",
    mergeSweeps: FILES,
    rowsLeft: FILES,
    openSweep: FILES,
    readGrid: READS,
    runSweep: WORKERS,
    writeSweep: FILES,
  },
};

const RELEASED = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 });
const mutable = (matrix: readonly (readonly number[])[]): number[][] => matrix.map((row) => [...row]);
