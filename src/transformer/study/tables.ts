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

const kindOf = ({ input }: FinishedCell): string =>
  JSON.stringify([trainableName(input.trainable), input.objective, input.rate]);

/** Shares of the zero-shot excess at which models are compared, the largest first. */
const levelsOf = (finished: readonly FinishedCell[]): readonly string[] =>
  [...new Set(finished.flatMap(({ result }) => result.points.map(({ at }) => at)))]
    .filter((at) => at !== "start" && at !== "end")
    .sort((a, b) => Number(b) - Number(a));

type Outcome = (cell: FinishedCell) => number | undefined;

/** The benefit that a cell kept where so much of the excess is left; undefined where it never came there. */
const keptAt =
  (size: StudySize, level: string): Outcome =>
  (cell) => {
    const point = pointAt(cell, level);
    return point && benefitKept(size, cell.result, point);
  };

/** How much more of an outcome cells have than others on the same target of the same seed: a value for each seed. */
const lessOther = (
  own: readonly FinishedCell[],
  others: readonly FinishedCell[],
  outcome: Outcome,
): readonly number[] =>
  seedMeans(own, (cell) => {
    const other = others.find(
      ({ input }) => input.seed === cell.input.seed && input.target === cell.input.target,
    );
    const [mine, its] = [outcome(cell), other && outcome(other)];
    return mine === undefined || its === undefined ? undefined : mine - its;
  });

/** With what a set is compared beyond all parameters and the value matrices: its control, the set that it confines, and the remedy that is known. */
function comparedWith({ trainable }: Omit<CellInput, "start">): readonly string[] {
  if (trainable.kind !== "confined") return ["own-value", "value", "all"];
  const whole = [trainable.matrices, "own-value", "value", "all"];
  return trainable.random ? whole : [trainableName({ ...trainable, random: true }), ...new Set(whole)];
}

/** A row for each kind of cell, another kind and matched zero-shot risk: the difference of the benefit kept, cell by cell, over seeds. */
export function differenceTable(size: StudySize, finished: readonly FinishedCell[]): Table {
  const kinds = new Map(finished.map((cell) => [kindOf(cell), cell.input]));
  return tableFrom(
    [...kinds].flatMap(([kind, input]) => {
      const own = finished.filter((cell) => kindOf(cell) === kind);
      const name = trainableName(input.trainable);
      return [...new Set(comparedWith(input))]
        .filter((other) => other !== name)
        .flatMap((other) => {
          const others = finished.filter(
            (cell) => kindOf(cell) === JSON.stringify([other, input.objective, input.rate]),
          );
          return levelsOf(finished).map((level) => {
            const values = lessOther(own, others, keptAt(size, level));
            const { mean, low, high } = overSeeds(values);
            return {
              trainable: name,
              less: other,
              objective: input.objective,
              rate: input.rate,
              excessLeft: Number(level),
              seeds: values.length,
              difference: digits(mean),
              low: digits(low),
              high: digits(high),
            };
          });
        });
    }),
  );
}

/** A row for each confined cell and matrix: how many directions it was kept off, and what is left to it of the states of three kinds of tokens. */
export const allowedTable = (finished: readonly FinishedCell[]): Table =>
  tableFrom(
    finished.flatMap(({ input, result }) =>
      (result.allowed ?? []).map(({ matrix, spared, queryLeft, examplesLeft, labelsLeft }) => ({
        trainable: trainableName(input.trainable),
        rate: input.rate,
        seed: input.seed,
        target: input.target,
        matrix,
        spared,
        queryLeft: digits(queryLeft),
        examplesLeft: digits(examplesLeft),
        labelsLeft: digits(labelsLeft),
      })),
    ),
  );

/**
 * A row for each kind of cell and matched zero-shot risk: benefit kept, intrusion and gain over seeds (targets of a seed averaged
 * first), and the differences from training all parameters and from training the value matrices with the same objective at the same rate, cell by
 * cell of the same seed and target. Only runs that reached the risk are in a mean; `reached` says how many of the `runs` did.
 */
export function matchedTable(size: StudySize, finished: readonly FinishedCell[]): Table {
  const kinds = [...new Set(finished.map(kindOf))];
  const levels = levelsOf(finished);
  return tableFrom(
    kinds.flatMap((kind) => {
      const [name, objective, rate] = JSON.parse(kind) as [string, string, number];
      const own = finished.filter((cell) => kindOf(cell) === kind);
      return levels.map((level) => {
        const keptOf = keptAt(size, level);
        const less = (set: string) =>
          overSeeds(
            lessOther(
              own,
              finished.filter((each) => kindOf(each) === JSON.stringify([set, objective, rate])),
              keptOf,
            ),
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
