import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { packageRoot } from "@finetune-icl/notebooks/runner";

/** Sources of what runs and shows in the reader's browser; the package carries them, because the book is bundled from them. */
const BOOK_SOURCE = join(packageRoot, "src", "book");

/** Bundles the scripts of the pages. File below the book's folder → what it holds. */
export async function scripts(): Promise<ReadonlyMap<string, string>> {
  const entries = ["theme", "book", "explorable", "ledger"];
  const bundled = await Promise.all(
    entries.map(async (name) => [`assets/${name}.js`, await bundle(join("browser", `${name}.ts`))] as const),
  );
  return new Map(bundled);
}

/** The style sheets, the fonts of KaTeX and plotly.js: copied as they are. */
export function copies(): ReadonlyMap<string, Buffer> {
  const katex = dirname(require.resolve("katex/dist/katex.min.css"));
  // Every browser that knows the rest of the page knows woff2.
  const fonts = readdirSync(join(katex, "fonts")).filter((name) => name.endsWith(".woff2"));
  return new Map([
    ["assets/katex.min.css", readFileSync(join(katex, "katex.min.css"))],
    ...fonts.map((name) => [`assets/fonts/${name}`, readFileSync(join(katex, "fonts", name))] as const),
    ["assets/plotly.min.js", readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"))],
    ["assets/book.css", readFileSync(join(BOOK_SOURCE, "style", "book.css"))],
    ["assets/icon.svg", readFileSync(join(BOOK_SOURCE, "style", "icon.svg"))],
  ]);
}

async function bundle(entry: string): Promise<string> {
  const options: BuildOptions = {
    entryPoints: [join(BOOK_SOURCE, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
    plugins: [smallMathematics],
  };
  const { outputFiles } = await build(options);
  return outputFiles![0]!.text;
}

/**
 * In the browser, mathjs with only the functions that the formulas call and without units, and of ml-matrix what is used:
 * half the size. What the pages compute is still the package's own code.
 */
const smallMathematics: Plugin = {
  name: "small-mathematics",
  setup({ onResolve, onLoad }) {
    const replacement = join(BOOK_SOURCE, "browser", "mathjs.ts");
    onResolve({ filter: /^mathjs$/ }, ({ importer }) =>
      importer === replacement ? undefined : { path: replacement },
    );
    onLoad({ filter: /dependenciesUnitClass\.generated\.js$/ }, () => ({
      contents: "export const UnitDependencies = {};",
    }));
    const modular = join(dirname(require.resolve("ml-matrix")), "src", "index.js");
    onResolve({ filter: /^ml-matrix$/ }, () => ({ path: modular, sideEffects: false }));
  },
};
