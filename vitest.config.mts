import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = fileURLToPath(new URL("src", import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the sources, so that a changed package need not be built before another one is tested.
    alias: [
      { find: /^finetune-icl$/, replacement: `${src}/finetune-icl/index.ts` },
      { find: /^@finetune-icl\/(?!data)([a-z]+)$/, replacement: `${src}/$1/index.ts` },
      { find: /^@finetune-icl\/(?!data)([a-z]+)\/([a-z]+)$/, replacement: `${src}/$1/$2/index.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // Tests that start kernels, browsers and worker pools share two cores: a limit against hanging, not a measure of speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", "./test/support/closingLineReporter.ts"],
  },
});
