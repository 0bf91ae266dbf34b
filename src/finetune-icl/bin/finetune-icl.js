#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "cli.js");
if (!existsSync(program)) {
  process.stderr.write("finetune-icl is not built yet: run `npm run build` first\n");
  process.exit(1);
}
// A signal can be heard from here on: what follows takes up to a second to load.
require(join(__dirname, "..", "dist", "interrupted.js")).hearFromTheStart();
require(program)
  .run(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
