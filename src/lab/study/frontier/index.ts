import { tableFrom } from "@finetune-icl/base";
import { defineStudy } from "../study";
import { choiceRow, type Path, WISHES } from "./choice";
import { METHODS, SETTING_SYMBOL } from "./paths";
import { FRONTIER_SHOTS, type FrontierInput, runFrontier } from "./unit";

const NOISE = { full: [0.01, 0.1, 0.5, 1], quick: [0.1] } as const;

/** How much in-context learning a unit of zero-shot gain costs, method by method. */
export const whenToStop = defineStudy({
  name: "frontier",
  title: "When to stop",
  question:
    "How much in-context learning is lost per zero-shot gain along full fine-tuning, value-only fine-tuning, auxiliary losses, interpolation and a constant score, and what should one choose at which noise and number of shots?",
  units: ({ profile }) =>
    NOISE[profile].flatMap((noiseVariance) =>
      METHODS.map((method) => ({
        name: `${method}, noise ${noiseVariance}`,
        input: { method, noiseVariance, coarse: profile === "quick" } satisfies FrontierInput,
      })),
    ),
  run: runFrontier,
  tables: (results) => {
    const noises = [...new Set(results.map(({ input }) => input.noiseVariance))];
    const pathsAt = (noise: number): readonly Path[] =>
      results
        .filter(({ input }) => input.noiseVariance === noise)
        .map(({ input, result }) => ({ method: input.method, points: result }));
    return {
      frontier: {
        description:
          "One model of one method, exact: its setting, R(0, θ₀) − σ² and, averaged over the prior of pretraining, R(n, θ) − σ².",
        table: tableFrom(
          results.flatMap(({ input, result }) =>
            result.flatMap(({ setting, zeroShotExcess, inContextExcess }) =>
              FRONTIER_SHOTS.map((shots, k) => ({
                noiseVariance: input.noiseVariance,
                method: input.method,
                symbol: SETTING_SYMBOL[input.method],
                setting: round(setting),
                zeroShotExcess: round(zeroShotExcess),
                shots: String(shots),
                inContextExcess: round(inContextExcess[k]!),
              })),
            ),
          ),
        ),
      },
      choices: {
        description:
          "What serves one wish best at one noise variance and number of shots: method, its setting, both excesses and the cost (the in-context excess, or the weighted sum); the next best method and its cost; the costs of value-only and of full fine-tuning stopped at its best, NaN where the wish is out of reach.",
        table: tableFrom(
          noises.flatMap((noise) =>
            FRONTIER_SHOTS.flatMap((_, shots) =>
              WISHES.map((wish) => choiceRow(pathsAt(noise), noise, wish, shots)),
            ),
          ),
        ),
      },
    };
  },
});

/** Eight digits, which the file is short enough for and the models exact enough. */
const round = (x: number): number => Number(x.toPrecision(8));
