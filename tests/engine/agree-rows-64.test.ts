/* Every row, form and size in 64-bit mode: the evaluator and the interpreter do the same. */
import { expect, it } from "vitest";
import { runForms } from "./agree-rows.ts";

it("every form of every row in 64-bit mode ends alike on both engines", () => {
  const summary = runForms(64, 1, 1);
  expect(summary.examples).toEqual([]);
  expect(summary.mismatches).toBe(0);
  // The states are such that most instructions run, and many fault.
  expect(summary.forms).toBeGreaterThan(10_000);
  expect(summary.faults).toBeGreaterThan(summary.instances / 10);
  expect(summary.faults).toBeLessThan(summary.instances / 2);
});
