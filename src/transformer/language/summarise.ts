import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, toCsv } from "@finetune-icl/base";
import { requireOwnResults, writeAllWhole } from "@finetune-icl/files";
import {
  type FinishedLanguageCell,
  type LanguagePlan,
  readLanguagePlan,
  readLanguageResults,
} from "./results";
import { LANGUAGE_SIZES } from "./settings";
import { languageMatchedTable, languagePathTable } from "./tables";

/**
 * Makes the tables of what is finished in `folder`, and a README.md that says what they hold, in `out`.
 * @throws InputError where nothing is finished.
 */
export function summariseLanguageStudy(
  folder: string,
  out: string,
): { readonly finished: number; readonly cells: number } {
  const plan = readLanguagePlan(folder);
  const finished = readLanguageResults(folder, plan);
  if (finished.length === 0)
    throw new InputError("folder", folder, "a folder with finished cells in results/");
  const page = join(out, "README.md");
  requireOwnResults(out, {
    names: ["README.md", "paths.csv", "matched.csv"],
    areThere: () =>
      existsSync(page) &&
      readFileSync(page, "utf8").includes(`language-model prepare\` (profile ${plan.profile})`),
    words: "with the tables of the same study",
  });
  writeAllWhole([
    [join(out, "paths.csv"), toCsv(languagePathTable(plan, finished))],
    [join(out, "matched.csv"), toCsv(languageMatchedTable(plan, finished))],
    [page, readme(plan, finished)],
  ]);
  return { finished: finished.length, cells: plan.cells.length };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function readme(plan: LanguagePlan, finished: readonly FinishedLanguageCell[]): string {
  const size = LANGUAGE_SIZES[plan.profile];
  const { model, versions, device, precision } = finished[0]!;
  const trained = finished.filter(({ cell }) => cell.trainable !== null);
  const time =
    trained.length === 0
      ? ""
      : ` A fine-tuning with its measurements took ${Math.round(median(trained.map(({ processorSeconds }) => processorSeconds)))} s of processor time in the median.`;
  return `# Fine-tuning a language model on one task

What does fine-tuning on zero-shot prompts of one word task leave of a language model's in-context learning, at the same zero-shot loss,
by what is trained and by what is added to the loss? The questions and the statistics were written down before the run, in \`preregistration.md\` of the stored study.

Made by \`npx finetune-icl language-model prepare\` (profile ${plan.profile}), \`language_model.py\` and \`npx finetune-icl language-model summarise\`: ${finished.length} of the
${plan.cells.length} cells of the plan. Model: ${model}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}; ${device}, ${precision}.${time}

Fine-tuning: ${size.steps} steps of AdamW (no weight decay, clipping at 1) on ${size.prompts} zero-shot prompts at the constant rate in the tables. Auxiliary and replay: ${size.fewShotPrompts} prompts
a step of ${size.trainingShots} examples and a query. Measured: ${size.contexts * size.queries} prompts a point (${size.contexts} contexts of ${size.queries} queries), the same for all models of a seed; a seed draws the halves
of the word lists (contexts and training from one, queries from the other), the prompts and their order. Words: \`data/word-tasks\`.

| table | one row |
|---|---|
| [\`paths.csv\`](paths.csv) | a cell, a point on the straight line of weights from start to end (where the zero-shot loss on the target has come down to \`at\` nats), a task, a number of examples, their answers true or shuffled: mean negative log likelihood of the answer (nats, its end included), share answered right by greedy decoding, share of wrong answers that are the target task's; the end of a path with its zero-shot loss alone (0 prompts) where no more was measured |
| [\`matched.csv\`](matched.csv) | what is trained, what is added, the level, a role of tasks (averaged over the tasks named, never over roles): accuracy, its change from the pretrained model and its difference from training all weights with the zero-shot loss alone, both paired by seed; negative log likelihood; gain (shuffled less true); intrusion; 95 % intervals over seeds by Student's t |
`;
}
