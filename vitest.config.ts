import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // No limit in wall-clock time: a slow machine is not a wrong result.
    testTimeout: 0,
    hookTimeout: 0,
    reporters: ["./tests/support/reporter.ts"],
  },
});
