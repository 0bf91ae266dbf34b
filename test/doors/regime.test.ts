import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { REGIME_KINDS } from "../../src/core/problem/regime";
import { packageRoot } from "../support/root";
import { compile, complaints } from "./publicApi";

const UNION = join(packageRoot, "src", "core", "problem", "regime.ts");

/** Files that name three regimes or more and need not know all, and why. */
const KNOWS_SOME: Readonly<Record<string, string>> = {
  "src/lab/experiment/prediction.ts":
    "maps the regimes of the released experiment, which are fixed, to those of the theory",
  "src/lab/study/covariates/index.ts": "states what the theory says of some regimes",
  "src/lab/study/frontier/paths.ts": "has methods of its own, some of which are regimes",
  "src/lab/study/realData/statements.ts": "states what the theory says of some regimes",
  "src/site/explore/gradientFlow.ts": "draws some regimes",
  "src/site/explore/messageFigure.ts": "draws some regimes",
  "src/site/explore/riskCurves.ts": "speaks of some regimes",
};

const sources = readdirSync(join(packageRoot, "src"), { recursive: true, encoding: "utf8" })
  .map((file) => join("src", file).split(sep).join("/"))
  .filter((file) => file.endsWith(".ts") && !/\/(?:dist|node_modules|browser)\//.test(file));

/** How many regimes a file names. */
const named = (file: string): number => {
  const text = readFileSync(join(packageRoot, file), "utf8");
  return REGIME_KINDS.filter((kind) => text.includes(`"${kind}"`)).length;
};

describe("a regime that is added to the union and named nowhere else", () => {
  let complained: readonly string[] = [];
  beforeAll(() => {
    const files = sources.map((file) => join(packageRoot, file));
    const union = readFileSync(UNION, "utf8");
    const at = "export type Regime<T = number> =\n";
    expect(union).toContain(at);
    const added = union.replace(
      at,
      `${at}  | { readonly kind: "key-only"; readonly targetTask: Vector<T> }\n`,
    );
    const program = compile(files, new Map([[UNION, added]]));
    complained = [
      ...new Set(
        complaints(program, files).map((line) =>
          relative(packageRoot, line.split(", line ")[0]!).split(sep).join("/"),
        ),
      ),
    ];
  });

  it("is missed by the compiler wherever regimes are told apart, the command line included", () => {
    const knowing = sources.filter((file) => named(file) >= 3 && !Object.hasOwn(KNOWS_SOME, file));
    expect(knowing).toContain("src/finetune-icl/commands/predict.ts");
    expect(complained).toEqual(expect.arrayContaining(knowing));
  });

  it("needs no excuse that is out of date", () => {
    for (const file of Object.keys(KNOWS_SOME)) {
      expect(named(file), file).toBeGreaterThanOrEqual(3);
      expect(complained, file).not.toContain(file);
    }
  });
});
