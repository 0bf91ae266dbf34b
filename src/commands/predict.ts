import type { Command } from "commander";
import type { Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { readChoice, readList, readRecord } from "../problem/readInput";
import { REGIME_KINDS, type Regime, type RegimeKind } from "../problem/regime";
import {
  PRETRAINING_FIELDS,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readTask,
} from "../problem/regressionProblem";
import { readShots } from "../problem/shots";
import { predict } from "../theory/predict";
import { printJson, readJson } from "./jsonInput";

/** Adds `finetune-icl predict FILE|-`: optimal parameters of a regime, and the risks they give. */
export function registerPredictCommand(program: Command): void {
  program
    .command("predict")
    .description("Optimal parameters of a fine-tuning regime in closed form, and the risks they give.")
    .argument(
      "<file>",
      "JSON {problem: {covariance, noiseVariance, taskCovariance, pretrainingShots}, regime, targetTask, testTasks, shots}, or -",
    )
    .addHelpText("after", `\nRegimes: ${REGIME_KINDS.join(", ")}. Shots are whole numbers or "infinity".`)
    .action((path: string) => printJson(answer(readJson(path))));
}

function answer(raw: unknown): unknown {
  const record = readRecord(raw, "input", ["problem", "regime", "targetTask", "testTasks", "shots"]);
  const problem = readProblem(FLOAT, record.problem, "problem", PRETRAINING_FIELDS);
  const pretraining = readPretraining(FLOAT, record.problem, problem.dimension);
  const kind = readChoice(record.regime, "regime", REGIME_KINDS);
  const regime = readRegime(kind, record.targetTask, problem);
  const tasks = readList(record.testTasks, "testTasks", "task vectors", (item, at) =>
    readTask(FLOAT, item, at, problem),
  );
  const shotCounts = readList(record.shots, "shots", "shot counts", (item, at) =>
    readShots(item, at, { infinite: true }),
  );
  const { parameters, risk, method } = predict(problem, pretraining, regime);
  return {
    parameters,
    risks: tasks.flatMap((theta, task) =>
      shotCounts.map((shots) => ({ task, shots, risk: risk(theta, shots) })),
    ),
    method,
  };
}

/** The target task is required where there is one; for the pretrained model it may stand there, and is only checked. */
function readRegime(kind: RegimeKind, rawTarget: unknown, problem: RegressionProblem): Regime {
  const target = (): Vector => readTask(FLOAT, rawTarget, "targetTask", problem);
  if (kind !== "pretrained") return { kind, targetTask: target() };
  if (rawTarget !== undefined) target();
  return { kind };
}
