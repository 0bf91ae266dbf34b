import { type Table, tableFrom } from "@finetune-icl/base";
import { streamOf } from "@finetune-icl/core/evidence";
import { covariateMoments, FastRisk, MomentRisk, pack } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { type CovariateDistribution, describeCovariates } from "@finetune-icl/core/problem";
import { ExampleSampler, measureRisks, RandomSource } from "@finetune-icl/core/simulate";
import { RELEASED_MOTION } from "@finetune-icl/core/train";
import { toDigits } from "../digits";
import { FITTED_REGIMES, type FittedRegime } from "../fittedRegimes";
import { defineStudy, type StudyOptions } from "../study";
import { distributionFits, theoryFit, tokenMomentsOf } from "./fits";
import { DISTRIBUTIONS, SETTING, SHOTS, TASK_NAMES, TASKS, type TaskName } from "./settings";

interface Input {
  readonly distribution: CovariateDistribution;
  readonly prompts: number;
  readonly steps: number;
  readonly seed: number;
}

/** One risk: at the parameters that the Gaussian theory names, or at those that training on the distribution ends at. */
interface RiskRow {
  readonly fit: "theory" | "distribution";
  readonly regime: FittedRegime;
  readonly task: TaskName;
  readonly shots: number;
  /** Exact risk if the covariates were Gaussian. */
  readonly gaussian: number;
  /** Exact risk from the moments of the distribution. */
  readonly moments: number;
  readonly measured: number;
  readonly standardError: number;
}

interface Result {
  /** The fourth and the sixth moment of the first covariate, standardised so that a normal one has 3 and 15. */
  readonly fourth: number;
  readonly sixth: number;
  readonly risks: readonly RiskRow[];
}

function run({ distribution, prompts, steps, seed }: Input): Result {
  const { problem } = SETTING;
  const tokens = tokenMomentsOf(distribution);
  const fitted = distributionFits(distribution, tokens.target, steps);
  const models = FITTED_REGIMES.flatMap((regime) => [
    { fit: "theory" as const, regime, parameters: theoryFit(regime) },
    { fit: "distribution" as const, regime, parameters: fitted[regime] },
  ]);
  const gaussian = new FastRisk(problem);
  // The squared error has a variance only where moments of order twelve exist; without one a standard error means nothing.
  const measurable = distribution.kind !== "heavy-tailed" || distribution.degrees > 12;
  const risks = TASK_NAMES.flatMap((task) => {
    const engine = new MomentRisk(problem.dimension, tokens[task]);
    const measured = SHOTS.map((shots) => {
      const stream = streamOf(describeCovariates(distribution), task, shots);
      const source = new ExampleSampler(problem, TASKS[task], new RandomSource(seed, stream), distribution);
      return measurable ? measureRisks(source, shots, parametersOf(models), prompts) : undefined;
    });
    return models.flatMap(({ fit, regime, parameters }, model) => {
      const curve = engine.curve(parameters);
      return SHOTS.map((shots, s): RiskRow => {
        const estimate = measured[s]?.[model];
        return {
          fit,
          regime,
          task,
          shots,
          gaussian: gaussian.risk(Float64Array.from(TASKS[task]), shots, pack(parameters)),
          moments: curve(shots),
          // JSON has no NaN: a missing measurement is −1 there, and NaN in the table.
          measured: estimate?.mean ?? MISSING,
          standardError: estimate?.standardError ?? MISSING,
        };
      });
    });
  });
  const moments = covariateMoments(distribution, problem.covariance);
  return { fourth: moments([0, 0, 0, 0]), sixth: moments([0, 0, 0, 0, 0, 0]), risks };
}

const MISSING = -1;
const orNaN = (value: number): number => (value === MISSING ? Number.NaN : toDigits(value));

const parametersOf = (models: readonly { readonly parameters: AttentionParameters }[]) =>
  models.map(({ parameters }) => parameters);

type Done = readonly { readonly name: string; readonly result: Result }[];

function risksTable(results: Done): Table {
  return tableFrom(
    results.flatMap(({ name, result }) =>
      result.risks.map((row) => ({
        covariates: name,
        fit: row.fit,
        regime: row.regime,
        task: row.task,
        shots: row.shots,
        gaussian: toDigits(row.gaussian),
        moments: toDigits(row.moments),
        measured: orNaN(row.measured),
        standardError: orNaN(row.standardError),
      })),
    ),
  );
}

/** What must come out for each qualitative statement, as a difference of exact risks that is positive where it holds. */
function statementsTable(results: Done): Table {
  return tableFrom(
    results.flatMap(({ name, result }) => {
      const risk = (regime: FittedRegime, task: TaskName, shots: number): number =>
        result.risks.find(
          (row) =>
            row.fit === "distribution" && row.regime === regime && row.task === task && row.shots === shots,
        )!.moments;
      const rows: readonly (readonly [string, number])[] = [
        [
          "full forgets: risk on the unrelated task at 20 shots, above the pretrained one",
          risk("zero-shot-full", "unrelated", 20) - risk("pretrained", "unrelated", 20),
        ],
        [
          "full forgets: what 20 examples cost on the target",
          risk("zero-shot-full", "target", 20) - risk("zero-shot-full", "target", 0),
        ],
        [
          "value-only remembers: what 20 examples gain on the unrelated task",
          risk("zero-shot-value", "unrelated", 0) - risk("zero-shot-value", "unrelated", 20),
        ],
        [
          "value-only remembers: risk on the unrelated task at 20 shots, below that of full",
          risk("zero-shot-full", "unrelated", 20) - risk("zero-shot-value", "unrelated", 20),
        ],
        [
          "value-only learns: zero-shot gain on the target",
          risk("pretrained", "target", 0) - risk("zero-shot-value", "target", 0),
        ],
        [
          "auxiliary takes sides: gain on the target at 20 shots over value-only",
          risk("zero-shot-value", "target", 20) - risk("auxiliary-value", "target", 20),
        ],
        [
          "auxiliary takes sides: loss on the opposite task at 20 shots against value-only",
          risk("auxiliary-value", "opposite", 20) - risk("zero-shot-value", "opposite", 20),
        ],
      ];
      return rows.map(([statement, effect]) => ({
        covariates: name,
        fourth: toDigits(result.fourth),
        sixth: toDigits(result.sixth),
        statement,
        effect: toDigits(effect),
        holds: effect > 0 ? "yes" : "no",
      }));
    }),
  );
}

export const covariateStudy = defineStudy<Input, Result>({
  name: "covariates",
  title: "Covariates that are not Gaussian",
  question:
    "How far is the exact Gaussian risk off as the fourth and sixth moments leave the Gaussian ones, does a prediction from the true moments close the gap, and do the qualitative statements survive?",
  units: ({ profile, seed }: StudyOptions) =>
    (profile === "quick" ? QUICK : DISTRIBUTIONS).map((distribution) => ({
      name: describeCovariates(distribution),
      input: {
        distribution,
        prompts: profile === "quick" ? 2_000 : 100_000,
        steps: profile === "quick" ? 2_000 : RELEASED_MOTION.steps,
        seed,
      },
    })),
  run,
  tables: (results) => ({
    risks: {
      table: risksTable(results),
      description:
        "a risk at one number of shots. `fit`: the parameters are those the Gaussian theory names, or those that pretraining and training on the distribution end at. `gaussian` and `moments`: exact risk at these parameters if covariates were Gaussian, and from their true moments. `measured`, `standardError`: by sampled prompts; NaN where the squared error has no variance. Six digits",
    },
    statements: {
      table: statementsTable(results),
      description:
        "a qualitative statement for one distribution, as a difference of exact risks at the parameters trained on it: positive where the statement holds. `fourth`, `sixth`: moments of the first covariate (3 and 15 if normal)",
    },
  }),
});

const QUICK: readonly CovariateDistribution[] = [
  { kind: "gaussian" },
  { kind: "mixture", separation: 1 },
  { kind: "sparse", density: 0.3 },
  { kind: "shifted", shift: 0.6 },
];
