import { type Table, tableFrom } from "@finetune-icl/base";
import { studentQuantile } from "@finetune-icl/core/evidence";
import type { StudyTable, StudyUnit } from "../study";
import {
  type ModelsInput,
  type ModelsResult,
  type RegimeErrors,
  TESTED_SHOTS,
  TESTED_TASKS,
  type TestedTask,
} from "./unit";

type Results = readonly (StudyUnit<ModelsInput> & { readonly result: ModelsResult })[];

/** Where forgetting is looked for: at the shots of pretraining and of the auxiliary loss. */
const AT = TESTED_SHOTS.indexOf(20);

export function modelsTables(results: Results): Readonly<Record<string, StudyTable>> {
  const models = [...new Set(results.map(({ input }) => input.model))];
  const runsOf = (model: string): readonly ModelsResult[] =>
    results.filter(({ input }) => input.model === model).map(({ result }) => result);
  return {
    errors: {
      description:
        "The mean squared error of one model after one regime on one task at one number of shots: median, least, largest, mean and standard error over training seeds, and how many seeds did not diverge.",
      table: tableFrom(models.flatMap((model) => errorRows(model, runsOf(model)))),
    },
    pretraining: {
      description:
        "The error over the prior at 20 shots after pretraining: mean, least and largest over the training seeds that did not diverge, and how many these are.",
      table: tableFrom(models.map((model) => pretrainingRow(model, runsOf(model)))),
    },
    verdicts: {
      description:
        "One statement about one model: the mean over seeds of the logarithm of the ratio of two errors, from the same prompts, at 20 shots unless said; its standard error; the factor that it means; the mean plain difference; and what follows: yes or no when the mean is further from zero than Student's t allows at 95 %, else unclear. Logarithms, because a few prompts with huge errors rule every mean of deep models.",
      table: verdictTable(models.map((model) => ({ model, runs: runsOf(model) }))),
    },
  };
}

function errorRows(model: string, runs: readonly ModelsResult[]) {
  const regimes = runs[0]!.regimes.map(({ regime }) => regime);
  return regimes.flatMap((regime) =>
    TESTED_TASKS.flatMap((task) =>
      TESTED_SHOTS.map((shots, k) => {
        const errors = runs.flatMap((run) => errorOf(run, regime, task, k) ?? []);
        const { mean, standardError } = summary(errors);
        return {
          model,
          regime,
          task,
          shots,
          median: median(errors),
          least: Math.min(...errors),
          largest: Math.max(...errors),
          mean,
          standardError,
          seeds: errors.length,
        };
      }),
    ),
  );
}

function pretrainingRow(model: string, runs: readonly ModelsResult[]) {
  const errors = runs.flatMap(({ pretrainingError }) =>
    pretrainingError === "diverged" ? [] : [pretrainingError],
  );
  const { mean, standardError } = summary(errors);
  return {
    model,
    mean,
    standardError,
    least: Math.min(...errors),
    largest: Math.max(...errors),
    seeds: errors.length,
  };
}

/** A statement holds when one error is above another, or below. */
interface Statement {
  readonly statement: string;
  readonly holdsWhen: "above" | "below";
  readonly compared: (run: ModelsResult) => readonly [number, number] | undefined;
}

const change =
  (after: string, before: string, task: TestedTask, shots = AT) =>
  (run: ModelsResult): readonly [number, number] | undefined => {
    const [a, b] = [errorOf(run, after, task, shots), errorOf(run, before, task, shots)];
    return a === undefined || b === undefined ? undefined : [a, b];
  };

const STATEMENTS: readonly Statement[] = [
  {
    statement: "all parameters, zero-shot: better on the target at n = 0",
    holdsWhen: "below",
    compared: change("zs", "pretrained", "target", 0),
  },
  {
    statement: "all parameters, zero-shot: worse on an unrelated task",
    holdsWhen: "above",
    compared: change("zs", "pretrained", "unrelated"),
  },
  {
    statement: "value only, zero-shot: better on the target at n = 0",
    holdsWhen: "below",
    compared: change("zs_v", "pretrained", "target", 0),
  },
  {
    statement: "value only, zero-shot: worse on an unrelated task",
    holdsWhen: "above",
    compared: change("zs_v", "pretrained", "unrelated"),
  },
  {
    statement: "value only forgets less than all parameters",
    holdsWhen: "below",
    compared: change("zs_v", "zs", "unrelated"),
  },
  {
    statement: "auxiliary loss, value only: the target gains",
    holdsWhen: "below",
    compared: change("both_v", "zs_v", "target"),
  },
  {
    statement: "auxiliary loss, value only: the opposite loses",
    holdsWhen: "above",
    compared: change("both_v", "zs_v", "opposite"),
  },
  {
    statement: "auxiliary loss, all parameters: the target gains",
    holdsWhen: "below",
    compared: change("both", "zs", "target"),
  },
  {
    statement: "auxiliary loss, all parameters: the opposite is worse than pretrained",
    holdsWhen: "above",
    compared: change("both", "pretrained", "opposite"),
  },
];

function verdictTable(
  models: readonly { readonly model: string; readonly runs: readonly ModelsResult[] }[],
): Table {
  return tableFrom(
    models.flatMap(({ model, runs }) =>
      STATEMENTS.map(({ statement, holdsWhen, compared }) => {
        const pairs = runs.flatMap((run) => {
          const pair = compared(run);
          return pair === undefined ? [] : [pair];
        });
        const { mean, standardError, seeds } = summary(pairs.map(([a, b]) => Math.log(a / b)));
        const reach = seeds > 1 ? studentQuantile(0.05, seeds - 1) : Number.POSITIVE_INFINITY;
        const clear = Math.abs(mean) > reach * standardError || (mean === 0 && standardError === 0);
        const holds = holdsWhen === "above" ? mean > 0 : mean < 0;
        return {
          model,
          statement,
          logRatio: mean,
          standardError,
          factor: Math.exp(mean),
          difference: summary(pairs.map(([a, b]) => a - b)).mean,
          seeds,
          verdict: !clear ? "unclear" : holds ? "yes" : "no",
        };
      }),
    ),
  );
}

function errorOf(
  { regimes }: ModelsResult,
  name: string,
  task: TestedTask,
  shots: number,
): number | undefined {
  const { errors }: RegimeErrors = regimes.find(({ regime }) => regime === name)!;
  return errors === "diverged" ? undefined : errors[task][shots]!;
}

function summary(values: readonly number[]): {
  readonly mean: number;
  readonly standardError: number;
  readonly seeds: number;
} {
  const seeds = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / seeds;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (seeds - 1);
  return { mean, standardError: Math.sqrt(variance / seeds), seeds };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
