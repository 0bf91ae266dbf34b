import type { CellBlock, StudySize } from "./settings";
import { type CellInput, cellName, type PretrainingInput } from "./unit";

/** The pretraining of every seed. */
export const pretrainings = (size: StudySize): readonly PretrainingInput[] =>
  Array.from({ length: size.seeds }, (_, seed) => ({
    kind: "pretraining",
    settings: { shape: size.shape, noiseVariance: size.noiseVariance, ...size.pretraining, seed },
    testPrompts: 4 * size.testPrompts,
  }));

type Cell = Omit<CellInput, "start">;

const cellsOf = (size: StudySize, { rates, targets, objectives, trainables }: CellBlock): readonly Cell[] =>
  rates.flatMap((rate) =>
    targets.flatMap((target) =>
      objectives.flatMap((objective) =>
        trainables.flatMap((trainable) =>
          Array.from({ length: size.seeds }, (_, seed) => ({
            kind: "cell" as const,
            shape: size.shape,
            noiseVariance: size.noiseVariance,
            seed,
            target,
            trainable,
            objective,
            rate,
            ...size.fineTuning,
            testPrompts: size.testPrompts,
          })),
        ),
      ),
    ),
  );

/**
 * The cells, each once, in the order in which they are done: what matters most first, so that a run that is stopped has compared something.
 * First what the size puts first, then the grid: the first rate before the others, the first target before the others, the main sets
 * before the other kinds of LoRA, one objective after the other, and all seeds of a cell together.
 */
export function cells(size: StudySize): readonly Cell[] {
  const grid = size.rates.flatMap((rate) =>
    Array.from({ length: size.targets }, (_, target) => target).flatMap((target) =>
      size.trainables.flatMap((trainables) =>
        cellsOf(size, { rates: [rate], targets: [target], objectives: size.objectives, trainables }),
      ),
    ),
  );
  const ordered = [...size.first.flatMap((block) => cellsOf(size, block)), ...grid];
  return [...new Map(ordered.map((cell) => [cellName(cell), cell])).values()];
}
