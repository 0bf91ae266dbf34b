import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Tests that start kernels, browsers and worker pools share two cores: a limit against hanging, not a measure of speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", "./test/support/closingLineReporter.ts"],
  },
});
