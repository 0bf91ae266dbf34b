import type { TestModule } from "vitest/node";
import type { Reporter } from "vitest/reporters";

/**
 * Ends a run with one plain line, `N passed, N failed, N skipped`, that scripts and people can read without knowing
 * vitest. A test module that cannot be loaded counts as one failure.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state] += 1;
      if (module.errors().length > 0) count.failed += 1;
    }
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed + count.pending} failed, ${count.skipped} skipped\n`,
    );
  }
}
