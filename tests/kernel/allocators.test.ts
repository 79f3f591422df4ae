/* malloc as the command line sets it up: the kernel's cases of it with every allocator, policy and check, at several sizes. */
import { describe, expect, it } from "vitest";
import { builtKernel } from "../support/built.ts";
import { bootHere, bootInQemu } from "./image.ts";

const image = builtKernel("test/main.ts");

/** (0x10 << 1) | 1 at the debug-exit port. */
const PASSED = 33;
const failures = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith("ok "));

const OPTIONS = [
  "allocator=buddy",
  "allocator=tlsf",
  "allocator=bump",
  "policy=dense",
  "verify",
  "verify=0",
  "debug=size:64-300",
  "debug=all",
];
describe.each(OPTIONS)("%s", (option) => {
  it.each([1, 4])("serves malloc, with %s processors", (cpus) => {
    const { status, lines } = bootHere(image, { cpus, append: `test=malloc ${option}` });
    expect(failures(lines)).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
    expect(status).toBe(PASSED);
  });
});

describe.each(["allocator=tlsf", "allocator=buddy", "verify", "policy=dense"])("%s", (option) => {
  it("loses nothing when memory runs out", () => {
    const { status, lines } = bootHere(image, { append: `test=oom ${option}` });
    expect(failures(lines)).toEqual([]);
    expect(status).toBe(PASSED);
  });
});

/** Per cent that the image says of a kind. */
const percent = (lines: readonly string[], pattern: RegExp): number =>
  Number(lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined));

describe("memory that is lost by rounding", () => {
  it.each([
    ["seed", 22],
    ["dense", 10],
  ])("is within its bound: policy=%s", (policy, bound) => {
    const { status, lines } = bootHere(image, { append: `test=waste policy=${policy}` });
    expect(percent(lines, /^waste of sizes 16 to 4096: ([\d.]+) %/)).toBeLessThanOrEqual(bound);
    expect(percent(lines, /by OSv's rules ([\d.]+) %/)).toBeCloseTo(37.7, 1);
    expect(percent(lines, /^page objects have of memory: ([\d.]+) %/)).toBeGreaterThanOrEqual(98);
    expect(status).toBe(PASSED);
  });
});

it("has little memory", () => {
  for (const topic of ["areas", "malloc", "oom", "allocators"]) {
    const { status, lines } = bootHere(image, { memory: 16 * 2 ** 20, append: `test=${topic}` });
    expect(failures(lines)).toEqual([]);
    expect(status).toBe(PASSED);
  }
});
it("is the same in QEMU", (ctx) => {
  const options = ["-m", "256", "-smp", "2", "-append", "test=malloc policy=dense verify"];
  const { status, lines } = bootInQemu(ctx, image, ...options);
  expect(failures(lines)).toEqual([]);
  expect(status).toBe(PASSED);
});
it.each([
  ["allocator=best", "warning: unknown allocator best"],
  ["policy=loose", "warning: unknown policy loose"],
  ["debug=some", "warning: unknown debug some"],
  ["debug=size:9-3", "warning: unknown debug size:9-3"],
])("warns of what it does not know: %s", (option, warning) => {
  const { lines } = bootHere(image, { append: `'test=slab classes' ${option}` });
  expect(lines[0]).toBe(warning);
});
