import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { sync as writeFileAtomic } from "write-file-atomic";
import { messageFigure, messageTable, onDarkGround } from "../explore/messageFigure";
import { staticPicture } from "../figures/staticPicture";
import { saveFigureTable } from "../figures/table";
import { packageRoot } from "../notebook/packagePaths";
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
  const table = saveFigureTable("readme-message", messageTable());
  const light = messageFigure(table);
  const pictures = [
    ["message-light.svg", light],
    ["message-dark.svg", onDarkGround(light)],
  ] as const;
  mkdirSync(join(packageRoot, PICTURES), { recursive: true });
  const files: string[] = [];
  for (const [name, figure] of pictures) {
    const file = join(PICTURES, name);
    writeFileAtomic(join(packageRoot, file), `${await staticPicture(figure)}\n`);
    files.push(file);
  }
  return [...files, join("data", "figures", "readme-message.csv")];
}
