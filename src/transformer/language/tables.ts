import { type Table, tableFrom } from "@finetune-icl/base";
import { overSeeds } from "../study/tables";
import { LEAST_SEEDS } from "./grid";
import type { FinishedLanguageCell, LanguageMeasure, LanguagePlan, LanguagePoint } from "./results";
import { type Role, roleOf, type TaskRoles } from "./tasks";

const digits = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(5)) : Number.NaN;

const nameOf = ({ cell }: FinishedLanguageCell): string => cell.trainable?.name ?? "nothing";

/** A row for each cell, point of its path and measurement. */
export const languagePathTable = (plan: LanguagePlan, finished: readonly FinishedLanguageCell[]): Table =>
  tableFrom(
    finished.flatMap((each) => {
      const { cell, points } = each;
      const roles = plan.targets.find(({ target }) => target === cell.target)!;
      const kept = cell.objective.replay;
      return points.flatMap(({ at, share, zeroShotLoss, measures }) => {
        const common = {
          trainable: nameOf(each),
          objective: cell.trainable === null ? "none" : cell.objective.name,
          rate: cell.rate,
          target: cell.target,
          seed: cell.seed,
          at,
          share: digits(share),
          zeroShotLoss: digits(zeroShotLoss),
        };
        // The end is told even where nothing but its zero-shot loss was measured.
        if (measures.length === 0)
          return [{ ...common, task: cell.target, role: "target", shots: 0, labels: "true", prompts: 0 }].map(
            (row) => ({ ...row, nll: digits(zeroShotLoss), accuracy: Number.NaN, intrusion: Number.NaN }),
          );
        return measures.map(({ task, shots, labels, prompts, nll, accuracy, intrusion }) => ({
          ...common,
          task,
          role: roles.pool.slice(0, kept).includes(task) ? "replayed" : roleOf(roles, task),
          shots,
          labels,
          prompts,
          nll: digits(nll),
          accuracy: digits(accuracy),
          intrusion: digits(intrusion),
        }));
      });
    }),
  );

/** What a point says of the tasks of one role, averaged over them, after so many examples. */
interface RoleSummary {
  readonly accuracy: number;
  readonly nll: number;
  /** Loss under shuffled answers less that under true ones, nats: what the examples' answers teach. */
  readonly gain: number;
  readonly intrusion: number;
}

function summaryOf(point: LanguagePoint, tasks: readonly string[], shots: number): RoleSummary | undefined {
  const of = (labels: LanguageMeasure["labels"]): readonly LanguageMeasure[] =>
    point.measures.filter(
      (each) => each.shots === shots && each.labels === labels && tasks.includes(each.task),
    );
  const right = of("true");
  if (right.length === 0) return undefined;
  const mean = (rows: readonly LanguageMeasure[], key: "accuracy" | "nll" | "intrusion"): number =>
    rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  return {
    accuracy: mean(right, "accuracy"),
    nll: mean(right, "nll"),
    gain: mean(of("shuffled"), "nll") - mean(right, "nll"),
    intrusion: mean(right, "intrusion"),
  };
}

/**
 * A row for each kind of cell, target, level of the zero-shot loss, role of tasks (target, pool or what of it is replayed, unseen)
 * and number of examples: means over seeds with 95 % intervals by Student's t, the change from the pretrained model and the
 * difference from training all weights with the zero-shot loss alone, both seed by seed on the same prompts. Kinds of which fewer than
 * {@link LEAST_SEEDS} seeds are finished (all, where the plan has fewer) are left out; a run that never reached a level is in no
 * mean of it, and `reached` counts the others.
 */
export function languageMatchedTable(plan: LanguagePlan, finished: readonly FinishedLanguageCell[]): Table {
  const kindOf = ({ cell }: FinishedLanguageCell): string =>
    JSON.stringify([cell.target, nameOf({ cell } as FinishedLanguageCell), cell.objective.name]);
  const asked = (kind: string): number =>
    plan.cells.filter((cell) => kindOf({ cell } as FinishedLanguageCell) === kind).length;
  const kinds = [...new Set(finished.map(kindOf))];
  const counts = [
    ...new Set(
      finished.flatMap(({ points }) => points.flatMap(({ measures }) => measures.map(({ shots }) => shots))),
    ),
  ].sort((a, b) => a - b);
  const rolesAndCounts = (["target", "pool", "unseen"] as const).flatMap((role) =>
    counts.map((shots) => [role, shots] as const),
  );
  return tableFrom(
    kinds.flatMap((kind) => {
      const own = finished.filter((each) => kindOf(each) === kind);
      if (own.length < Math.min(LEAST_SEEDS, asked(kind))) return [];
      const { cell } = own[0]!;
      const roles = plan.targets.find(({ target }) => target === cell.target)!;
      const starts = finished.filter(
        (each) => each.cell.target === cell.target && nameOf(each) === "nothing",
      );
      const all = finished.filter(
        (each) => kindOf(each) === JSON.stringify([cell.target, "all", "zero-shot"]),
      );
      const levels = cell.trainable === null ? ["start"] : cell.levels.map(String);
      return levels.flatMap((level) =>
        rolesAndCounts.flatMap(([role, shots]) => {
          const tasks = tasksOf(roles, role, cell.objective.replay);
          const bySeed = (cells: readonly FinishedLanguageCell[], at: string) =>
            new Map(
              cells.flatMap((each) => {
                const point = each.points.find((candidate) => candidate.at === at);
                const summary = point && summaryOf(point, tasks, shots);
                return summary === undefined ? [] : [[each.cell.seed, summary] as const];
              }),
            );
          const here = bySeed(own, level);
          const atStart = bySeed(starts, "start");
          // What nobody was measured on has no row; where no run reached the level, the row says so.
          if (here.size === 0 && atStart.size === 0) return [];
          const paired = (there: ReadonlyMap<number, RoleSummary>) =>
            overSeeds(
              [...here]
                .filter(([seed]) => there.has(seed))
                .map(([seed, { accuracy }]) => accuracy - there.get(seed)!.accuracy),
            );
          const over = (key: keyof RoleSummary) => overSeeds([...here.values()].map((each) => each[key]));
          const fromStart = paired(atStart);
          const lessAll = paired(bySeed(all, level));
          const spread = (name: string, { mean, low, high }: ReturnType<typeof overSeeds>) => ({
            [name]: digits(mean),
            [`${name}Low`]: digits(low),
            [`${name}High`]: digits(high),
          });
          return [
            {
              target: cell.target,
              trainable: nameOf(own[0]!),
              objective: cell.trainable === null ? "none" : cell.objective.name,
              level,
              role: role === "pool" && cell.objective.replay > 0 ? "replayed" : role,
              tasks: tasks
                .filter((task) =>
                  [...own, ...starts].some(({ points }) =>
                    points.some(({ measures }) => measures.some((each) => each.task === task)),
                  ),
                )
                .join(" "),
              shots,
              runs: own.length,
              reached: here.size,
              ...spread("accuracy", over("accuracy")),
              ...spread("fromStart", fromStart),
              ...spread("lessAll", lessAll),
              ...spread("nll", over("nll")),
              ...spread("gain", over("gain")),
              ...spread("intrusion", over("intrusion")),
            },
          ];
        }),
      );
    }),
  );
}

function tasksOf({ target, pool, unseen }: TaskRoles, role: Role, replay: number): readonly string[] {
  if (role === "target") return [target];
  if (role === "unseen") return unseen;
  return replay > 0 ? pool.slice(0, replay) : pool;
}
