import { readRecord, readWhole } from "@finetune-icl/base";
import { FLOAT } from "@finetune-icl/core/algebra";
import { predictLabel, readAttentionParameters, tokenContributions } from "@finetune-icl/core/model";
import { PRETRAINING_FIELDS, readProblem, readTask, requireAffordable } from "@finetune-icl/core/problem";
import { ExampleSampler, RandomSource, samplePrompt } from "@finetune-icl/core/simulate";
import type { Command } from "commander";
import { printJson, readJson } from "./jsonInput";
import { readNumberOption } from "./numberOption";

/** Adds `finetune-icl prompt FILE|-`: one sampled prompt, token by token. */
export function registerPromptCommand(program: Command): void {
  program
    .command("prompt")
    .description(
      "One sampled prompt, token by token: label, score, content, and what each token adds to the prediction.",
    )
    .argument(
      "<file>",
      "JSON {problem: {covariance, noiseVariance}, task, shots, parameters: {value, keyQuery}}, or -",
    )
    .option("--seed <seed>", "seed of the prompt", "0")
    .action((path: string, options: { readonly seed: string }) => {
      printJson(anatomy(readJson(path), readNumberOption(options.seed, "--seed", 0)));
    });
}

function anatomy(raw: unknown, seed: number): unknown {
  const record = readRecord(raw, "input", ["problem", "task", "shots", "parameters"]);
  const problem = readProblem(FLOAT, record.problem, "problem", PRETRAINING_FIELDS);
  const task = readTask(FLOAT, record.task, "task", problem);
  const shots = readWhole(record.shots, "shots", 0);
  // A token's numbers, and its line in the answer.
  requireAffordable("shots", shots, { bytes: shots * (16 * problem.dimension + 1000) });
  const parameters = readAttentionParameters(FLOAT, record.parameters, "parameters", problem.dimension);
  const { prompt, queryLabel } = samplePrompt(
    new ExampleSampler(problem, task, new RandomSource(seed)),
    shots,
  );
  return {
    tokens: tokenContributions(parameters, prompt).map((parts, j) => ({
      token: j === shots ? "query" : `example ${j + 1}`,
      // The query token has no label: it is what is asked.
      ...(j === shots ? {} : { label: prompt.labels[j] }),
      ...parts,
    })),
    prediction: predictLabel(parameters, prompt),
    queryLabel,
  };
}
