import { readFileSync } from "node:fs";
import { join } from "node:path";
import { requireOwnResults, writeAllWhole } from "@finetune-icl/files";
import { languageCells, promptsFile } from "./grid";
import { drawLanguagePrompts } from "./prompts";
import { LANGUAGE_SIZES, type LanguageProfile } from "./settings";
import { TARGETS, type TaskRoles, type WordTask } from "./tasks";

/** What a folder of a study is made from. */
export interface LanguagePlanOptions {
  readonly profile: LanguageProfile;
  readonly tasks: readonly WordTask[];
  /** Which task is the target, which may be replayed, which are never trained on (default: those of the word tasks). */
  readonly targets?: readonly TaskRoles[];
}

/**
 * Writes what the Python program needs: `plan.json` with the cells in their order, and `prompts/TARGET-SEED.jsonl`. The same
 * options give the same bytes.
 * @returns how many cells and prompt files there are.
 * @throws InputError when a task is missing or too short.
 */
export function prepareLanguageStudy(
  folder: string,
  { profile, tasks, targets = profile === "full" ? TARGETS : TARGETS.slice(0, 1) }: LanguagePlanOptions,
): { readonly cells: number; readonly files: number } {
  const size = LANGUAGE_SIZES[profile];
  const cells = languageCells(targets, size);
  const plan = {
    profile,
    measureEnd: size.measureEnd,
    targets,
    cells,
    outputs: Object.fromEntries(
      tasks.map(({ name, pairs }) => [name, [...new Set(pairs.map(([, output]) => output))]]),
    ),
  };
  const prompts = targets.flatMap((roles) =>
    Array.from({ length: size.seeds }, (_, seed) => {
      const lines = drawLanguagePrompts(tasks, roles, seed, size);
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      return [join(folder, "prompts", promptsFile(roles.target, seed)), text] as const;
    }),
  );
  const path = join(folder, "plan.json");
  const text = `${JSON.stringify(plan, null, 1)}\n`;
  requireOwnResults(folder, {
    names: ["plan.json"],
    areThere: () => readFileSync(path, "utf8") === text,
    words: "with the same plan, of which results may be there",
  });
  writeAllWhole([...prompts, [path, text]]);
  return { cells: cells.length, files: prompts.length };
}
