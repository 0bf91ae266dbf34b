import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";

/** Sources of what runs and shows in the reader's browser; the package carries them, because the book is bundled from them. */
const PACKAGE = dirname(require.resolve("@finetune-icl/book/package.json"));

/** A script of some pages: `assets/NAME.js`, bundled from a TypeScript source. */
export interface PageScript {
  readonly name: string;
  readonly source: string;
  readonly plugins?: readonly Plugin[];
}

/** The scripts of every page; `slides` is loaded when a lesson is shown as slides. */
export const SHARED_SCRIPTS: readonly PageScript[] = ["theme", "book", "slides"].map((name) => ({
  name,
  source: join(PACKAGE, "browser", `${name}.ts`),
}));

/** The script of the document that is printed; no page has it. */
export const PRINT_SCRIPT: PageScript = {
  name: "print-fit",
  source: join(PACKAGE, "browser", "printFit.ts"),
};

/** Bundles the scripts of the pages. File below the book's folder → what it holds. */
export async function bundled(scripts: readonly PageScript[]): Promise<ReadonlyMap<string, string>> {
  return new Map(
    await Promise.all(
      scripts.map(async (script) => [`assets/${script.name}.js`, await bundle(script)] as const),
    ),
  );
}

export const FORMULA_STYLE = "assets/katex.min.css";

/** The style sheets, the fonts of KaTeX and plotly.js: copied as they are. */
export function copies(): ReadonlyMap<string, Buffer> {
  const katex = dirname(require.resolve("katex/dist/katex.min.css"));
  // Every browser that knows the rest of the page knows woff2.
  const fonts = readdirSync(join(katex, "fonts")).filter((name) => name.endsWith(".woff2"));
  return new Map([
    [FORMULA_STYLE, readFileSync(join(katex, "katex.min.css"))],
    ...fonts.map((name) => [`assets/fonts/${name}`, readFileSync(join(katex, "fonts", name))] as const),
    ["assets/plotly.min.js", readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"))],
    ["assets/book.css", readFileSync(join(PACKAGE, "style", "book.css"))],
    ["assets/slides.css", slidesStyle()],
    ["assets/icon.svg", readFileSync(join(PACKAGE, "style", "icon.svg"))],
  ]);
}

/** The style of reveal.js and the book's own; a class that both use is reveal's only where reveal puts it. */
function slidesStyle(): Buffer {
  const reveal = readFileSync(require.resolve("reveal.js/reveal.css"), "utf8");
  const own = readFileSync(join(PACKAGE, "style", "slides.css"), "utf8");
  return Buffer.from(reveal.replaceAll(".reveal .controls", ".reveal>.controls") + own);
}

async function bundle(script: PageScript): Promise<string> {
  const { outputFiles } = await build(scriptOptions(script));
  return outputFiles![0]!.text;
}

/** How esbuild makes a script of the pages. */
export const scriptOptions = ({ source, plugins = [] }: PageScript): BuildOptions => ({
  entryPoints: [source],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  logLevel: "silent",
  plugins: [...plugins],
});
