import { defineConfig } from "vitest/config";
import whole from "../../vitest.config.mts";

/**
 * The tests that mutations of the numerical core have to survive: its own fast ones, and the identities of the ledger. They read nothing but
 * sources and data, so that Stryker need not copy notebooks and builds.
 */
export default defineConfig({
  resolve: whole.resolve,
  test: {
    // Fewer of them, by MUTATION_TESTS=GLOB,GLOB, for a part of the core: a mutation that they let live may still fall to others.
    include: process.env.MUTATION_TESTS?.split(",") ?? [
      "test/core/**/*.test.ts",
      "scripts/mutation/identities.test.ts",
    ],
    // Training is no room under test; the reference run is slow.
    exclude: ["test/core/train/**", "test/core/exact/reference.test.ts"],
    // Of ten seconds and more each, or about a bound that no mutation of the room under test moves.
    testNamePattern: /^(?!.*(d = 256|z scores over 200|needs no more values than its computed degree))/,
    testTimeout: 240_000,
    isolate: false,
  },
});
