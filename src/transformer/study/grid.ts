import type { StudySize } from "./settings";
import type { CellInput, PretrainingInput } from "./unit";

/** The pretraining of every seed. */
export const pretrainings = (size: StudySize): readonly PretrainingInput[] =>
  Array.from({ length: size.seeds }, (_, seed) => ({
    kind: "pretraining",
    settings: { shape: size.shape, noiseVariance: size.noiseVariance, ...size.pretraining, seed },
    testPrompts: 4 * size.testPrompts,
  }));

/**
 * The cells in the order in which they are done: what matters most first, so that a run that is stopped has compared something.
 * The first rate comes before the others, the first target before the others, the main sets before the other kinds of LoRA, one
 * objective after the other, and all seeds of a cell together.
 */
export const cells = (size: StudySize): readonly Omit<CellInput, "start">[] =>
  size.rates.flatMap((rate) =>
    Array.from({ length: size.targets }, (_, target) => target).flatMap((target) =>
      size.trainables.flatMap((group) =>
        size.objectives.flatMap((objective) =>
          group.flatMap((trainable) =>
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
    ),
  );
