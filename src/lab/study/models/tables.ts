import { type Table, tableFrom } from "@finetune-icl/base";
import { studentQuantile } from "@finetune-icl/core/evidence";
import { PRETRAINED } from "../../experiment/regimes";
import { toDigits } from "../digits";
import type { StudyTable, StudyUnit } from "../study";
import { benefitKept, benefitOfItsOwn, readsExamples, SILENCE } from "./benefit";
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
  const learnedRunsOf = (model: string): readonly ModelsResult[] => runsOf(model).filter(readsAny);
  return {
    errors: {
      description:
        "The mean squared error of one model after one regime on one task at one number of shots: median, least, largest, mean and standard error over training seeds, and how many seeds did not diverge.",
      table: tableFrom(models.flatMap((model) => errorRows(model, runsOf(model)))),
    },
    seeds: {
      description:
        "The mean squared errors of one model from one training seed after one regime on one task, by the number of shots: what all other tables are made of. Six digits; empty where training diverged.",
      table: tableFrom(results.flatMap(({ input, result }) => seedRows(input, result))),
    },
    benefit: {
      description: `The share of the benefit of examples that a regime keeps: (R₀ − R(n)) after fine-tuning over the same before, R₀ = ${SILENCE} the error of a model that says nothing; 1 when nothing is lost, 0 when n examples are worth no more than silence, negative when they do harm. Median, least and largest over the training seeds whose pretrained model reads examples (better than silence by a tenth at 20 shots on the unrelated task), mean and its standard error, and how many seeds. \`ofItsOwn\`: the median of the same with R(0), after and before, for R₀; it is above 1 where fine-tuning spoils prompts without examples and the examples repair them.`,
      table: tableFrom(models.flatMap((model) => benefitRows(model, learnedRunsOf(model)))),
    },
    stages: {
      description:
        "How one stage of training from one seed ended: its steps, the mean loss over the last block of steps (zero-shot, where an auxiliary loss was annealed away before), by which share the block before was higher, and whether the loss had settled (less than a hundredth). Stages that diverged have no row.",
      table: tableFrom(
        results.flatMap(({ input, result }) =>
          result.stages.map(({ stage, steps, loss, change, settled }) => ({
            model: input.model,
            seed: input.seed,
            stage,
            steps,
            loss: toDigits(loss),
            change: toDigits(change, 3),
            settled: settled ? "yes" : "no",
          })),
        ),
      ),
    },
    pretraining: {
      description:
        "The error over the prior at 20 shots after pretraining: mean, least and largest over the training seeds that did not diverge, how many these are, in how many the loss had settled, and in how many the model reads examples: better than silence by a tenth at 20 shots on the unrelated task.",
      table: tableFrom(models.map((model) => pretrainingRow(model, runsOf(model)))),
    },
    verdicts: {
      description:
        "One statement about one model: the mean over seeds of the logarithm of the ratio of two errors, from the same prompts, at 20 shots unless said; its standard error; the factor that it means; the mean plain difference; and what follows: yes or no when the mean is further from zero than Student's t allows at 95 %, else unclear. Logarithms, because a few prompts with huge errors rule every mean of deep models. Over the seeds whose pretrained model reads examples.",
      table: verdictTable(models.map((model) => ({ model, runs: learnedRunsOf(model) }))),
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

/** Whether the pretrained model of a run learned in context. */
function readsAny(run: ModelsResult): boolean {
  const errors = errorsOn(run, PRETRAINED, "unrelated");
  return errors !== undefined && readsExamples(errors, AT);
}

function seedRows({ model, seed }: ModelsInput, { regimes }: ModelsResult) {
  return regimes.flatMap(({ regime, errors }) =>
    TESTED_TASKS.map((task) => ({
      model,
      seed,
      regime,
      task,
      ...Object.fromEntries(
        TESTED_SHOTS.map((shots, k) => [
          `n${shots}`,
          errors === "diverged" ? Number.NaN : toDigits(errors[task][k]!),
        ]),
      ),
    })),
  );
}

function benefitRows(model: string, runs: readonly ModelsResult[]) {
  const regimes = runs[0]!.regimes.map(({ regime }) => regime).filter((regime) => regime !== PRETRAINED);
  return regimes.flatMap((regime) =>
    TESTED_TASKS.flatMap((task) =>
      TESTED_SHOTS.flatMap((shots, k) => {
        if (shots === 0) return [];
        const shares = (share: typeof benefitKept): readonly number[] =>
          runs.flatMap((run) => {
            const [after, before] = [errorsOn(run, regime, task), errorsOn(run, PRETRAINED, task)];
            return after === undefined || before === undefined ? [] : [share(after, before, k)];
          });
        const kept = shares(benefitKept);
        const { mean, standardError } = summary(kept);
        return [
          {
            model,
            regime,
            task,
            shots,
            kept: toDigits(median(kept)),
            least: toDigits(Math.min(...kept)),
            largest: toDigits(Math.max(...kept)),
            mean: toDigits(mean),
            standardError: toDigits(standardError),
            ofItsOwn: toDigits(median(shares(benefitOfItsOwn))),
            seeds: kept.length,
          },
        ];
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
    settled: runs.filter(({ stages }) => stages.some(({ stage, settled }) => stage === PRETRAINED && settled))
      .length,
    readsExamples: runs.filter(readsAny).length,
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

const beside =
  (level: number, regime: string) =>
  (run: ModelsResult): readonly [number, number] | undefined => {
    const error = errorOf(run, regime, "unrelated", AT);
    return error === undefined ? undefined : [error, level];
  };

export const STATEMENTS: readonly Statement[] = [
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
    statement: "all parameters, zero-shot: 20 examples of an unrelated task are worth no more than silence",
    holdsWhen: "above",
    compared: beside(SILENCE, "zs"),
  },
  {
    statement: "value only, zero-shot: 20 examples of an unrelated task are better than silence",
    holdsWhen: "below",
    compared: beside(SILENCE, "zs_v"),
  },
  {
    statement: "value only, zero-shot: nine tenths of the benefit on an unrelated task are kept",
    holdsWhen: "below",
    compared: (run) => {
      const [after, before] = [
        errorOf(run, "zs_v", "unrelated", AT),
        errorOf(run, PRETRAINED, "unrelated", AT),
      ];
      return after === undefined || before === undefined ? undefined : [after, 0.9 * before + 0.1 * SILENCE];
    },
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

function errorsOn({ regimes }: ModelsResult, name: string, task: TestedTask): readonly number[] | undefined {
  const { errors }: RegimeErrors = regimes.find(({ regime }) => regime === name)!;
  return errors === "diverged" ? undefined : errors[task];
}

const errorOf = (run: ModelsResult, name: string, task: TestedTask, shots: number): number | undefined =>
  errorsOn(run, name, task)?.[shots];

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
