import { InputError } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import { LANGUAGE_OBJECTIVES, type LanguageStudySize } from "./settings";
import { type Pair, roleOf, type TaskRoles, type WordTask } from "./tasks";

/** A prompt: examples of one task, the last of which is the query with its answer. */
type Prompt = readonly Pair[];

/** The prompts of a step. */
type TrainLine = { readonly use: "train"; readonly step: number } & Readonly<
  Record<string, readonly Prompt[] | string | number>
>;
/** The zero-shot prompts on which models are matched. */
interface MatchLine {
  readonly use: "match";
  readonly pairs: readonly Pair[];
}
/** A point that is measured: contexts of examples, each with its queries. */
export interface TestLine {
  readonly use: "test";
  readonly task: string;
  readonly shots: number;
  /** `shuffled`: each example has the answer of the next one. */
  readonly labels: "true" | "shuffled";
  readonly contexts: readonly {
    readonly examples: readonly Pair[];
    readonly queries: readonly { readonly input: string; readonly output: string }[];
  }[];
}
/** A line of a prompts file. */
export type PromptLine = TrainLine | MatchLine | TestLine;

/**
 * All prompts of a seed: halves of each list, drawn anew for a seed, give what is trained on and what stands in contexts, and what is asked.
 * @throws InputError when a task that is needed is missing or has too few pairs.
 */
export function drawLanguagePrompts(
  tasks: readonly WordTask[],
  roles: TaskRoles,
  seed: number,
  size: LanguageStudySize,
): readonly PromptLine[] {
  const halves = new Map(
    tasks.map((task, i) => {
      const shuffled = shuffle(task.pairs, new RandomSource(seed, 100 + i));
      const middle = Math.floor(shuffled.length / 2);
      return [task.name, { train: shuffled.slice(0, middle), test: shuffled.slice(middle) }] as const;
    }),
  );
  const half = (name: string, part: "train" | "test"): readonly Pair[] => {
    const pairs = halves.get(name)?.[part] ?? [];
    const least = Math.max(...size.shots, size.trainingShots + 1);
    if (pairs.length < least)
      throw new InputError(`tasks.${name}`, 2 * pairs.length, `at least ${2 * least} pairs`);
    return pairs;
  };
  return [
    ...trainLines(roles, (name) => half(name, "train"), seed, size),
    ...testLines(roles, half, seed, size),
  ];
}

const TRAIN_STREAM = 1;
const TEST_STREAM = 2;

function trainLines(
  { target, pool }: TaskRoles,
  pairsOf: (task: string) => readonly Pair[],
  seed: number,
  { steps, prompts, fewShotPrompts, trainingShots }: LanguageStudySize,
): readonly TrainLine[] {
  const random = new RandomSource(seed, TRAIN_STREAM);
  const zeroShot = deal(pairsOf(target), random);
  const fewShot = (task: string): Prompt => shuffle(pairsOf(task), random).slice(0, trainingShots + 1);
  return Array.from({ length: steps }, (_, step): TrainLine => {
    const auxiliary = Array.from({ length: fewShotPrompts }, () => fewShot(target));
    // Tasks in turn, over the steps where there are more of them than prompts a step.
    const replayed = pool.map((task) => Array.from({ length: fewShotPrompts }, () => fewShot(task)));
    const replays = LANGUAGE_OBJECTIVES.filter(({ replay }) => replay > 0).map(({ replay }) => [
      `replay-${replay}`,
      Array.from(
        { length: fewShotPrompts },
        (_unused, i) => replayed[(step * fewShotPrompts + i) % replay]![i]!,
      ),
    ]);
    return {
      use: "train",
      step,
      "zero-shot": Array.from({ length: prompts }, () => [zeroShot()]),
      auxiliary,
      ...Object.fromEntries(replays),
    };
  });
}

function testLines(
  roles: TaskRoles,
  half: (task: string, part: "train" | "test") => readonly Pair[],
  seed: number,
  size: LanguageStudySize,
): readonly (MatchLine | TestLine)[] {
  const { shots, poolTasks, unseenTasks, contexts, queries, otherZeroShots } = size;
  const measured = [
    roles.target,
    ...roles.pool.slice(0, poolTasks),
    ...roles.unseen.slice(0, unseenTasks),
  ].map((task) => {
    const random = new RandomSource(seed, TEST_STREAM + 1000 * (1 + indexIn(roles, task)));
    const next = deal(half(task, "test"), random);
    return {
      task,
      contexts: Array.from({ length: contexts }, () => ({
        examples: shuffle(half(task, "train"), random).slice(0, Math.max(...shots)),
        queries: Array.from({ length: queries }, next).map(([input, output]) => ({ input, output })),
      })),
    };
  });
  const match: MatchLine = {
    use: "match",
    pairs: measured[0]!.contexts.flatMap((context) =>
      context.queries.map(({ input, output }): Pair => [input, output]),
    ),
  };
  const labelsAt = (task: string, count: number): readonly TestLine["labels"][] =>
    count > 1 && size.shuffled.includes(roleOf(roles, task)) ? ["true", "shuffled"] : ["true"];
  const tests = measured.flatMap(({ task, contexts: groups }) =>
    shots.flatMap((count) => {
      if (count === 0 && !otherZeroShots && roleOf(roles, task) !== "target") return [];
      return labelsAt(task, count).map(
        (labels): TestLine => ({
          use: "test",
          task,
          shots: count,
          labels,
          contexts: groups.map(({ examples, queries: asked }) => ({
            examples: labelled(examples.slice(0, count), labels),
            queries: asked,
          })),
        }),
      );
    }),
  );
  return [match, ...tests];
}

const indexIn = ({ target, pool, unseen }: TaskRoles, task: string): number =>
  [target, ...pool, ...unseen].indexOf(task);

/** Shuffled: the answers move on by one, so that no example keeps its own (another with the same answer may lend it). */
const labelled = (examples: readonly Pair[], labels: "true" | "shuffled"): readonly Pair[] =>
  labels === "true"
    ? examples
    : examples.map(([input], i): Pair => [input, examples[(i + 1) % examples.length]![1]]);

/** Fisher and Yates. */
function shuffle<Item>(items: readonly Item[], random: RandomSource): readonly Item[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i -= 1) {
    const k = Math.floor(random.uniform() * (i + 1));
    [shuffled[i], shuffled[k]] = [shuffled[k]!, shuffled[i]!];
  }
  return shuffled;
}

/** Gives items in a random order, and, when all were given, in another one. */
function deal<Item>(items: readonly Item[], random: RandomSource): () => Item {
  let order: readonly Item[] = [];
  let at = 0;
  return () => {
    if (at === order.length) {
      order = shuffle(items, random);
      at = 0;
    }
    at += 1;
    return order[at - 1]!;
  };
}
