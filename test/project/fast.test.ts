import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { isFast } from "../../vitest.config.mjs";
import { manifest, repository } from "./support";

const TESTS = join(repository, "test");
const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => name.split(sep).join("/"));

/** A test file with everything of `test` that it imports, by path below `test`. */
function closure(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const file = join(TESTS, path);
  // What is imported as a type alone is gone when the test runs.
  const text = readFileSync(file, "utf8").replace(/^import type [^;]*;/gm, "");
  for (const [, target] of text.matchAll(/from "(\.[^"]+)"/g)) {
    const found = [`${target}.ts`, `${target}/index.ts`]
      .map((name) => join(dirname(file), name))
      .find((name) => existsSync(name) && name.startsWith(TESTS));
    // The program's path alone starts nothing.
    if (found !== undefined && !found.endsWith("support/root.ts"))
      closure(relative(TESTS, found).split(sep).join("/"), seen);
  }
  return seen;
}

/** What only the built package has, or only a process of its own. */
const NEEDS_A_BUILD = /PROGRAM\b|runNotebookFile"|kernelPreload|(?:spawn|fork)\(|playwright/;
const needsBuild = (path: string): boolean =>
  [...closure(path)].some((name) => NEEDS_A_BUILD.test(readFileSync(join(TESTS, name), "utf8")));

describe("npm run test:fast", () => {
  const fast = files.filter(isFast).filter((path) => path !== "project/fast.test.ts");

  it("covers every test of the numerical core but those of Ctrl-C", () => {
    const core = /(^|\/)(algebra|problem|model|exact|theory|predict|simulate|train|evidence)\//;
    expect(files.filter((path) => core.test(path) && !isFast(path))).toEqual([
      "core/train/interruption.test.ts",
      "core/train/interruptionOfLongStretches.test.ts",
    ]);
    expect(fast.length).toBeGreaterThan(60);
  });

  it("needs no build, starts no program of the package and no browser", () => {
    expect(fast.filter(needsBuild)).toEqual([]);
    expect(["finetune-icl/commands/riskAndPredict.test.ts", "book/browser.test.ts"].map(needsBuild)).toEqual([
      true,
      true,
    ]);
  });

  it("is one of two projects, which npm test runs both", () => {
    expect(manifest.scripts["test:fast"]).toBe("vitest run --project fast");
    expect(manifest.scripts.test).toMatch(/ && vitest run$/);
  });
});
