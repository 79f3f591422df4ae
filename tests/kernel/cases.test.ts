/* The kernel's own test cases, which run inside it: one test for each, in Vitrine and in QEMU, on one processor and on four. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtKernel } from "../support/built.ts";
import { bootHere, bootInQemu, type Ran, source } from "./image.ts";

const image = builtKernel("test/main.ts");
const debugImage = builtKernel("test/main.ts", "--debug");

/** (0x10 << 1) | 1 at the debug-exit port. */
const PASSED = 33;
const names = [...readFileSync(source("test/cases.ts"), "utf8").matchAll(/\{ name: "(.*?)"/g)].map(
  ([, name]) => name!,
);

/** What the run says of a case: its own lines; without any, all that it said at last. */
function saidOf(name: string, { lines }: Ran): string[] {
  const said = lines.filter((line) => line === `ok ${name}` || line.startsWith(`FAIL ${name}: `));
  return said.length > 0 ? said : lines.slice(-20);
}

it("has names for its cases, each once", () => {
  expect(names.length).toBeGreaterThan(10);
  expect(new Set(names).size).toBe(names.length);
});

describe.each([
  ["Vitrine, 1 processor", image, 1],
  ["Vitrine, 4 processors", image, 4],
  ["Vitrine, 4 processors, debug build", debugImage, 4],
] as const)("%s", (_, path, cpus) => {
  const ran = bootHere(path, { cpus });
  it.each(names)("%s", (name) => {
    expect(saidOf(name, ran)).toEqual([`ok ${name}`]);
  });
  it("passes as a whole", () => {
    expect(ran.status).toBe(PASSED);
  });
});

describe("Vitrine", () => {
  it.each([2, 3, 8])("passes as a whole, with %s processors", (cpus) => {
    const { status, lines } = bootHere(image, { cpus });
    expect(lines.filter((line) => line.startsWith("ok "))).toEqual(names.map((name) => `ok ${name}`));
    expect(status).toBe(PASSED);
  });
});

describe.each(["1", "4"])("QEMU, %s processors", (cpus) => {
  let ran: Ran | undefined;
  it.for(names)("%s", (name, ctx) => {
    ran ??= bootInQemu(ctx, image, "-smp", cpus, "-m", "256");
    expect(saidOf(name, ran)).toEqual([`ok ${name}`]);
  });
  it("passes as a whole", (ctx) => {
    ran ??= bootInQemu(ctx, image, "-smp", cpus, "-m", "256");
    expect(ran.status).toBe(PASSED);
  });
});

describe("the command line", () => {
  it("chooses cases by how their names begin", () => {
    const { status, lines } = bootHere(image, { append: "test='command line'" });
    expect(lines).toEqual(names.filter((n) => n.startsWith("command line")).map((n) => `ok ${n}`));
    expect(status).toBe(PASSED);
  });
  it("fails if it chooses none", () => {
    const { status } = bootHere(image, { append: "test=nothing-of-the-kind" });
    expect(status).toBe(35);
  });
});
