import { InputError, readList, readRecord } from "@finetune-icl/base";
import {
  FLOAT,
  type NumberField,
  printRational,
  RATIONAL,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import { exactRisk, roundingBound } from "@finetune-icl/core/exact";
import { type AttentionParameters, balanced, readAttentionParameters } from "@finetune-icl/core/model";
import {
  type Cost,
  PRETRAINING_FIELDS,
  type RegressionProblem,
  readProblem,
  readShots,
  readTask,
  requireAffordable,
  type ShotCount,
} from "@finetune-icl/core/problem";
import { monteCarloRisk } from "@finetune-icl/core/simulate";
import type { Command } from "commander";
import { stoppable } from "../interrupted";
import { say } from "../say";
import { namingExtremes } from "./extremeNumbers";
import { printJson, readJson } from "./jsonInput";
import { readNumberOption } from "./numberOption";
import { EXACT_LIMITS, holdsSubnormal, type RiskRow, riskRow, warnOfLostDigits } from "./riskRows";

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
      const isExact = options.exact === true;
      const raw = readJson(path, { isExact });
      const compute = (): unknown =>
        isExact ? risks(RATIONAL, inRationals, raw, options) : risks(FLOAT, inFloats, raw, options);
      stoppable(() => namingExtremes(raw, () => printJson(compute())));
    });
}

/** The risk of each row, as it is printed. */
type Compute<T> = (question: Question<T>, raw: unknown) => readonly Readonly<Record<string, unknown>>[];

/** At 10⁹ a second. */
const OPERATIONS_PER_MINUTE = 6e10;

const inRationals: Compute<Rational> = ({ problem, task, shots, parameters }) =>
  shots.map((n) => ({ risk: printRational(exactRisk(RATIONAL, problem, task, n, parameters)) }));

function inFloats(question: Question<number>, raw: unknown): readonly RiskRow[] {
  const { problem, task, shots } = question;
  const parameters = balanced(question.parameters);
  const small = problem.dimension <= EXACT_LIMITS.dimension && shots.length <= EXACT_LIMITS.rows;
  const isInputRounded = holdsSubnormal(raw);
  let rational: Question<Rational> | undefined;
  const unrounded = (n: ShotCount): number => {
    rational ??= readQuestion(RATIONAL, raw);
    return RATIONAL.toNumber(exactRisk(RATIONAL, rational.problem, rational.task, n, rational.parameters));
  };
  const rows = shots.map((n) =>
    riskRow(
      {
        risk: exactRisk(FLOAT, problem, task, n, parameters),
        errorBound: roundingBound(problem, task, n, parameters),
        ...(small ? { unrounded: () => unrounded(n) } : {}),
        isInputRounded,
      },
      { path: "task", holds: task },
      n,
    ),
  );
  warnOfLostDigits(rows);
  return rows;
}

function risks<T>(field: NumberField<T>, compute: Compute<T>, raw: unknown, options: Options): unknown {
  const input = readQuestion(field, raw);
  const sampling = readSampling(options);
  // Prompts are sampled in floats, whatever the exact risk is computed in.
  const sampled = sampling === undefined ? undefined : readQuestion(FLOAT, toFloats(field, raw));
  if (sampled !== undefined && sampling !== undefined) {
    const cost = monteCarloCost(sampled, sampling.prompts);
    requireAffordable("--monte-carlo", sampling.prompts, cost);
    announce(cost);
  }
  const computed = compute(input, raw);
  return {
    risks: input.shots.map((shots, row) => {
      const risk = computed[row]!;
      if (sampled === undefined || sampling === undefined) return { shots, ...risk };
      if (shots === "infinity") {
        throw new InputError(`shots[${row}]`, shots, "a whole number, when the risk is also measured");
      }
      const { problem, task, parameters } = sampled;
      const estimate = monteCarloRisk(problem, task, shots, parameters, { ...sampling, stream: row });
      return { shots, ...risk, measured: estimate.mean, standardError: estimate.standardError };
    }),
  };
}

/** A question that was read. */
interface Question<T> {
  readonly problem: RegressionProblem<T>;
  readonly task: Vector<T>;
  readonly shots: readonly ShotCount[];
  readonly parameters: AttentionParameters<T>;
}

/** Every token of every prompt is drawn. */
function monteCarloCost({ problem, shots }: Question<number>, prompts: number): Cost {
  const tokens = shots.reduce<number>((sum, n) => sum + (n === "infinity" ? 0 : n + 1), 0);
  return { operations: 10 * prompts * tokens * (problem.dimension + 2) };
}

/** Says beforehand how long it will take, where somebody would wonder. */
function announce({ operations = 0 }: Cost): void {
  const minutes = operations / OPERATIONS_PER_MINUTE;
  if (minutes < 1) return;
  const words = minutes < 90 ? `${Math.ceil(minutes)} minutes` : `${Math.ceil(minutes / 60)} hours`;
  say(`finetune-icl: every token of every prompt is drawn: about ${words} of one core\n`);
}

function readQuestion<T>(field: NumberField<T>, raw: unknown): Question<T> {
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
