/** The entropy device through both kinds of rings (virtio 1.2 §5.4). */
import { describe, expect, it } from "vitest";
import { VirtioEntropy } from "../../../src/devices/virtio/entropy.ts";
import { Driver, type DriverOptions } from "./driver.ts";

/** Counts up: what arrives can be told from zeros. */
function counting(): { read(length: number): Uint8Array } {
  let next = 1;
  return { read: (length) => Uint8Array.from({ length }, () => next++ & 0xff) };
}

const rings: DriverOptions[] = [
  { packed: false, eventIndex: false },
  { packed: false, eventIndex: true },
  { packed: true, eventIndex: false },
  { packed: true, eventIndex: true },
];

describe.each(rings)("entropy with packed $packed, event index $eventIndex", (options) => {
  it("has the identity of an entropy device without configuration", () => {
    const driver = new Driver(new VirtioEntropy(counting()), options);
    expect([driver.config(0, 2), driver.config(2, 2), driver.config(8, 1)]).toEqual([0x1af4, 0x1044, 1]);
    expect(driver.at.device).toBe(-1);
    expect(driver.common(18, 2)).toBe(1);
  });

  it("fills every buffer, in order, and interrupts once", () => {
    const driver = new Driver(new VirtioEntropy(counting()), options);
    const queue = driver.queues[0]!;
    const tokens = [queue.add([3]), queue.add([2, 2]), queue.add([1, 1], true)];
    expect(queue.kick()).toBe(true);
    expect(queue.answers()).toEqual([
      { token: tokens[0], length: 3, bytes: Uint8Array.of(1, 2, 3) },
      { token: tokens[1], length: 4, bytes: Uint8Array.of(4, 5, 6, 7) },
      { token: tokens[2], length: 2, bytes: Uint8Array.of(8, 9) },
    ]);
    expect(driver.taken()).toEqual([1]);
  });

  it("gives a large buffer a part", () => {
    const driver = new Driver(new VirtioEntropy(counting()), options);
    driver.queues[0]!.send([100_000]);
    const [answer] = driver.queues[0]!.answers();
    expect(answer?.length).toBe(4096);
    expect(answer?.bytes[4096]).toBe(0);
  });

  it("goes round its ring many times", () => {
    const driver = new Driver(new VirtioEntropy(counting()), { ...options, queueSize: 8 });
    const queue = driver.queues[0]!;
    for (let i = 0; i < 50; i++) {
      const token = queue.send([1, 1, 1]);
      expect(queue.answers().map((a) => [a.token, a.length])).toEqual([[token, 3]]);
    }
  });
});
