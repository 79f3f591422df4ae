/* Rings as the kernel would write them, and rings as no kernel would. */
import { describe, expect, it } from "vitest";
import { eventText, TraceRings } from "../../src/view/trace-rings.ts";

const HEADER = 0x1000;
const POINTS = 0x2000;
const TEXTS = 0x3000;
const RING = 0x4000;
const CAPACITY = 4;

/** 32 KiB of RAM with a header, two points and two rings; the second processor has none. */
class Memory {
  readonly bytes = new Uint8Array(0x8000);
  readonly view = new DataView(this.bytes.buffer);

  constructor() {
    for (const [i, value] of [
      0x3130_4543_4152_5456n,
      64n,
      BigInt(CAPACITY),
      BigInt(POINTS),
      BigInt(POINTS + 2 * 24),
      2n,
    ].entries())
      this.put(HEADER + 8 * i, value);
    this.put(HEADER + 48, BigInt(RING));
    this.point(0, "malloc", "size *address");
    this.point(1, "switch.out", "");
  }
  put(at: number, value: bigint): void {
    this.view.setBigUint64(at, value, true);
  }
  point(n: number, name: string, values: string): void {
    const at = TEXTS + n * 128;
    this.bytes.set(new TextEncoder().encode(`${name}\0`), at);
    this.bytes.set(new TextEncoder().encode(`${values}\0`), at + 64);
    this.put(POINTS + 24 * n + 8, BigInt(at));
    this.put(POINTS + 24 * n + 16, BigInt(at + 64));
  }
  /** Record number n, from 1, in ring 0. */
  record(n: number, time: bigint, point: number, values: readonly bigint[]): void {
    const at = RING + ((n - 1) % CAPACITY) * 64;
    this.put(at, BigInt(n));
    this.put(at + 8, time);
    this.view.setUint32(at + 16, point, true);
    this.put(at + 24, 0xabcn);
    for (const [i, value] of values.entries()) this.put(at + 32 + 8 * i, value);
    this.put(HEADER + 56, BigInt(n));
  }
  read(address: number, length: number): Uint8Array | undefined {
    return address >= 0 && address + length <= this.bytes.length
      ? this.bytes.slice(address, address + length)
      : undefined;
  }
}

describe("trace rings", () => {
  it("gives each record once, with the names that the points have", () => {
    const memory = new Memory();
    const rings = new TraceRings(memory, HEADER);
    expect(rings.news()).toEqual({ events: [], missed: 0 });
    memory.record(1, 100n, 0, [64n, 0xffff_8000_0012_3000n]);
    memory.record(2, 90n, 1, []);
    const { events, missed } = rings.news();
    expect(missed).toBe(0);
    expect(events.map((e) => [e.time, eventText(e), e.thread])).toEqual([
      [90, "cpu 0 switch.out", 0xabcn],
      [100, "cpu 0 malloc size=64 address=0xffff800000123000", 0xabcn],
    ]);
    expect(rings.news().events).toEqual([]);
  });
  it("holds back what is later than it is asked for", () => {
    const memory = new Memory();
    const rings = new TraceRings(memory, HEADER);
    for (const [i, time] of [10n, 20n, 30n].entries()) memory.record(i + 1, time, 1, []);
    expect(rings.news(20).events.map((e) => e.time)).toEqual([10, 20]);
    memory.record(4, 25n, 1, []);
    expect(rings.news(25).events.map((e) => e.time)).toEqual([25]);
    expect(rings.news().events.map((e) => e.time)).toEqual([30]);
  });
  it("counts what has been overwritten, and what is half written", () => {
    const memory = new Memory();
    const rings = new TraceRings(memory, HEADER);
    for (let n = 1; n <= 7; n++) memory.record(n, BigInt(n), 0, [BigInt(n), 0n]);
    memory.put(RING + (5 % CAPACITY) * 64, 0n);
    const { events, missed } = rings.news();
    expect(events.map((e) => e.time)).toEqual([4, 5, 7]);
    expect(missed).toBe(4);
  });
  it("has nothing to tell before the kernel has made its rings, and then has", () => {
    const memory = new Memory();
    memory.put(HEADER, 0n);
    const rings = new TraceRings(memory, HEADER);
    memory.record(1, 1n, 1, []);
    expect(rings.news().events).toEqual([]);
    memory.put(HEADER, 0x3130_4543_4152_5456n);
    expect(rings.news().events).toHaveLength(1);
  });
  it.each([
    ["records of another size", 8, 65n],
    ["no room", 16, 0n],
    ["endless points", 32, BigInt(POINTS) + 24n * 100_000n],
    ["points that end before they begin", 32, BigInt(POINTS) - 24n],
    ["a part of a point", 32, BigInt(POINTS) + 30n],
    ["endless rings", 40, 1n << 40n],
    ["a ring outside of RAM", 48, 1n << 60n],
    ["points outside of RAM", 24, 1n << 60n],
    ["a count beyond all", 56, (1n << 64n) - 1n],
    ["a count that no number holds", 56, (1n << 53n) + 2n],
    ["rings without end", 16, 1n << 60n],
  ])("survives %s", (_, offset, value) => {
    const memory = new Memory();
    memory.record(1, 1n, 9, []);
    memory.put(HEADER + offset, value);
    const { events } = new TraceRings(memory, HEADER).news();
    expect(events.every((e) => e.point === "unknown" || e.point === "")).toBe(true);
  });
});
