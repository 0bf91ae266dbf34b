import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { staticPicture } from "@finetune-icl/figures";
import { projectRoot, saveFigureTable, writeWhole } from "@finetune-icl/files";
import { messageFigure, messageTable, onDarkGround } from "@finetune-icl/site";
import type { Command } from "commander";

import { printJson } from "./jsonInput";

/** Where the README finds its picture. */
const PICTURES = join("docs", "pictures");

/** Adds `finetune-icl readme`: the picture at the top of the README, from the closed forms. */
export function registerReadmeCommand(program: Command): void {
  program
    .command("readme")
    .description(
      "Draw the picture at the top of the README, on light and on dark ground, and save its table.",
    )
    .action(async () => printJson({ files: await drawReadme() }));
}

async function drawReadme(): Promise<readonly string[]> {
  const root = projectRoot();
  const table = saveFigureTable("readme-message", messageTable());
  const light = messageFigure(table);
  const pictures = [
    ["message-light.svg", light],
    ["message-dark.svg", onDarkGround(light)],
  ] as const;
  mkdirSync(join(root, PICTURES), { recursive: true });
  const files: string[] = [];
  for (const [name, figure] of pictures) {
    const file = join(PICTURES, name);
    writeWhole(join(root, file), `${await staticPicture(figure)}\n`);
    files.push(file);
  }
  return [...files, join("data", "figures", "readme-message.csv")];
}
