import {
  FIRST,
  LANGUAGE_OBJECTIVES,
  type LanguageObjective,
  type LanguageStudySize,
  TRAINABLES,
  type TrainableWeights,
} from "./settings";
import type { TaskRoles } from "./tasks";

/** One fine-tuning, or the pretrained model of a seed's prompts (`trainable` is null), which everything is held against. */
export interface LanguageCell {
  readonly name: string;
  readonly target: string;
  readonly seed: number;
  readonly trainable: TrainableWeights | null;
  readonly objective: LanguageObjective;
  readonly rate: number;
  /** Zero-shot losses (nats) on the target at which it is compared with others. */
  readonly levels: readonly number[];
  /** The file of its prompts. */
  readonly prompts: string;
}

/** Any name of a task as a part of a file's name. */
const fileName = (task: string): string => encodeURIComponent(task);

/** The file of a seed's prompts. */
export const promptsFile = (target: string, seed: number): string => `${fileName(target)}-${seed}.jsonl`;

/** Seeds of a kind that are done before the next kind, where it is none of the first: what an interval needs. */
export const LEAST_SEEDS = 3;

/**
 * The cells in the order in which they are done, so that a run that is stopped has compared something: the pretrained models, then
 * the kinds of {@link FIRST}, all targets and seeds of a kind before the next; then {@link LEAST_SEEDS} seeds of every other kind, by
 * objective and trained set; then the other seeds of those.
 */
export function languageCells(
  targets: readonly TaskRoles[],
  { seeds, levels }: Pick<LanguageStudySize, "seeds" | "levels">,
): readonly LanguageCell[] {
  const all = LANGUAGE_OBJECTIVES.flatMap((objective) =>
    TRAINABLES.map((trainable) => [trainable, objective] as const),
  );
  const first = FIRST.map(
    ([trainable, objective]) =>
      all.find(([{ name }, other]) => name === trainable && other.name === objective)!,
  );
  const others = all.filter((kind) => !first.includes(kind));
  const cells = (
    kinds: readonly (readonly [TrainableWeights | null, LanguageObjective])[],
    from: number,
    to: number,
  ): readonly LanguageCell[] =>
    kinds.flatMap(([trainable, objective]) =>
      targets.flatMap(({ target, level }) =>
        Array.from({ length: Math.max(0, to - from) }, (_, i) =>
          cellOf(target, from + i, trainable, objective, levels ?? [level]),
        ),
      ),
    );
  const least = Math.min(LEAST_SEEDS, seeds);
  return [
    ...cells([[null, LANGUAGE_OBJECTIVES[0]!], ...first], 0, seeds),
    ...cells(others, 0, least),
    ...cells(others, least, seeds),
  ];
}

function cellOf(
  target: string,
  seed: number,
  trainable: TrainableWeights | null,
  objective: LanguageObjective,
  levels: readonly number[],
): LanguageCell {
  const what = trainable === null ? "pretrained" : `${trainable.name}-${objective.name}`;
  return {
    name: `${fileName(target)}-${seed}-${what.replaceAll(", ", "-").replaceAll(" ", "-")}`,
    target,
    seed,
    trainable,
    objective,
    rate: trainable?.rate ?? 0,
    levels,
    prompts: promptsFile(target, seed),
  };
}
