/**
 * Drivers that lost their mind, for tests of virtio devices: chains of random buffers with random bytes, in rings that are
 * in order often enough for a device to get at them, or scribbled over; random configuration writes. What a device does is
 * its own affair as long as it neither throws nor hangs.
 */
import type { VirtioDevice } from "../../../src/devices/virtio/device.ts";
import { Driver, type DriverOptions } from "./driver.ts";

const RAM = 2 << 20;
/** Where buffers are mostly; the rings are far below. */
const BUFFERS = 1 << 20;
const ROUNDS = 30;

/** Numbers from a linear congruential generator (Numerical Recipes), high bits first. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Drives `device` with garbage, from one driver's start to the next's. `between` is called after each round, to let the
 * host's side act. Returns how many interrupts of queues came, to see that the device had something to do.
 */
export function drive(
  device: VirtioDevice,
  options: DriverOptions,
  seed: number,
  between: () => void,
): number {
  const pick = numbers(seed);
  let interrupts = 0;
  for (let life = 0; life < 10; life++) {
    const driver = new Driver(device, { ...options, ram: RAM });
    const { memory } = driver;
    // Small numbers make sense to devices.
    for (let i = 0; i < 65536; i++) memory.bytes[BUFFERS + i] = pick(3) > 0 ? 0 : pick(9);
    // Answers are not looked at, so what was given to a ring stays in it.
    const taken = driver.queues.map(() => 0);
    for (let round = 0; round < ROUNDS; round++) {
      const queue = driver.queues[pick(driver.queues.length)]!;
      if (pick(ROUNDS) === 0) scribble(driver, queue.index, pick);
      else {
        for (let i = pick(4); i >= 0; i--) {
          const buffers = Array.from({ length: 1 + pick(4) }, () => buffer(pick));
          // A driver that minds the order: else all of them break the device at once.
          if (pick(40) > 0) buffers.sort((a, b) => Number(a.write) - Number(b.write));
          taken[queue.index]! += buffers.length;
          if (taken[queue.index]! <= queue.size) queue.addDescriptors(buffers, pick(3) === 0);
        }
      }
      driver.kick(queue.index);
      if (device.configSize > 0) driver.deviceConfig(pick(device.configSize), 1, pick(256));
      if (pick(40) === 0) driver.config(4, 2, driver.config(4, 2) ^ 4);
      between();
      interrupts += driver.taken().filter((vector) => vector > 0).length;
    }
    // Mostly the next driver finds the device as this one left it.
    if (pick(4) === 0) driver.transport.reset();
  }
  return interrupts;
}

function buffer(pick: (below: number) => number): { address: number; length: number; write: boolean } {
  const length = [0, 1, 2, 8, 16, 100, 2000, 70_000][pick(8)]!;
  const wild = pick(60) === 0;
  return { address: wild ? pick(2 * RAM) : BUFFERS + pick(65536), length, write: pick(2) === 0 };
}

/** Random bytes over a part of a queue's descriptors, or of what the driver writes beside them. */
function scribble(driver: Driver, index: number, pick: (below: number) => number): void {
  const { descriptors, driverArea, size } = driver.queues[index]!;
  const [at, length] = pick(2) === 0 ? [descriptors, size * 16] : [driverArea, 4];
  for (let i = pick(length); i < length; i += 1 + pick(8)) driver.memory.bytes[at + i] = pick(256);
}
