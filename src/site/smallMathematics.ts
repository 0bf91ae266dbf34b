import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** In the browser, mathjs without its units, and of ml-matrix what is used: half the size. */
export const smallMathematics: Plugin = {
  name: "small-mathematics",
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /dependenciesUnitClass\.generated\.js$/ }, () => ({
      contents: "export const UnitDependencies = {};",
    }));
    const modular = join(dirname(require.resolve("ml-matrix")), "src", "index.js");
    onResolve({ filter: /^ml-matrix$/ }, () => ({ path: modular, sideEffects: false }));
  },
};
