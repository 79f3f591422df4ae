/* The virtio balloon through its registers and rings, as a driver sees it (virtio 1.2 §5.5). */
import { describe, expect, it } from "vitest";
import type { GuestMemory } from "../../../src/devices/guest-memory.ts";
import { VirtioBalloon } from "../../../src/devices/virtio/balloon.ts";
import { FakeMemory } from "../fake-memory.ts";
import { Driver, type DriverOptions } from "./driver.ts";
import { drive } from "./garbage.ts";

const [INFLATE, DEFLATE, STATISTICS] = [0, 1, 2] as const;
const PAGES = 0;
const ACTUAL = 4;
const RAM = 16 << 20;
const PAGE = 4096;

const numbers = (...pages: number[]): Uint8Array => new Uint8Array(Uint32Array.from(pages).buffer);
/** Entries of ten bytes: a tag, a value. */
function statistics(...entries: [tag: number, value: bigint][]): Uint8Array {
  const bytes = Buffer.alloc(entries.length * 10);
  for (const [i, [tag, value]] of entries.entries()) {
    bytes.writeUInt16LE(tag, i * 10);
    bytes.writeBigUInt64LE(value, i * 10 + 2);
  }
  return Uint8Array.from(bytes);
}

function set(options: DriverOptions = {}) {
  // The driver makes the memory, and wants the device for it.
  let memory: GuestMemory = new FakeMemory(0);
  const device = new VirtioBalloon({
    memory: {
      contains: (address, length) => memory.contains(address, length),
      read: (address, length) => memory.read(address, length),
      write: (address, data) => memory.write(address, data),
      read16: (address) => memory.read16(address),
      read32: (address) => memory.read32(address),
      read64: (address) => memory.read64(address),
      write16: (address, value) => memory.write16(address, value),
      write32: (address, value) => memory.write32(address, value),
    },
  });
  const driver = new Driver(device, { ram: RAM, ...options });
  memory = driver.memory;
  return {
    device,
    driver,
    /** Pages from 1024 on that are all zeros. */
    zeroed: (count: number) =>
      Array.from({ length: count }, (_, i) => 1024 + i).filter((page) =>
        driver.memory.bytes.subarray(page * PAGE, (page + 1) * PAGE).every((b) => b === 0),
      ),
  };
}

describe.each([
  ["split", {}],
  ["split with event index", { eventIndex: true }],
  ["packed", { packed: true }],
  ["packed with event index", { packed: true, eventIndex: true }],
] as const)("balloon, %s ring", (_name, ring) => {
  it("tells the target, and hears what is in the balloon", () => {
    const { device, driver } = set(ring);
    expect(driver.deviceConfig(PAGES, 4)).toBe(0);
    driver.taken();
    device.setTarget(0x12345);
    expect(driver.taken()).toEqual([0]);
    expect(driver.deviceConfig(PAGES, 4)).toBe(0x12345);
    device.setTarget(0x12345);
    expect(driver.taken()).toEqual([]);
    driver.deviceConfig(ACTUAL, 4, 0x300);
    driver.deviceConfig(PAGES, 4, 7);
    expect([device.target, device.actual]).toEqual([0x12345, 0x300]);
    driver.deviceConfig(ACTUAL + 1, 1, 4);
    expect(device.actual).toBe(0x400);
  });

  it("empties the pages it is given, and gives all requests back", () => {
    const { driver, zeroed } = set(ring);
    driver.memory.bytes.fill(0x5a, 1024 * PAGE);
    driver.queues[INFLATE]!.send([numbers(1024, 1026)]);
    driver.queues[INFLATE]!.send([numbers(1029).subarray(0, 3), numbers(1029).subarray(3)]);
    driver.queues[DEFLATE]!.send([numbers(1027)]);
    expect(zeroed(8)).toEqual([1024, 1026, 1029]);
    expect(driver.queues[INFLATE]!.answers().map((a) => a.length)).toEqual([0, 0]);
    expect(driver.queues[DEFLATE]!.answers().map((a) => a.length)).toEqual([0]);
    expect(new Set(driver.taken())).toEqual(new Set([INFLATE + 1, DEFLATE + 1]));
  });

  it("lets pages alone that are no RAM, and pieces of numbers", () => {
    const { driver, zeroed } = set(ring);
    driver.memory.bytes.fill(0x5a, 1024 * PAGE);
    driver.queues[INFLATE]!.send([numbers(0xffffffff, RAM / PAGE, 1025, 1026).subarray(0, 15)]);
    driver.queues[INFLATE]!.send([new Uint8Array(0)]);
    driver.queues[INFLATE]!.send([64]);
    expect(zeroed(8)).toEqual([1025]);
    expect(driver.queues[INFLATE]!.answers()).toHaveLength(3);
    expect(driver.broken).toBe(false);
  });

  it("empties no more than 1024 pages for one request", () => {
    const { driver, zeroed } = set(ring);
    driver.memory.bytes.fill(0x5a, 1024 * PAGE);
    driver.queues[INFLATE]!.send([numbers(...Array.from({ length: 2000 }, (_, i) => 1024 + i))]);
    expect(zeroed(2000)).toEqual(Array.from({ length: 1024 }, (_, i) => 1024 + i));
  });

  it("reads statistics, and asks for new ones by giving the buffer back", () => {
    const { device, driver } = set(ring);
    const queue = driver.queues[STATISTICS]!;
    expect(device.askStatistics()).toBe(false);
    queue.send([statistics([5, 1n << 32n], [4, 0xfffff000n], [99, 1n], [0, 3n])]);
    expect(device.statistics).toEqual({ total: 2 ** 32, free: 0xfffff000, swapIn: 3 });
    expect(queue.answers()).toEqual([]);
    driver.taken();
    expect(device.askStatistics()).toBe(true);
    expect(device.askStatistics()).toBe(false);
    expect(driver.taken()).toEqual([STATISTICS + 1]);
    expect(queue.answers().map((a) => a.length)).toEqual([0]);
    queue.send([statistics([4, 5n])]);
    expect(device.statistics).toEqual({ free: 5 });
    // Two at a time are one too many: the first goes back.
    queue.send([statistics([4, 6n]).subarray(0, 9)]);
    expect(device.statistics).toEqual({});
    expect(queue.answers()).toHaveLength(1);
  });

  it("forgets the guest's side at a reset, and keeps the target", () => {
    const { device, driver } = set(ring);
    device.setTarget(10);
    driver.deviceConfig(ACTUAL, 4, 10);
    driver.queues[STATISTICS]!.send([statistics([4, 5n])]);
    driver.status = 0;
    expect([device.target, device.actual, device.statistics]).toEqual([10, 0, {}]);
    expect(device.askStatistics()).toBe(false);
  });

  it("survives garbage", () => {
    const { device } = set(ring);
    let interrupts = 0;
    for (let seed = 0; seed < 5; seed++) {
      interrupts += drive(device, ring, seed, () => {
        device.askStatistics();
        device.setTarget(seed);
      });
    }
    expect(interrupts).toBeGreaterThan(50);
    const driver = new Driver(device, ring);
    driver.queues[DEFLATE]!.send([numbers(1)]);
    expect(driver.queues[DEFLATE]!.answers()).toHaveLength(1);
  });
});

it("a balloon's target is a whole number of 32 bits", () => {
  const { device } = set();
  for (const pages of [-1, 0.5, 2 ** 32, Number.NaN])
    expect(() => device.setTarget(pages)).toThrow(RangeError);
});
