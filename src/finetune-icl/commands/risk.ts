import { InputError } from "@finetune-icl/base";
import { FLOAT, type NumberField, printRational, RATIONAL } from "@finetune-icl/core/algebra";
import { exactRisk } from "@finetune-icl/core/exact";
import { readAttentionParameters } from "@finetune-icl/core/model";
import {
  PRETRAINING_FIELDS,
  readList,
  readProblem,
  readRecord,
  readShots,
  readTask,
} from "@finetune-icl/core/problem";
import { monteCarloRisk } from "@finetune-icl/core/simulate";
import type { Command } from "commander";
import { printJson, readJson } from "./jsonInput";
import { readNumberOption } from "./numberOption";

interface Options {
  readonly exact?: true;
  readonly monteCarlo?: string;
  readonly seed?: string;
}

/** Adds `finetune-icl risk FILE|-`: the exact risk of any parameters, measured too when asked. */
export function registerRiskCommand(program: Command): void {
  program
    .command("risk")
    .description("Exact risk of any attention parameters on one task, for a list of shot counts.")
    .argument(
      "<file>",
      "JSON {problem: {covariance, noiseVariance}, task, shots, parameters: {value, keyQuery}}, or -",
    )
    .option("--exact", 'take and give rationals such as "3/10", and compute without rounding')
    .option("--monte-carlo <prompts>", "also measure each risk on this many sampled prompts")
    .option("--seed <seed>", "seed of the sampled prompts (default: 0)")
    .action((path: string, options: Options) => {
      const raw = readJson(path);
      printJson(
        options.exact === true
          ? risks(RATIONAL, printRational, raw, options)
          : risks(FLOAT, (risk) => risk, raw, options),
      );
    });
}

function risks<T>(
  field: NumberField<T>,
  print: (risk: T) => unknown,
  raw: unknown,
  options: Options,
): unknown {
  const input = readQuestion(field, raw);
  const sampling = readSampling(options);
  // Prompts are sampled in floats, whatever the exact risk is computed in.
  const sampled = sampling === undefined ? undefined : readQuestion(FLOAT, toFloats(field, raw));
  return {
    risks: input.shots.map((shots, row) => {
      const risk = print(exactRisk(field, input.problem, input.task, shots, input.parameters));
      if (sampled === undefined || sampling === undefined) return { shots, risk };
      if (shots === "infinity") {
        throw new InputError(`shots[${row}]`, shots, "a whole number, when the risk is also measured");
      }
      const { problem, task, parameters } = sampled;
      const estimate = monteCarloRisk(problem, task, shots, parameters, { ...sampling, stream: row });
      return { shots, risk, measured: estimate.mean, standardError: estimate.standardError };
    }),
  };
}

function readQuestion<T>(field: NumberField<T>, raw: unknown) {
  const record = readRecord(raw, "input", ["problem", "task", "shots", "parameters"]);
  // A problem written for predict serves here too; what it says of pretraining does not matter to the risk.
  const problem = readProblem(field, record.problem, "problem", PRETRAINING_FIELDS);
  return {
    problem,
    task: readTask(field, record.task, "task", problem),
    shots: readList(record.shots, "shots", "shot counts", (item, at) =>
      readShots(item, at, { infinite: true }),
    ),
    parameters: readAttentionParameters(field, record.parameters, "parameters", problem.dimension),
  };
}

function readSampling({ monteCarlo, seed }: Options): { prompts: number; seed: number } | undefined {
  if (monteCarlo === undefined) {
    if (seed !== undefined) throw new InputError("--seed", seed, "only together with --monte-carlo");
    return undefined;
  }
  return {
    prompts: readNumberOption(monteCarlo, "--monte-carlo", 2),
    seed: seed === undefined ? 0 : readNumberOption(seed, "--seed", 0),
  };
}

/** Replaces every rational text in the input, which is known to be valid, by the nearest float. */
function toFloats<T>(field: NumberField<T>, raw: unknown): unknown {
  if (Array.isArray(raw)) return raw.map((item) => toFloats(field, item));
  if (typeof raw === "object" && raw !== null) {
    return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, toFloats(field, value)]));
  }
  const number = typeof raw === "string" ? field.read(raw) : undefined;
  return number === undefined ? raw : field.toNumber(number);
}
