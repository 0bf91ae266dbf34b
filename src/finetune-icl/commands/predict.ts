import { InputError } from "@finetune-icl/base";
import { FLOAT } from "@finetune-icl/core/algebra";
import { predict } from "@finetune-icl/core/predict";
import {
  type AuxiliaryWeight,
  PRETRAINING_FIELDS,
  type RawRecord,
  REGIME_KINDS,
  type Regime,
  type RegimeKind,
  type RegressionProblem,
  readChoice,
  readList,
  readPretraining,
  readProblem,
  readRecord,
  readScalar,
  readShots,
  readTask,
} from "@finetune-icl/core/problem";
import type { Command } from "commander";
import { printJson, readJson } from "./jsonInput";

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
    .action((path: string) => printJson(answer(readJson(path))));
}

function answer(raw: unknown): unknown {
  const record = readRecord(raw, "input", [
    "problem",
    "regime",
    "targetTask",
    "auxiliaryShots",
    "auxiliaryWeight",
    "testTasks",
    "shots",
  ]);
  const problem = readProblem(FLOAT, record.problem, "problem", PRETRAINING_FIELDS);
  const pretraining = readPretraining(FLOAT, record.problem, problem.dimension);
  const kind = readChoice(record.regime, "regime", REGIME_KINDS);
  const regime = readRegime(kind, record, problem);
  const tasks = readList(record.testTasks, "testTasks", "task vectors", (item, at) =>
    readTask(FLOAT, item, at, problem),
  );
  const shotCounts = readList(record.shots, "shots", "shot counts", (item, at) =>
    readShots(item, at, { infinite: true }),
  );
  const { parameters, risk, ...how } = predict(problem, pretraining, regime);
  return {
    parameters,
    risks: tasks.flatMap((theta, task) =>
      shotCounts.map((shots) => ({ task, shots, risk: risk(theta, shots) })),
    ),
    ...how,
  };
}

/** What a regime needs is required; what it does not need may stand there, and is only checked. */
function readRegime(kind: RegimeKind, record: RawRecord, problem: RegressionProblem): Regime {
  const needs = (field: string, required: boolean): boolean => required || record[field] !== undefined;
  const auxiliary = kind === "auxiliary-value" || kind === "auxiliary-full";
  const auxiliaryShots = needs("auxiliaryShots", auxiliary)
    ? readShots(record.auxiliaryShots, "auxiliaryShots", { least: 1, infinite: true })
    : 1;
  const auxiliaryWeight = needs("auxiliaryWeight", auxiliary)
    ? readWeight(record.auxiliaryWeight)
    : "annealed";
  const targetTask = needs("targetTask", kind !== "pretrained")
    ? readTask(FLOAT, record.targetTask, "targetTask", problem)
    : [];
  if (kind === "pretrained") return { kind };
  return kind === "auxiliary-value" || kind === "auxiliary-full"
    ? { kind, targetTask, auxiliaryShots, auxiliaryWeight }
    : { kind, targetTask };
}

function readWeight(raw: unknown): AuxiliaryWeight {
  if (raw === "annealed") return raw;
  const allowed = 'a finite number, 0 or more, or "annealed"';
  const weight = readScalar(FLOAT, raw, "auxiliaryWeight", allowed);
  if (weight < 0) throw new InputError("auxiliaryWeight", raw, allowed);
  return weight;
}
