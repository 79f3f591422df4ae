/*
 * Physical memory, in an image of its own that ends at the allocator: memory maps full of holes, objects from before, misuse that panics
 * with its values; and the host's view of the same counters.
 */
import { describe, expect, it } from "vitest";
import { builtKernel } from "../support/built.ts";
import { bootHere, bootInQemu, vitrine } from "./image.ts";

const images = {
  release: builtKernel("test/physical-boot.ts"),
  debug: builtKernel("test/physical-boot.ts", "--debug"),
};
const MIB = 2 ** 20;
const MEMORY = 96 * MIB;
const builds = ["release", "debug"] as const;

/** (0x10 << 1) | 1 at the debug-exit port, and what a panic leaves there. */
const PASSED = 33;
const PANICKED = 1;
const SILENT = [""];

describe("early objects, and memory maps full of holes", () => {
  it.each(builds)("here: %s", (build) => {
    const ran = bootHere(images[build], { memory: MEMORY, append: "crash=holes" });
    expect(ran).toEqual({ status: PASSED, lines: SILENT });
  });
  it("in QEMU", (ctx) => {
    const ran = bootInQemu(ctx, images.release, "-m", "96", "-append", "crash=holes");
    expect(ran).toEqual({ status: PASSED, lines: SILENT });
  });
  it("with memory above 4 GiB, in QEMU", (ctx) => {
    const ran = bootInQemu(ctx, images.release, "-m", "5G");
    expect(ran).toEqual({ status: PASSED, lines: SILENT });
  });
  it.each([16, 17, 256, 3072])("without holes, %s MiB", (mib) => {
    const ran = bootHere(images.release, { memory: mib * MIB });
    expect(ran).toEqual({ status: PASSED, lines: SILENT });
  });
});

/** What is said of a page: its address, the order it was freed by, what its record has. */
const said = (reason: string, order: number, state: number, held: number, references: number): RegExp =>
  new RegExp(
    `^panic: ${reason}: physical = 0x[1-9a-f][0-9a-f]*, order = ${order}, frame's state ${state}, order ${held}, references ${references}$`,
  );
const PANICS: [scenario: string, message: RegExp][] = [
  ["twice", said("freed what is free", 0, 1, 0, 0)],
  ["twice-block", said("freed what is free", 3, 1, 3, 0)],
  ["twice-page", said("freed what is free", 0, 4, 0, 0)],
  ["order", said("freed by a wrong order", 3, 2, 2, 1)],
  ["inside", said("freed inside of a block", 0, 0, 0, 0)],
  ["never", said("freed what is free", 0, 0, 0, 0)],
  ["frame-table", said("freed the frame table", 0, 5, 0, 0)],
  ["no-ram", /^panic: freed where no RAM is: physical = 0x700000000000, order = 0$/],
  ["odd", said("freed an address within a page", 0, 2, 0, 1)],
  ["shared", said("freed while others refer to it", 0, 2, 0, 2)],
  ["dropped", /^panic: a reference dropped too often: physical = 0x[1-9a-f][0-9a-f]*000$/],
];
describe.each(builds)("misuse panics with its values: %s", (build) => {
  it.each(PANICS)("%s", (scenario, message) => {
    const { status, lines } = bootHere(images[build], { memory: MEMORY, append: `crash=${scenario}` });
    expect(lines.find((line) => line.startsWith("panic: "))).toMatch(message);
    expect(status).toBe(PANICKED);
  });
});

it("finds out who writes to what it has freed, in debug builds", () => {
  const { status, lines } = bootHere(images.debug, { memory: MEMORY, append: "crash=junk" });
  expect(lines.find((line) => line.startsWith("panic: "))).toMatch(
    /^panic: a free frame was written to: physical = 0x[1-9a-f][0-9a-f]*040, word = 0xdbdbdbdb00001234$/,
  );
  expect(status).toBe(PANICKED);
});

interface SegmentView {
  readonly name: string;
  readonly frames: number;
  readonly free: number;
  readonly blocks: readonly number[];
}
it("says outside what it says inside", () => {
  const options = ["--memory", "96M", "--append", "crash=table"];
  const { lines } = bootHere(images.release, { memory: MEMORY, append: "crash=table" });
  const inside = lines
    .map((line) => /^(DMA\d*|high)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, rest]) => [name, ...rest!.trim().split(/\s+/).map(Number)]);
  const { out: json } = vitrine("inspect", images.release, "--json", "--serial", "null", ...options);
  // as: the command's own output
  const { segments } = JSON.parse(json) as { segments: readonly SegmentView[] };
  expect(inside.length).toBe(2);
  expect(inside).toEqual(segments.map((s) => [s.name, s.frames, s.free, ...s.blocks]));
});
