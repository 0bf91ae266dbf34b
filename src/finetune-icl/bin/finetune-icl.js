#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "cli.js");
if (!existsSync(program)) {
  process.stderr.write("finetune-icl is not built yet: run `npm run build` first\n");
  process.exit(1);
}
require(program)
  .run(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
