import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packageRoot } from "../support/root";
import { compile, complaints, doors, type ExportedName, exportedNames } from "./publicApi";

/** Doors without an example, and why. */
const WITHOUT_EXAMPLE: Readonly<Record<string, string>> = {
  "@finetune-icl/core": "is all rooms together",
  "@finetune-icl/lab/claims": "exports one list",
  "@finetune-icl/kernel": "installs programs",
  "@finetune-icl/kernel/cells": "serves whoever builds a kernel",
};

/** The rooms of the core, and of the lab, in the order in which data flows. */
const FLOW = ["algebra", "problem", "model", "exact", "theory", "predict", "simulate", "train", "evidence"];
const LAB = ["claims", "ledger", "experiment", "study"];

const names = exportedNames(compile());

/** An example as a file: its code below the imports of what it uses, and what it says it prints. */
interface Example {
  readonly of: string;
  readonly file: string;
  readonly expected: readonly string[];
}

// Below the package, where its names are found.
mkdirSync(join(packageRoot, "tmp"), { recursive: true });
const folder = mkdtempSync(join(packageRoot, "tmp", "examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const examples: readonly Example[] = names
  // A name may stand behind several doors.
  .filter(
    ({ name, source }, i) => names.findIndex((each) => each.name === name && each.source === source) === i,
  )
  .flatMap((exported) => exported.examples.map((code, k) => writeExample(exported, code, k)));

function writeExample({ name, door }: ExportedName, text: string, k: number): Example {
  const code = text.replace(/^```\w*\n|\n```$/g, "");
  const words = new Set(code.match(/[A-Za-z_]\w*/g));
  // From its own door, or else from the library, or else from where it is found first.
  const order = [door.specifier, "finetune-icl", ...doors.map(({ specifier }) => specifier)];
  // The words of comments and texts among them: what is imported and not used is no mistake of the example.
  const used = [...words].flatMap((word) => {
    const at = order.find((specifier) =>
      names.some((each) => each.name === word && each.door.specifier === specifier),
    );
    const isOwn = new RegExp(`(?:const|let) (?:${word}\\b|[{[][^=]*\\b${word}\\b[^=]*[}\\]] =)`).test(code);
    return at === undefined || isOwn ? [] : [`import { ${word} } from "${at}";`];
  });
  const file = join(folder, `${name}${k === 0 ? "" : k}.ts`);
  writeFileSync(file, `${used.join("\n")}\n${code}\nexport {};\n`);
  const expected = [...code.matchAll(/^\s*(?:console\.log\(.*\); \/\/|.*\/\/ prints) (.*)$/gm)].map(
    ([, says]) => says!,
  );
  return { of: name, file, expected };
}

describe("the documentation of what is exported", () => {
  it("says something of every name", () => {
    expect(names.length).toBeGreaterThan(500);
    const silent = names.filter(({ documentation }) => documentation.trim() === "");
    expect(silent.map(({ name, door, source }) => `${name} of ${door.specifier}: ${source}`)).toEqual([]);
  });

  it("has an example for every door", () => {
    const shown = new Set(names.filter((each) => each.examples.length > 0).map(({ door }) => door.specifier));
    const dark = doors.map(({ specifier }) => specifier).filter((specifier) => !shown.has(specifier));
    expect(dark.filter((specifier) => !Object.hasOwn(WITHOUT_EXAMPLE, specifier))).toEqual([]);
  });
});

describe("the examples", () => {
  let said: readonly string[] = [];
  beforeAll(() => {
    const files = examples.map(({ file }) => file);
    said = complaints(compile(files), files);
  });

  it("compile", () => expect(said).toEqual([]));

  it.each(examples)("of $of prints what it says", async ({ file, expected }) => {
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values) => {
      printed.push(format(...values).replace(/\s*\n\s*/g, " "));
    });
    const write = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    try {
      await import(file);
    } finally {
      log.mockRestore();
      write.mockRestore();
    }
    expect(printed.length, "an example prints something").toBeGreaterThan(0);
    expect(printed).toEqual(expected);
  });
});

describe("the library's list of exports", () => {
  // What runs in browsers stands in a file of its own, and comes first.
  const text = ["portable", "index"]
    .map((name) => readFileSync(join(packageRoot, "src", "finetune-icl", `${name}.ts`), "utf8"))
    .join("\n")
    .replace(
      '\n// What runs in browsers, too: numbers, the problem, the model, theory, simulation, training\nexport * from "./portable";\n',
      "",
    );
  const groups = [...text.matchAll(/(?<=\n\n)\/\/ (.+)\nexport \{[^}]+\} from "([^"]+)";\n/g)];

  it("has a heading for every group, and nothing beside", () => {
    expect(groups.length).toBe(text.match(/^export /gm)!.length);
    expect(new Set(groups.map(([, heading]) => heading)).size).toBe(groups.length);
  });

  it("goes from what is built on to what builds on it", () => {
    const order = [
      "base",
      ...FLOW.map((room) => `core/${room}`),
      ...LAB.map((room) => `lab/${room}`),
      "files",
    ];
    expect(groups.map(([, , specifier]) => specifier!.replace("@finetune-icl/", ""))).toEqual(order);
  });
});
