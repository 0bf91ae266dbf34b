import { type Table, tableFrom } from "@finetune-icl/base";
import { RELEASED_BATCH, RELEASED_MOTION } from "@finetune-icl/core/train";
import {
  type Condition,
  type SeparatedRun,
  type Separation,
  type SeparationSize,
  separate,
  separateReference,
} from "../experiment/separation";
import { defineStudy, type StudyUnit } from "./study";

interface Input {
  /** Or the PyTorch run in data/reference. */
  readonly trainingSeed: number | "PyTorch";
  readonly size: SeparationSize;
}
type Result = StudyUnit<Input> & { readonly result: Separation };

/** Why the sampled trainer ends elsewhere than the exact one, cause by cause. */
export const exactAndSampled = defineStudy<Input, Separation>({
  name: "exact-and-sampled",
  title: "Why sampled training ends elsewhere than exact descent",
  question:
    "The released experiment with merged key and query, zero-shot loss: how much of the difference comes from where fine-tuning starts, from the finite data set of 10,000 and from the mini-batches of 5000, and does the quantity ‖M‖² − ‖v‖², which gradient flow conserves, predict it?",
  units: ({ profile, seed }) => {
    const size =
      profile === "quick"
        ? { steps: 300, batchSize: 500, noisePrompts: 100 }
        : { steps: RELEASED_MOTION.steps, batchSize: RELEASED_BATCH, noisePrompts: 1000 };
    const seeds = Array.from({ length: profile === "quick" ? 2 : 3 }, (_, k) => seed - 1 + k);
    return [...seeds, "PyTorch" as const].map((trainingSeed) => ({
      name: `seed ${trainingSeed}`,
      input: { trainingSeed, size },
    }));
  },
  run: ({ trainingSeed, size }) =>
    trainingSeed === "PyTorch" ? separateReference(size) : separate(trainingSeed, size),
  tables: (results) => ({
    risks: {
      table: riskTable(results),
      description:
        "the exact risk after fine-tuning under one condition (`start`: which pretraining, PyTorch for the run in data/reference; `data`: the population or the 10,000 examples; `batch`: all of it, or 5000 a step), and for full fine-tuning the risk predicted from the start's conserved quantity, its drift along exact descent, the noise of batches and the data's own least-squares task",
    },
    causes: {
      table: causeTable(results),
      description:
        "for a regime, task and number of shots the change of the risk by each cause alone, mean over training seeds and its standard error: `start` (sampled for exact pretraining), `finite` (data set for population), `mini` (batches for all), and `all` three together",
    },
    conserved: {
      table: conservedTable(results),
      description:
        "‖M‖² − ‖v‖² at the start and the end of a stage, its end by the identity that sums the steps, empty where the steps are not known, and its end predicted from exact descent and the gradient noise of batches",
    },
  }),
});

function riskTable(results: readonly Result[]): Table {
  return tableFrom(
    results.flatMap(({ input, result }) =>
      result.runs.flatMap(({ errors, ...run }) =>
        errors.map(({ task, shots, risk, predicted }) => ({
          seed: input.trainingSeed,
          ...run,
          task,
          shots,
          risk: round(risk),
          predicted: predicted === null ? Number.NaN : round(predicted),
        })),
      ),
    ),
  );
}

const CAUSES = {
  start: [
    { start: "sampled", data: "population", batch: "all" },
    { start: "exact", data: "population", batch: "all" },
  ],
  finite: [
    { start: "sampled", data: "finite", batch: "all" },
    { start: "sampled", data: "population", batch: "all" },
  ],
  mini: [
    { start: "sampled", data: "population", batch: "mini" },
    { start: "sampled", data: "population", batch: "all" },
  ],
  all: [
    { start: "sampled", data: "finite", batch: "mini" },
    { start: "exact", data: "population", batch: "all" },
  ],
} as const satisfies Readonly<Record<string, readonly [Condition, Condition]>>;

function causeTable(results: readonly Result[]): Table {
  // The PyTorch run has no exact start of its own.
  const runs = results
    .filter(({ input }) => input.trainingSeed !== "PyTorch")
    .map(({ result }) => result.runs);
  const first = runs[0]!.filter((run) => same(run, CAUSES.start[1]));
  return tableFrom(
    first.flatMap(({ regime, errors }) =>
      errors.map(({ task, shots }, k) => {
        const risks = (condition: Condition): readonly number[] =>
          runs.map(
            (all) => all.find((run) => run.regime === regime && same(run, condition))!.errors[k]!.risk,
          );
        const columns = Object.entries(CAUSES).map(([name, [on, off]]) => {
          const [a, b] = [risks(on), risks(off)];
          const { mean, standardError } = average(a.map((risk, i) => risk - b[i]!));
          return { [name]: round(mean), [`${name}Error`]: round(standardError) };
        });
        return Object.assign(
          { regime, task, shots, exact: round(average(risks(CAUSES.start[1])).mean) },
          ...columns,
        );
      }),
    ),
  );
}

function conservedTable(results: readonly Result[]): Table {
  return tableFrom(
    results.flatMap(({ input, result }) =>
      result.conserved.map(({ atStart, atEnd, bySteps, predicted, ...run }) => ({
        seed: input.trainingSeed,
        ...run,
        atStart: round(atStart),
        atEnd: round(atEnd),
        bySteps: bySteps === null ? Number.NaN : round(bySteps),
        predicted: round(predicted),
      })),
    ),
  );
}

const same = (run: SeparatedRun, { start, data, batch }: Condition): boolean =>
  run.start === start && run.data === data && run.batch === batch;

function average(values: readonly number[]): { readonly mean: number; readonly standardError: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(square / (values.length - 1) / values.length) };
}

const round = (value: number): number => Number(value.toPrecision(6));
