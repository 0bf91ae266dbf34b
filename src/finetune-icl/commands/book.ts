import { join, relative, resolve } from "node:path";
import { projectRoot } from "@finetune-icl/files";
import type { Command } from "commander";
import { hearNothing } from "../interrupted";
import { answer, say } from "../say";
import { readOutFile, readOutFolder } from "./outOption";

/** Adds `finetune-icl book [--out DIR] [--exercises DIR] [--pdf FILE]`: build the site from notebooks, docs and ledger. */
export function registerBookCommand(program: Command): void {
  program
    .command("book")
    .description("Build the book: a static site of the notebooks, the docs and the live figures.")
    .option("--out <folder>", "where to put it (default: book/ of the package)")
    .option(
      "--exercises <folder>",
      "lessons ask their exercises and hold no answer: a folder that `finetune-icl course --student` wrote",
    )
    .option(
      "--pdf <file>",
      "also print the whole book into one PDF, by the Chromium, Chrome or Edge on the PATH or the one that CHROME_PATH names",
    )
    .addHelpText(
      "after",
      "\nPrints a JSON report on standard output. The folder is replaced whole or not at all, and only where it holds\nnothing but an earlier book; what hosting needs (.git, CNAME, …) stays.",
    )
    .action(
      async (options: { readonly out?: string; readonly exercises?: string; readonly pdf?: string }) => {
        const out = options.out === undefined ? undefined : readOutFolder(options.out);
        const pdf = options.pdf === undefined ? undefined : resolve(readOutFile(options.pdf, "--pdf"));
        hearNothing();
        // Loaded here, because renderers and compilers are nothing to the other commands.
        const { buildProjectBook } = await import("@finetune-icl/site");
        const root = projectRoot();
        const report = await buildProjectBook(root, out ?? join(root, "book"), {
          ...(options.exercises !== undefined && { exercises: options.exercises }),
          ...(pdf !== undefined && { pdf }),
        });
        const folder = relative(process.cwd(), report.folder) || ".";
        const printed = pdf === undefined ? {} : { pdf: relative(process.cwd(), pdf) };
        answer(`${JSON.stringify({ ...report, folder, ...printed }, null, 2)}\n`);
        say(
          `The book: ${report.pages.length} pages in ${report.seconds.toFixed(1)} s. Open ${join(folder, "index.html")} in a browser.\n`,
        );
      },
    );
}
