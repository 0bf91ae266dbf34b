// Builds every package: CommonJS and declarations by TypeScript's own build of project references, and ES modules beside them
// for the packages that also run in browsers; one file of what is used of mathjs.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { replaceTscAliasPaths } from "tsc-alias";
import { mathjsParts } from "./mathjsParts.mjs";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const WITH_ES_MODULES = ["base", "core", "plot", "finetune-icl"];

const tsc = (...args) => execFileSync(process.execPath, [TSC, ...args], { stdio: "inherit" });

tsc("--build", SRC);
for (const name of WITH_ES_MODULES) {
  const folder = join(SRC, name);
  const configFile = join(folder, "tsconfig.esm.json");
  tsc("--project", configFile);
  // The sources name modules without endings; Node and browsers want them.
  await replaceTscAliasPaths({ configFile, outDir: join(folder, "dist", "esm"), resolveFullPaths: true });
  writeFileSync(join(folder, "dist", "esm", "package.json"), '{ "type": "module", "sideEffects": false }\n');
}
// Node loads of mathjs what formulas call; bundlers see mathjs itself, and leave out more.
writeFileSync(join(SRC, "core", "dist", "algebra", "mathjsParts.js"), await mathjsParts("cjs"));
