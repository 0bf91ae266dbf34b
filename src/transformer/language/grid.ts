import {
  FIRST,
  LANGUAGE_OBJECTIVES,
  type LanguageObjective,
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
  /** The file of its prompts. */
  readonly prompts: string;
}

/** Any name of a task as a part of a file's name. */
const fileName = (task: string): string => encodeURIComponent(task);

/** The file of a seed's prompts. */
export const promptsFile = (target: string, seed: number): string => `${fileName(target)}-${seed}.jsonl`;

/**
 * The cells in the order in which they are done, all seeds of one together, so that a run that is stopped has compared something:
 * for each target the pretrained model, then {@link FIRST}, then what is left, by objective and trained set.
 */
export function languageCells(targets: readonly TaskRoles[], seeds: number): readonly LanguageCell[] {
  const kinds = FIRST.map(
    ([trainable, objective]) =>
      [
        TRAINABLES.find(({ name }) => name === trainable)!,
        LANGUAGE_OBJECTIVES.find(({ name }) => name === objective)!,
      ] as const,
  );
  const others = LANGUAGE_OBJECTIVES.flatMap((objective) =>
    TRAINABLES.map((trainable) => [trainable, objective] as const),
  ).filter(([a, b]) => !kinds.some(([c, d]) => a === c && b === d));
  return targets.flatMap(({ target }) =>
    [[null, LANGUAGE_OBJECTIVES[0]!] as const, ...kinds, ...others].flatMap(([trainable, objective]) =>
      Array.from({ length: seeds }, (_, seed): LanguageCell => {
        const what = trainable === null ? "pretrained" : `${trainable.name}-${objective.name}`;
        return {
          name: `${fileName(target)}-${seed}-${what.replaceAll(", ", "-").replaceAll(" ", "-")}`,
          target,
          seed,
          trainable,
          objective,
          rate: trainable?.rate ?? 0,
          prompts: promptsFile(target, seed),
        };
      }),
    ),
  );
}
