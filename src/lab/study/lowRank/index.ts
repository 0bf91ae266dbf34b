import { tableFrom } from "@finetune-icl/base";
import { toDigits } from "../digits";
import { defineStudy } from "../study";
import { attained, type LowRankInput, runLowRank, UPDATED_SETS } from "./unit";

const RANKS = { value: [1, 3], "key-query": [1, 2, 3, 5, 7], all: [1, 2, 3, 4, 5, 7] } as const;
const SIZE = {
  full: { ranks: RANKS, starts: 2, time: 500 },
  quick: { ranks: { value: [1], "key-query": [1], all: [1, 5] }, starts: 1, time: 5 },
} as const;

/** What a low-rank update of V, of M or of both can learn, and what it costs in context. */
export const lowRank = defineStudy({
  name: "low-rank",
  title: "Low-rank updates",
  question:
    "What does an update of rank r of V, of M or of both reach on zero-shot prompts, with and without an auxiliary few-shot loss, and what does in-context learning lose by it?",
  units: ({ profile, seed }) => {
    const { ranks, starts, time } = SIZE[profile];
    return UPDATED_SETS.flatMap((set) =>
      ranks[set].flatMap((rank) =>
        [false, true].flatMap((auxiliary) =>
          Array.from({ length: starts }, (_, k) => ({
            name: `${set}, rank ${rank}, ${auxiliary ? "auxiliary" : "zero-shot"}, seed ${seed + k}`,
            input: { set, rank, auxiliary, seed: seed + k, time } satisfies LowRankInput,
          })),
        ),
      ),
    );
  },
  run: runLowRank,
  tables: (results) => ({
    updates: {
      description:
        "One low-rank fine-tuning of the released setting (d = 5) by gradient flow of exact gradients: risks on the target at n = 0 and at 20 shots on the target, its opposite and an orthogonal task, on the last and the first with infinitely many examples too; M₀₀, the length of M_x0 and what theory says of it and of the two limits, given M₀₀ and the directions that were erased, the eigenvalues of sym(M_xx) above half of the pretrained one, whether the flow came to rest, and the least zero-shot risk that theory knows for such updates, with whether it is attained.",
      table: tableFrom(
        results.map(
          ({
            input,
            result: {
              predicted,
              matched: _,
              predictedOffset,
              predictedLimit,
              predictedTargetLimit,
              ...measured
            },
          }) => ({
            set: input.set,
            rank: input.rank,
            loss: input.auxiliary ? "zero-shot + few-shot" : "zero-shot",
            seed: input.seed,
            ...measured,
            settled: String(measured.settled),
            // JSON knows no NaN.
            predicted: predicted ?? Number.NaN,
            attained: String(attained(input)),
            predictedOffset: predictedOffset ?? Number.NaN,
            predictedLimit: predictedLimit ?? Number.NaN,
            predictedTargetLimit: predictedTargetLimit ?? Number.NaN,
          }),
        ),
      ),
    },
    matched: {
      description:
        "Where a flow stood when its zero-shot excess R(0, θ₀) − σ² had come down to a given value: the time, and the risk at 20 shots on the orthogonal task. Ranks learn at different speeds, so at equal times they are not comparable; here they are. Values that a flow did not reach have no row.",
      table: tableFrom(
        results.flatMap(({ input, result }) =>
          result.matched.map((moment) => ({
            set: input.set,
            rank: input.rank,
            loss: input.auxiliary ? "zero-shot + few-shot" : "zero-shot",
            seed: input.seed,
            excess: moment.excess,
            time: toDigits(moment.time),
            unrelated: toDigits(moment.unrelated),
          })),
        ),
      ),
    },
  }),
});
