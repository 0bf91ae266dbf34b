import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type BuildOptions, build } from "esbuild";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { SHARED_SCRIPTS, scriptOptions } from "../../src/book/assets";
import { readNotebook } from "../../src/notebooks/runner/readNotebook";
import { importedModules, pageOptions } from "../../src/site/lesson/lessonFiles";
import { workerOptions } from "../../src/site/lesson/workerBundle";
import { SITE_SCRIPTS } from "../../src/site/projectBook";
import { packageRoot } from "../support/root";

/** Tokens from which on two functions alike are one function written twice. */
const ALIKE = 30;

/** A module as its source: what was built from it, as CommonJS or as an ES module, is the same module. */
function sourceOf(input: string): string {
  const path = relative(packageRoot, join(packageRoot, input)).replaceAll("\\", "/");
  const built = /^(?:node_modules\/@finetune-icl|src)\/(.*)$/.exec(path)?.[1];
  if (built === undefined) return path;
  const source = `src/${built.replace(/^([^/]+)\/dist\/(?:esm\/)?(.*)\.js$/, "$1/$2.ts")}`;
  return existsSync(join(packageRoot, source)) ? source : path;
}

/** What a bundle is made of: its modules, and the bytes that each takes. */
type Bundle = ReadonlyMap<string, number>;

async function bundleOf(options: BuildOptions): Promise<Bundle> {
  const { metafile } = await build({ ...options, metafile: true, absWorkingDir: packageRoot });
  const [output] = Object.values(metafile!.outputs);
  return new Map(
    Object.keys(metafile!.inputs).map((input) => [
      sourceOf(input),
      output!.inputs[input]?.bytesInOutput ?? 0,
    ]),
  );
}

const isOwn = (file: string) => /^src\/.*\.ts$/.test(file);

/** Functions of a module that do something: a fingerprint that knows no names, and where they stand. */
function functionsOf(file: string): readonly (readonly [fingerprint: string, place: string])[] {
  const text = readFileSync(join(packageRoot, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: [string, string][] = [];
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const tokens = tokensOf(node.body as ts.Node, source);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      if (tokens.length >= ALIKE)
        found.push([createHash("sha256").update(tokens.join(" ")).digest("hex"), `${file}:${line + 1}`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What stands in a function, names replaced by the order in which they come. */
function tokensOf(body: ts.Node, source: ts.SourceFile): readonly string[] {
  const names = new Map<string, string>();
  const tokens: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isTypeNode(node)) return;
    const parts = node.getChildren(source);
    if (ts.isIdentifier(node)) {
      if (!names.has(node.text)) names.set(node.text, `name${names.size}`);
      tokens.push(names.get(node.text)!);
    } else if (parts.length === 0) tokens.push(node.getText(source));
    for (const part of parts) visit(part);
  };
  visit(body);
  return tokens;
}

describe("the scripts of the pages and the lessons' program", () => {
  let explorable: Bundle;
  let worker: Bundle;
  let all: readonly Bundle[];
  beforeAll(async () => {
    const notebooks = readdirSync(join(packageRoot, "notebooks"))
      .filter((name) => name.endsWith(".ipynb"))
      .map((name) => readNotebook(join(packageRoot, "notebooks", name)));
    const imported = importedModules(notebooks.map((notebook) => ({ path: "", notebook })));
    const scripts = [...SHARED_SCRIPTS, ...SITE_SCRIPTS];
    const [ofWorker, ...others] = await Promise.all(
      [
        workerOptions(packageRoot, imported),
        ...(["start", "lesson", "editor"] as const).map(pageOptions),
        ...scripts.map(scriptOptions),
      ].map(bundleOf),
    );
    worker = ofWorker!;
    explorable = others[3 + scripts.findIndex(({ name }) => name === "explorable")]!;
    all = [worker, ...others];
  });

  /** The modules of all. */
  const modules = (): readonly string[] => [...new Set(all.flatMap((bundle) => [...bundle.keys()]))];

  it("are made of the same modules: what a live figure computes and draws with, lessons have too", () => {
    const computing = [...explorable.keys()].filter((file) =>
      /^src\/(?:base|core|plot|figures)\//.test(file),
    );
    expect(computing.length).toBeGreaterThan(50);
    expect(computing.filter((file) => !worker.has(file))).toEqual([]);
  });

  it("hold no package in two versions", () => {
    const folders = new Map<string, Set<string>>();
    for (const file of modules()) {
      // What esbuild leaves out under `browser` in a package.json.
      if (file.startsWith("(disabled):")) continue;
      const [folder, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/.exec(file) ?? [];
      if (name !== undefined) folders.set(name, (folders.get(name) ?? new Set()).add(folder!));
    }
    expect(folders.size).toBeGreaterThan(20);
    expect([...folders].filter(([, places]) => places.size > 1).map(([name]) => name)).toEqual([]);
  });

  it("hold no module twice, as a script and as a module", () => {
    const twice = all.flatMap((bundle) => {
      const stems = [...bundle]
        .filter(([, bytes]) => bytes > 5000)
        .map(([file]) => file.replace(/(?:\.umd|\.esm|\.es)?\.[cm]?js$/, ""));
      return stems.filter((stem, i) => stems.indexOf(stem) !== i);
    });
    expect(twice).toEqual([]);
  });

  it("hold no function that is written twice", () => {
    const places = new Map<string, string[]>();
    for (const [fingerprint, place] of modules().filter(isOwn).flatMap(functionsOf))
      places.set(fingerprint, [...(places.get(fingerprint) ?? []), place]);
    expect(places.size).toBeGreaterThan(500);
    expect([...places.values()].filter((each) => each.length > 1)).toEqual([]);
  });
});
