import { join } from "node:path";
import type { Formula } from "@finetune-icl/core/algebra";
import {
  BEST_LABEL_WEIGHT_LIMIT,
  CONSTANT_SCORE_RESPONSE,
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  LABEL_WEIGHT_CHANGE_LIMIT,
  PRETRAINED_RISK_INVERSE,
  SCORED_ZERO_SHOT_RISK_INVERSE,
  TARGET_OVERSHOOT,
  VALUE_ONLY_GAIN_INVERSE,
  VALUE_ONLY_INTRUSION_INVERSE,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_RISK_LIMIT_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
} from "@finetune-icl/core/theory";
import { writeAllWhole } from "@finetune-icl/files";
import { resultsFolder } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { say } from "../say";
import { readOutFolder } from "./outOption";

/** The closed forms that an independent program checks, by the names they have in the code. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  PRETRAINED_RISK_INVERSE,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  VALUE_ONLY_RISK_LIMIT_INVERSE,
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  TARGET_OVERSHOOT,
  BEST_LABEL_WEIGHT_LIMIT,
  LABEL_WEIGHT_CHANGE_LIMIT,
  SCORED_ZERO_SHOT_RISK_INVERSE,
  VALUE_ONLY_INTRUSION_INVERSE,
  VALUE_ONLY_GAIN_INVERSE,
  CONSTANT_SCORE_RESPONSE,
};

/** Blocks of lines in the syntax of Python: a name, the abbreviations, the formula. */
export function identitiesText(): string {
  const python = (expression: string): string => expression.replaceAll("^", "**");
  const blocks = Object.entries(FORMULAS).map(([name, { where, expression, title }]) =>
    [
      `# ${title}`,
      name,
      ...where.map(([symbol, text]) => `${symbol} = ${python(text)}`),
      `value = ${python(expression)}`,
    ].join("\n"),
  );
  return `# Written by \`npx finetune-icl identities\`; do not edit. Read by check.py.\n\n${blocks.join("\n\n")}\n`;
}

/** Adds `finetune-icl identities`: the main closed forms as text for another program. */
export function registerIdentitiesCommand(program: Command): void {
  program
    .command("identities")
    .description("Write the main identities as plain text, for check.py beside them to check with SymPy.")
    .option("--out <folder>", "where to write identities.txt (default: data/identities of the package)")
    .action(({ out }: { readonly out?: string }) => {
      const folder = out === undefined ? resultsFolder("identities") : readOutFolder(out);
      writeAllWhole([[join(folder, "identities.txt"), identitiesText()]]);
      say(`Wrote ${join(folder, "identities.txt")}; check it with python3 data/identities/check.py.\n`);
    });
}
