/**
 * Drivers that lost their mind, for tests of virtio devices: rings of random descriptors over random memory, random
 * configuration writes, resets in between. What a device does is nobody's business as long as it neither throws nor hangs.
 */

import type { VirtioDevice } from "../../../src/devices/virtio/device.ts";
import { Driver, type DriverOptions } from "./driver.ts";

/** Numbers below 2^32 from a linear congruential generator (Numerical Recipes), high bits first. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Drives `device` with garbage. `between` is called now and then, to let the host's side act. */
export function drive(device: VirtioDevice, options: DriverOptions, seed: number, between: () => void): void {
  const pick = numbers(seed);
  const driver = new Driver(device, { ...options, ram: 1 << 20 });
  const { memory } = driver;
  const places = driver.queues.map(({ descriptors, driverArea }) => [descriptors, driverArea] as const);
  for (let round = 0; round < 200; round++) {
    if (driver.broken || pick(20) === 0) {
      // The rings stay where they were, with what is in them.
      driver.status = 0;
      driver.negotiate();
      for (const [i, [descriptors, driverArea]] of places.entries()) {
        driver.common(22, 2, i);
        for (const [j, address] of [descriptors, driverArea, driver.queues[i]!.deviceArea].entries()) {
          driver.common(32 + j * 8, 4, address);
        }
        driver.common(28, 2, 1);
      }
      driver.status = 15;
    }
    const index = pick(places.length);
    const { size } = driver.queues[index]!;
    const [descriptors, driverArea] = places[index]!;
    for (let i = 0; i < size; i++) {
      const at = descriptors + i * 16;
      memory.write32(at, pick(4) === 0 ? pick(2 ** 32) : pick(memory.bytes.length));
      memory.write32(at + 4, 0);
      memory.write32(at + 8, pick(3) === 0 ? pick(100_000) : pick(64));
      if (options.packed) memory.write32(at + 12, pick(2 ** 32));
      else memory.write32(at + 12, ((pick(size) << 16) | (pick(8) === 0 ? pick(8) : pick(4))) >>> 0);
    }
    if (!options.packed) {
      for (let i = 0; i < size; i++) memory.write16(driverArea + 4 + i * 2, pick(size));
      memory.write16(
        driverArea + 2,
        pick(4) === 0 ? pick(65536) : memory.read16(driverArea + 2) + pick(size),
      );
    }
    driver.kick(index);
    if (device.configSize > 0) driver.deviceConfig(pick(device.configSize), 1, pick(256));
    between();
  }
  driver.transport.reset();
}
