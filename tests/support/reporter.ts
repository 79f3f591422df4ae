/*
 * vitest's own report, then each skipped test with its reason, then one last line: `N passed, N failed, N skipped`.
 * A file that does not load, a hook that throws and an error outside every test count as a failure each, so that the line
 * never says `0 failed` of a run that failed.
 */
import type { SerializedError } from "vitest";
import { DefaultReporter, type TestModule, type TestSuite } from "vitest/node";

type EndReason = Parameters<DefaultReporter["onTestRunEnd"]>[2];

export default class Reporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: EndReason,
  ): void {
    super.onTestRunEnd(modules, unhandled, reason);
    const lines: string[] = [];
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    const countErrors = (suite: TestModule | TestSuite): void => {
      if (suite.errors().length > 0) failed++;
    };
    for (const module of modules) {
      countErrors(module);
      for (const suite of module.children.allSuites()) countErrors(suite);
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed++;
        else if (result.state === "failed") failed++;
        else {
          skipped++;
          const why = (result.state === "skipped" && result.note) || "no reason given";
          lines.push(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${why}`);
        }
      }
    }
    lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    // At exit, so that nothing vitest says while it closes comes after.
    process.once("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
