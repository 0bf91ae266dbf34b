/**
 * Mutation tests of the numerical core: `npm run mutation`, or a part of it with `npm run mutation -- --mutate "src/core/exact/**"`.
 *
 * Formulas are text that is read when a file is loaded; to Stryker each of them is one constant ("static"), whose mutation would need all tests
 * again, and is left out.
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutation/vitest.config.mts", related: false },
  mutate: ["src/core/{algebra,exact,theory,predict,simulate,evidence}/**/*.ts", "!src/core/**/index.ts"],
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  // What a message or a title says is no arithmetic.
  mutator: { excludedMutations: ["StringLiteral"] },
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  disableTypeChecks: "src/core/**/*.ts",
  tempDirName: ".stryker-tmp",
  ignorePatterns: ["**/dist", "book", "notebooks", ".vitest", "reports"],
  incremental: true,
  incrementalFile: "reports/mutation/incremental.json",
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  allowEmpty: true,
};
