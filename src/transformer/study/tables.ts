import { type Table, tableFrom } from "@finetune-icl/base";
import { studentQuantile } from "@finetune-icl/core/evidence";
import { trainableName } from "../gpt/trainable";
import type { Measure } from "../measuring/measure";
import type { StudySize } from "./settings";
import type { CellInput, CellResult, PathPoint, PretrainingInput, PretrainingResult } from "./unit";

export type FinishedPretraining = { readonly input: PretrainingInput; readonly result: PretrainingResult };
export type FinishedCell = { readonly input: Omit<CellInput, "start">; readonly result: CellResult };

/** Six digits are more than any of these measurements has. */
const digits = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(6)) : Number.NaN;

/** A row for each pretrained model and number of examples. */
export const pretrainingTable = (finished: readonly FinishedPretraining[]): Table =>
  tableFrom(
    finished.flatMap(({ input, result }) =>
      result.measures.map(({ shots, risk, standardError, ridgeRisk, gain }) => ({
        seed: input.settings.seed,
        shots,
        risk: digits(risk),
        standardError: digits(standardError),
        ridgeRisk: digits(ridgeRisk),
        gain: digits(gain),
      })),
    ),
  );

const measureOf = ({ measures }: PathPoint, task: Measure["task"], shots: number): Measure =>
  measures.find((each) => each.task === task && each.shots === shots)!;

/** What silence errs by on a unit task: 1 + σ². */
const silence = ({ noiseVariance }: StudySize): number => 1 + noiseVariance;

/**
 * The share of the benefit of maxShots examples on a fresh task that a model kept: (R₀ − R(n)) after over before, with R₀ = 1 + σ²,
 * what silence errs by, in both.
 */
function benefitKept(size: StudySize, { points }: CellResult, point: PathPoint): number {
  const benefit = (at: PathPoint): number => silence(size) - measureOf(at, "fresh", size.shape.maxShots).risk;
  return benefit(point) / benefit(points[0]!);
}

/** A row for each cell, point of its path and number of examples. */
export const pathTable = (size: StudySize, finished: readonly FinishedCell[]): Table =>
  tableFrom(
    finished.flatMap(({ input, result }) =>
      result.points.flatMap((point) =>
        [0, size.shape.maxShots].map((shots) => {
          const risk = (task: Measure["task"]): number => digits(measureOf(point, task, shots).risk);
          const fresh = measureOf(point, "fresh", shots);
          return {
            trainable: trainableName(input.trainable),
            objective: input.objective,
            rate: input.rate,
            seed: input.seed,
            target: input.target,
            at: point.at,
            share: digits(point.share),
            zeroShotExcess: digits(point.excess),
            shots,
            targetRisk: risk("target"),
            oppositeRisk: risk("opposite"),
            orthogonalRisk: risk("orthogonal"),
            freshRisk: risk("fresh"),
            freshStandardError: digits(fresh.standardError),
            intrusion: digits(fresh.intrusion),
            gain: digits(fresh.gain),
          };
        }),
      ),
    ),
  );

/** Mean over pretraining seeds with a 95 % interval by Student's t; NaN where there are fewer than two. */
export function overSeeds(values: readonly number[]): {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
} {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  if (values.length < 2) return { mean, low: Number.NaN, high: Number.NaN };
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = studentQuantile(0.05, values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * A row for each kind of cell and matched zero-shot risk: benefit kept, intrusion and gain over seeds (targets of a seed averaged
 * first), and the difference from training all parameters with the same objective at the same rate, seed by seed. Only runs that
 * reached the risk are in a mean; `reached` says how many of the `runs` did.
 */
export function matchedTable(size: StudySize, finished: readonly FinishedCell[]): Table {
  const kindOf = ({ input }: FinishedCell): string =>
    JSON.stringify([trainableName(input.trainable), input.objective, input.rate]);
  const kinds = [...new Set(finished.map(kindOf))];
  const levels = [...new Set(finished.flatMap(({ result }) => result.points.map(({ at }) => at)))].filter(
    (at) => at !== "start" && at !== "end",
  );
  return tableFrom(
    kinds.flatMap((kind) => {
      const [name, objective, rate] = JSON.parse(kind) as [string, string, number];
      const own = finished.filter((cell) => kindOf(cell) === kind);
      const all = finished.filter((cell) => kindOf(cell) === JSON.stringify(["all", objective, rate]));
      return levels
        .sort((a, b) => Number(b) - Number(a))
        .map((level) => {
          const kept = seedMeans(own, level, (cell, point) => benefitKept(size, cell.result, point));
          const ofAll = seedMeans(all, level, (cell, point) => benefitKept(size, cell.result, point));
          const last = (quantity: "intrusion" | "gain") =>
            overSeeds([
              ...seedMeans(
                own,
                level,
                (_, point) => measureOf(point, "fresh", size.shape.maxShots)[quantity],
              ).values(),
            ]);
          const both = [...kept].filter(([seed]) => ofAll.has(seed));
          const benefit = overSeeds([...kept.values()]);
          const difference = overSeeds(both.map(([seed, value]) => value - ofAll.get(seed)!));
          return {
            trainable: name,
            objective,
            rate,
            excessLeft: Number(level),
            runs: own.length,
            reached: own.filter(({ result }) => result.points.some(({ at }) => at === level)).length,
            seeds: kept.size,
            benefitKept: digits(benefit.mean),
            benefitLow: digits(benefit.low),
            benefitHigh: digits(benefit.high),
            lessAll: digits(difference.mean),
            lessAllLow: digits(difference.low),
            lessAllHigh: digits(difference.high),
            intrusion: digits(last("intrusion").mean),
            gain: digits(last("gain").mean),
          };
        });
    }),
  );
}

/** A number of the points at `level`, averaged over the targets of each seed; seeds none of whose runs reached it are left out. */
function seedMeans(
  cells: readonly FinishedCell[],
  level: string,
  value: (cell: FinishedCell, point: PathPoint) => number,
): ReadonlyMap<number, number> {
  const bySeed = new Map<number, number[]>();
  for (const cell of cells) {
    const point = cell.result.points.find(({ at }) => at === level);
    if (point === undefined) continue;
    bySeed.set(cell.input.seed, [...(bySeed.get(cell.input.seed) ?? []), value(cell, point)]);
  }
  return new Map(
    [...bySeed].map(([seed, values]) => [seed, values.reduce((sum, x) => sum + x, 0) / values.length]),
  );
}
