// One file of src/core/algebra/mathjsParts.ts and of all that it needs of mathjs, for Node and for the tests: what formulas never call is left out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The source that lists the parts. */
export const MATHJS_PARTS = join(ROOT, "src", "core", "algebra", "mathjsParts.ts");

/** The text of the file, as a module of the given kind; it begins with the packages that stand in it and their licences. */
export async function mathjsParts(format) {
  const { outputFiles, metafile } = await build({
    entryPoints: [MATHJS_PARTS],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format,
    platform: "node",
    // Of the two forms that mathjs has, the one of which parts can be left out.
    mainFields: ["module", "main"],
    target: "es2022",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const names = Object.keys(metafile.inputs).flatMap((path) => {
    const inside = path.split("node_modules/").at(-1);
    return inside === path ? [] : [/^(?:@[^/]+\/)?[^/]+/.exec(inside)[0]];
  });
  const licences = [...new Set(names)].sort().map((name) => {
    const { version, license } = JSON.parse(readFileSync(manifestOf(name), "utf8"));
    return ` * ${name} ${version} (${license})`;
  });
  return `/*! Parts of these packages, each under its own licence:\n${licences.join("\n")}\n */\n${outputFiles[0].text}`;
}

/** Of a package that mathjs needs, as mathjs finds it; some do not offer their package.json by name. */
function manifestOf(name) {
  const from = createRequire(require.resolve("mathjs/package.json"));
  for (const folder of from.resolve.paths(name) ?? []) {
    const path = join(folder, ...name.split("/"), "package.json");
    try {
      readFileSync(path);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`no package.json of ${name.split("/").join(sep)}`);
}
