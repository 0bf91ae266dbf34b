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
 * first), and the differences from training all parameters and from training the value matrices with the same objective at the same rate, cell by
 * cell of the same seed and target. Only runs that reached the risk are in a mean; `reached` says how many of the `runs` did.
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
      return levels
        .sort((a, b) => Number(b) - Number(a))
        .map((level) => {
          const keptOf = (cell: FinishedCell): number | undefined => {
            const point = pointAt(cell, level);
            return point && benefitKept(size, cell.result, point);
          };
          /** How much more of the benefit is kept than by another set on the same target of the same seed. */
          const less = (set: string) =>
            overSeeds(
              seedMeans(own, (cell) => {
                const other = finished.find(
                  (each) =>
                    kindOf(each) === JSON.stringify([set, objective, rate]) &&
                    each.input.seed === cell.input.seed &&
                    each.input.target === cell.input.target,
                );
                const [mine, its] = [keptOf(cell), other && keptOf(other)];
                return mine === undefined || its === undefined ? undefined : mine - its;
              }),
            );
          const last = (quantity: "intrusion" | "gain"): number =>
            overSeeds(
              seedMeans(own, (cell) => {
                const point = pointAt(cell, level);
                return point && measureOf(point, "fresh", size.shape.maxShots)[quantity];
              }),
            ).mean;
          const kept = seedMeans(own, keptOf);
          const [benefit, lessAll, lessValue] = [overSeeds(kept), less("all"), less("value")];
          return {
            trainable: name,
            objective,
            rate,
            excessLeft: Number(level),
            runs: own.length,
            reached: own.filter((cell) => pointAt(cell, level) !== undefined).length,
            seeds: kept.length,
            benefitKept: digits(benefit.mean),
            benefitLow: digits(benefit.low),
            benefitHigh: digits(benefit.high),
            lessAll: digits(lessAll.mean),
            lessAllLow: digits(lessAll.low),
            lessAllHigh: digits(lessAll.high),
            lessValue: digits(lessValue.mean),
            lessValueLow: digits(lessValue.low),
            lessValueHigh: digits(lessValue.high),
            intrusion: digits(last("intrusion")),
            gain: digits(last("gain")),
          };
        });
    }),
  );
}

const pointAt = ({ result }: FinishedCell, level: string): PathPoint | undefined =>
  result.points.find(({ at }) => at === level);

/** A number of each cell that has one, averaged over the targets of each seed; a value for each seed that has any. */
function seedMeans(
  cells: readonly FinishedCell[],
  value: (cell: FinishedCell) => number | undefined,
): readonly number[] {
  const bySeed = new Map<number, number[]>();
  for (const cell of cells) {
    const own = value(cell);
    if (own !== undefined) bySeed.set(cell.input.seed, [...(bySeed.get(cell.input.seed) ?? []), own]);
  }
  return [...bySeed.values()].map((values) => values.reduce((sum, x) => sum + x, 0) / values.length);
}
