/* What a switch between threads costs, in cycles, which are the same in each run. npm run switch compares with Linux. */
import { expect, it } from "vitest";
import { builtKernel } from "../support/built.ts";
import { bootHere } from "./image.ts";

it("costs less than a third of what it does in Linux, by far", () => {
  const { status, lines } = bootHere(builtKernel("bench/switch.ts"));
  expect(status).toBe(33);
  const costs = Object.fromEntries(lines.map((line) => line.split(" ")));
  // Linux: 3,985 and 1,818 (docs/kernel.md).
  expect(Number(costs.condition)).toBeGreaterThan(50);
  expect(Number(costs.condition)).toBeLessThan(500);
  expect(Number(costs.yield)).toBeGreaterThan(50);
  expect(Number(costs.yield)).toBeLessThan(300);
});
