/* What a switch between threads costs, in cycles, which are the same in each run. npm run switch compares with Linux. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { bootHere, buildKernel } from "./image.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-switch-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("costs less than a third of what it does in Linux, by far", () => {
  const image = join(folder, "switch.elf");
  buildKernel("bench/switch.ts", image);
  const { status, lines } = bootHere(image);
  expect(status).toBe(33);
  const costs = Object.fromEntries(lines.map((line) => line.split(" ")));
  // Linux: 3,985 and 1,818 (docs/kernel.md).
  expect(Number(costs.condition)).toBeGreaterThan(50);
  expect(Number(costs.condition)).toBeLessThan(500);
  expect(Number(costs.yield)).toBeGreaterThan(50);
  expect(Number(costs.yield)).toBeLessThan(300);
});
