/* vitrine inspect on the kernel: its figures are those of the kernel in the same state, of what is known to be allocated; the picture shows them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { FrameUse, MemoryView } from "../../src/view/memory.ts";
import { builtKernel } from "../support/built.ts";
import { bootByCommand, vitrine } from "./image.ts";
import { parseXml } from "./xml.ts";

const image = builtKernel("test/filled.ts");
const folder = mkdtempSync(join(tmpdir(), "vitrine-inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PAGE = 4096;
const ROUNDS = 7;

function inspect(...options: string[]): MemoryView {
  const { status, out, err } = vitrine("inspect", image, "--json", ...options);
  expect({ status, err }).toEqual({ status: 0, err: expect.stringMatching(/^$|exit/) });
  return JSON.parse(out);
}
const numbers = (text: string): number[] => text.trim().split(/\s+/).map(Number);

describe.each([
  ["16M", "1"],
  ["256M", "1"],
  ["256M", "4"],
])("with %s and %s processors", (memory, cpus) => {
  const options = ["--memory", memory, "--cpus", cpus, "--append", `slots=${ROUNDS}`];
  const view = inspect(...options);
  const { lines } = bootByCommand(image, ...options);
  const found = (pattern: RegExp): RegExpExecArray[] =>
    lines.map((line) => pattern.exec(line)).filter((match) => match !== null);

  it("shows the segments and free blocks that the kernel counts", () => {
    const told = found(/^(DMA|DMA32|high) +(.*)$/).map(([, name, rest]) => [name, ...numbers(rest!)]);
    expect(told.length).toBeGreaterThan(0);
    expect(view.segments.map((s) => [s.name, s.frames, s.free, ...s.blocks])).toEqual(told);
    for (const { free, blocks } of view.segments)
      expect(blocks.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(free);
  });
  it("shows the fragmentation that the kernel computes", () => {
    const told = found(/^ {2}unusable, 1\/1000 +(.*)$/).map(([, rest]) => numbers(rest!));
    expect(view.segments.map((s) => s.unusable.map((part) => Math.floor(part * 1000 + 1e-9)))).toEqual(told);
  });
  it("shows the slabs that the kernel's caches have", () => {
    const told = found(/^cache (.*) (\d+) (\d+) (\d+) (\d+) (\d+)$/).map(([, name, ...rest]) => [
      name,
      ...rest.map(Number),
    ]);
    const shown = view.caches.map((c) => [c.name, c.objectSize, c.slabs, c.frames, c.out, c.capacity]);
    expect(shown.sort()).toEqual(told.sort());
    expect(shown.find(([name]) => name === "64")?.[4]).toBe(10 * ROUNDS);
    expect(shown.find(([name]) => name === "1024")?.[4]).toBe(10 * ROUNDS);
  });
  it("shows what frames are for: what is known to be allocated, and all others", () => {
    const without = inspect("--memory", memory, "--cpus", cpus).uses;
    const more = (use: FrameUse): number => view.uses[use] - without[use];
    expect(more("page")).toBe(ROUNDS);
    expect(more("large")).toBe(ROUNDS * (6 + 11));
    expect(more("half pages")).toBe(Math.ceil(ROUNDS / 2));
    expect(more("debug")).toBe(ROUNDS);
    const held = Number(found(/^held (\d+)$/)[0]![1]);
    const { slab, "half pages": halves, page, large, debug } = view.uses;
    expect(slab + halves + page + large + debug).toBe(held);
    const total = view.segments.reduce((sum, s) => sum + s.frames, 0);
    expect(Object.values(view.uses).reduce((sum, n) => sum + n, 0) - view.uses.hole).toBe(total);
    expect(view.uses.free).toBe(view.segments.reduce((sum, s) => sum + s.free, 0));
    expect(view.uses.pooled).toBe(view.pooled.reduce((sum, n) => sum + n, 0));
  });
  it("shows the same frames by address", () => {
    const counts: Record<string, number> = {};
    for (const [i, { start, count, use }] of view.runs.entries()) {
      counts[use] = (counts[use] ?? 0) + count;
      const next = view.runs[i + 1];
      if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(start + count);
    }
    for (const [use, count] of Object.entries(view.uses)) expect(counts[use] ?? 0).toBe(count);
  });
});

describe("the picture", () => {
  const svg = join(folder, "memory.svg");
  const { out } = vitrine("inspect", image, "--json", "--svg", svg, "--append", `slots=${ROUNDS}`);
  const view: MemoryView = JSON.parse(out);
  const document = parseXml(readFileSync(svg, "utf8"));
  const elements = document.children;

  it("is a document of its own size", () => {
    expect(document.name).toBe("svg");
    expect(document.attributes.xmlns).toBe("http://www.w3.org/2000/svg");
    const [width, height] = [Number(document.attributes.width), Number(document.attributes.height)];
    expect(elements.length).toBeGreaterThan(50);
    for (const { name, attributes } of elements.slice(1)) {
      expect(["rect", "text"]).toContain(name);
      const [x, y] = [Number(attributes.x), Number(attributes.y)];
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + Number(attributes.width ?? 0)).toBeLessThanOrEqual(width);
      expect(y + Number(attributes.height ?? 0)).toBeLessThanOrEqual(height);
    }
    expect(readFileSync(svg).length).toBeLessThan(100_000);
  });
  it("draws every frame, in the colour of its use", () => {
    // The legend names colours; the map's boxes have a height of their own.
    const colours = new Map<string, string>();
    for (const [i, { name, attributes }] of elements.entries()) {
      const label = elements[i + 1];
      if (name === "rect" && attributes.width === "10" && label?.name === "text")
        colours.set(label.text, attributes.fill!);
    }
    const rowText = elements.find(({ text }) => text.startsWith("frames; a row is"))!.text;
    const [, size, unit] = / is (\d+) (KiB|MiB)/.exec(rowText)!;
    const perRow = (Number(size) * (unit === "MiB" ? 2 ** 20 : 2 ** 10)) / PAGE;
    const drawn = (colour: string): number =>
      elements
        .filter(({ attributes }) => attributes.height === "6" && attributes.fill === colour)
        .reduce((sum, { attributes }) => sum + (Number(attributes.width) * perRow) / 768, 0);
    expect(colours.size).toBe(10);
    for (const [use, colour] of colours) {
      // as: the legend's names are those of the uses.
      const count = view.uses[use as FrameUse];
      expect(Math.abs(drawn(colour) - count)).toBeLessThanOrEqual(1 + count / 1000);
    }
  });
});

describe("a kernel that has been stopped", () => {
  it("shows its memory as it is then", () => {
    const early = inspect("--max-cycles", "400000", "--append", "slots=200");
    const late = inspect("--append", "slots=200");
    expect(early.uses.large).toBeLessThan(late.uses.large);
    const all = ({ uses }: MemoryView): number => Object.values(uses).reduce((sum, n) => sum + n, 0);
    expect(all(early)).toBe(all(late));
  });
  it("can be looked at on its way", () => {
    const svg = join(folder, "way.svg");
    const args = ["--json", "--svg", svg, "--every", "300000", "--append", "slots=200"];
    const { status, out } = vitrine("inspect", image, ...args);
    expect(status).toBe(0);
    const looks = out
      .trimEnd()
      .split("\n")
      .map((line): MemoryView & { cycles: number } => JSON.parse(line));
    expect(looks.length).toBeGreaterThan(5);
    for (const [i, { cycles, uses }] of looks.entries()) {
      const before = looks[i - 1];
      if (before === undefined || i === looks.length - 1) continue;
      expect(cycles).toBeGreaterThanOrEqual(before.cycles + 300_000);
      expect(uses.page).toBeGreaterThanOrEqual(before.uses.page);
    }
    expect(looks[0]!.uses.page).toBeLessThan(looks.at(-1)!.uses.page);
    expect(vitrine("inspect", image, ...args).out).toBe(out);
    expect(parseXml(readFileSync(join(folder, "way-3.svg"), "utf8")).name).toBe("svg");
    expect(parseXml(readFileSync(svg, "utf8")).name).toBe("svg");
  });
  it("has none to show before it has set it up", () => {
    const { status, err } = vitrine("inspect", image, "--max-cycles", "20000");
    expect(err).toBe(`vitrine: ${image}: the kernel has not set up its memory yet\n`);
    expect(status).toBe(2);
  });
  it("prints tables for people", () => {
    const { out } = vitrine("inspect", image, "--append", `slots=${ROUNDS}`);
    expect(out).toMatch(/^Frames by what they are for \(254\.5 MiB in all\)\n/);
    expect(out).toMatch(/^large +119 +476 KiB +0\.2 %$/m);
    expect(out).toMatch(/^64 +64 +\d+ +\d+ KiB +70 +\d+ +\d+\.\d %$/m);
  });
});
