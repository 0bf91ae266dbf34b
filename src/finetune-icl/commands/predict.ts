import { InputError, type RawRecord, readChoice, readList, readRecord } from "@finetune-icl/base";
import {
  FLOAT,
  type NumberField,
  printRational,
  RATIONAL,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import { tokenLength } from "@finetune-icl/core/model";
import { type ExactPrediction, IS_RATIONAL, predict, predictExactly } from "@finetune-icl/core/predict";
import {
  type AuxiliaryWeight,
  type Cost,
  PRETRAINING_FIELDS,
  type Pretraining,
  REGIME_KINDS,
  type Regime,
  type RegimeKind,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readScalar,
  readShots,
  readTask,
  requireAffordable,
  type ShotCount,
} from "@finetune-icl/core/problem";
import type { Command } from "commander";
import { stoppable } from "../interrupted";
import { namingExtremes } from "./extremeNumbers";
import { printJson, readJson } from "./jsonInput";
import { rationalWork } from "./rationalWork";
import { EXACT_LIMITS, holdsSubnormal, riskRow, warnOfLostDigits } from "./riskRows";

/** Adds `finetune-icl predict FILE|-`: optimal parameters of a regime, and the risks they give. */
export function registerPredictCommand(program: Command): void {
  program
    .command("predict")
    .description(
      "Optimal parameters of a fine-tuning regime, in closed form where there is one, and the risks they give.",
    )
    .argument(
      "<file>",
      "JSON {problem: {covariance, noiseVariance, taskCovariance, pretrainingShots}, regime, targetTask, auxiliaryShots, auxiliaryWeight, testTasks, shots}, or -",
    )
    .addHelpText("after", `\nRegimes: ${REGIME_KINDS.join(", ")}. Shots are whole numbers or "infinity".`)
    .option("--exact", 'take and give rationals such as "3/10", and compute without rounding')
    .action((path: string, { exact: isExact = false }: { readonly exact?: boolean }) => {
      const raw = readJson(path, { isExact });
      const compute = (): unknown => (isExact ? rationalAnswer(raw) : answer(raw));
      stoppable(() => namingExtremes(raw, () => printJson(compute())));
    });
}

/** A question that was read. */
interface Question<T> {
  readonly problem: RegressionProblem<T>;
  readonly pretraining: Pretraining<T>;
  readonly regime: Regime<T>;
  readonly tasks: readonly Vector<T>[];
  readonly shots: readonly ShotCount[];
}

function readQuestion<T>(field: NumberField<T>, raw: unknown): Question<T> {
  const record = readRecord(raw, "input", [
    "problem",
    "regime",
    "targetTask",
    "auxiliaryShots",
    "auxiliaryWeight",
    "testTasks",
    "shots",
  ]);
  const problem = readProblem(field, record.problem, "problem", PRETRAINING_FIELDS);
  const pretraining = readPretraining(field, record.problem, problem.dimension);
  const kind = readChoice(record.regime, "regime", REGIME_KINDS);
  const regime = readRegime(field, kind, record, problem);
  const tasks = readList(record.testTasks, "testTasks", "task vectors", (item, at) =>
    readTask(field, item, at, problem),
  );
  const shots = readList(record.shots, "shots", "shot counts", (item, at) =>
    readShots(item, at, { infinite: true }),
  );
  return { problem, pretraining, regime, tasks, shots };
}

function answer(raw: unknown): unknown {
  const { problem, pretraining, regime, tasks, shots } = readQuestion(FLOAT, raw);
  requireAffordable("problem.covariance", `${problem.dimension} rows`, predictionCost(problem, regime));
  const { parameters, risk, errorBound, ...how } = predict(problem, pretraining, regime);
  const small =
    problem.dimension <= EXACT_LIMITS.dimension &&
    tasks.length * shots.length <= EXACT_LIMITS.rows &&
    IS_RATIONAL[regime.kind] &&
    rationalWork(raw, problem.dimension, tasks.length * shots.length).operations! <= EXACT_LIMITS.operations;
  const isInputRounded = holdsSubnormal(raw);
  let rational: { readonly question: Question<Rational>; readonly prediction: ExactPrediction } | undefined;
  const unrounded = (task: number, n: ShotCount): number => {
    if (rational === undefined) {
      const question = readQuestion(RATIONAL, raw);
      rational = {
        question,
        prediction: predictExactly(question.problem, question.pretraining, question.regime),
      };
    }
    return RATIONAL.toNumber(rational.prediction.risk(rational.question.tasks[task]!, n));
  };
  const risks = tasks.flatMap((theta, task) =>
    shots.map((n) => ({
      task,
      shots: n,
      ...riskRow(
        {
          risk: risk(theta, n),
          errorBound: errorBound(theta, n),
          ...(small ? { unrounded: () => unrounded(task, n) } : {}),
          isInputRounded,
        },
        { path: `testTasks[${task}]`, holds: theta },
        n,
      ),
    })),
  );
  warnOfLostDigits(risks);
  return { parameters, risks, ...how };
}

function rationalAnswer(raw: unknown): unknown {
  const { problem, pretraining, regime, tasks, shots } = readQuestion(RATIONAL, raw);
  const work = rationalWork(raw, problem.dimension, tasks.length * shots.length);
  requireAffordable("--exact", `${problem.dimension} covariates`, work);
  const { parameters, risk } = predictExactly(problem, pretraining, regime);
  return {
    parameters: {
      value: parameters.value.map(printRational),
      keyQuery: parameters.keyQuery.map((row) => row.map(printRational)),
    },
    risks: tasks.flatMap((theta, task) =>
      shots.map((n) => ({ task, shots: n, risk: printRational(risk(theta, n)) })),
    ),
    method: "closed form",
  };
}

/** What is asked of a regime's question, and how its answer is computed. A record, so that the compiler misses a regime that is not named here. */
const ASKS: Readonly<
  Record<RegimeKind, { readonly target: boolean; readonly auxiliary: boolean; readonly descends: boolean }>
> = {
  pretrained: { target: false, auxiliary: false, descends: false },
  "zero-shot-full": { target: true, auxiliary: false, descends: false },
  "zero-shot-value": { target: true, auxiliary: false, descends: false },
  "zero-shot-key-query": { target: true, auxiliary: false, descends: false },
  "auxiliary-value": { target: true, auxiliary: true, descends: false },
  "auxiliary-full": { target: true, auxiliary: true, descends: true },
};

/** The descent of auxiliary-full factors Hessians of all D + D² parameters; everything else is a few matrix products. */
function predictionCost({ dimension }: RegressionProblem, regime: Regime): Cost {
  const size = tokenLength(dimension);
  if (!ASKS[regime.kind].descends) return { operations: 100 * size ** 3, bytes: 200 * size ** 2 };
  const parameters = size + size ** 2;
  return { operations: 20 * (parameters ** 3 + parameters * size ** 3), bytes: 50 * parameters ** 2 };
}

/** What a regime needs is required; what it does not need may stand there, and is only checked. */
function readRegime<T>(
  field: NumberField<T>,
  kind: RegimeKind,
  record: RawRecord,
  problem: RegressionProblem<T>,
): Regime<T> {
  const needs = (name: string, required: boolean): boolean => required || record[name] !== undefined;
  const { auxiliary, target } = ASKS[kind];
  const auxiliaryShots = needs("auxiliaryShots", auxiliary)
    ? readShots(record.auxiliaryShots, "auxiliaryShots", { least: 1, infinite: true })
    : 1;
  const auxiliaryWeight = needs("auxiliaryWeight", auxiliary)
    ? readWeight(field, record.auxiliaryWeight)
    : "annealed";
  const targetTask = needs("targetTask", target)
    ? readTask(field, record.targetTask, "targetTask", problem)
    : [];
  switch (kind) {
    case "pretrained":
      return { kind };
    case "zero-shot-full":
    case "zero-shot-value":
    case "zero-shot-key-query":
      return { kind, targetTask };
    case "auxiliary-value":
    case "auxiliary-full":
      return { kind, targetTask, auxiliaryShots, auxiliaryWeight };
  }
}

function readWeight<T>(field: NumberField<T>, raw: unknown): AuxiliaryWeight<T> {
  if (raw === "annealed") return raw;
  const allowed = 'a finite number, 0 or more, or "annealed"';
  const weight = readScalar(field, raw, "auxiliaryWeight", allowed);
  if (field.sign(weight) < 0) throw new InputError("auxiliaryWeight", raw, allowed);
  return weight;
}
