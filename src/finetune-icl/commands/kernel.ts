import { examine, install, uninstall } from "@finetune-icl/kernel";
import type { Command } from "commander";
import { answer, say } from "../say";

/** The name that the course's notebooks carry: that of tslab's kernel, so that they run with stock tslab too. */
const NOTEBOOK_NAME = "tslab";
const OWN_NAME = "finetune-icl";
const COMMAND = "npx finetune-icl kernel";

interface Place {
  readonly user?: true;
  readonly prefix?: string;
}

interface NamedPlace extends Place {
  readonly name?: string;
}

/** Adds `finetune-icl kernel install|uninstall|doctor`: the kernel for Jupyter and VS Code. */
export function registerKernelCommands(program: Command): void {
  const kernel = program
    .command("kernel")
    .description("Give Jupyter and VS Code the TypeScript kernel of the notebooks.");
  const { version } = require("finetune-icl/package.json") as { readonly version: string };
  withPlace(kernel.command("install").description("Write the kernelspec; needs no Python."))
    .option("--name <name>", `the kernel's name (default: ${NOTEBOOK_NAME}, which the notebooks ask for)`)
    .action(({ prefix, name }: NamedPlace) => {
      const installed = install({
        notebookName: NOTEBOOK_NAME,
        ownName: OWN_NAME,
        version,
        ...(name === undefined ? {} : { name }),
        ...(prefix === undefined ? {} : { prefix }),
      });
      for (const note of installed.notes) say(`${note}\n`);
      answer(`installed the kernel ${installed.name} in ${installed.folder}\n`);
    });
  withPlace(kernel.command("uninstall").description("Remove the kernelspecs that this installation wrote."))
    .option("--name <name>", "only the kernel of this name")
    .action(({ prefix, name }: NamedPlace) => {
      const removed = uninstall({
        ...(name === undefined ? {} : { name }),
        ...(prefix === undefined ? {} : { prefix }),
      });
      answer(
        removed.length === 0 ? "nothing to remove\n" : removed.map((each) => `removed ${each}\n`).join(""),
      );
    });
  withPlace(
    kernel.command("doctor").description("Find what is wrong with the installation, and say the cure."),
  ).action(async ({ prefix }: Place) => {
    const findings = await examine({
      notebookName: NOTEBOOK_NAME,
      command: COMMAND,
      ...(prefix === undefined ? {} : { prefix }),
    });
    for (const { what, cure } of findings)
      answer(cure === undefined ? `ok: ${what}\n` : `wrong: ${what}; cure: ${cure}\n`);
    const wrong = findings.filter(({ cure }) => cure !== undefined).length;
    if (wrong > 0) throw new Error(`${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong: see above`);
  });
}

function withPlace(command: Command): Command {
  return command
    .option("--user", "in this user's folder (the default)")
    .option("--prefix <folder>", "in the folder of a virtual environment, of conda, or /usr/local");
}
