/**
 * Queues over both formats of rings: chains, order, suppression of notifications and interrupts, wrap-around, and what is
 * malformed (virtio 1.2 §2.6 to §2.8).
 */
import { describe, expect, it } from "vitest";
import type { State } from "../../../src/devices/device.ts";
import type { Chain, VirtioDevice, VirtioHost, Virtqueue } from "../../../src/devices/virtio/device.ts";
import { Driver, type DriverOptions, type DriverQueue, type PackedQueue, type SplitQueue } from "./driver.ts";

/** Two queues that nobody works on: the test does. */
class Inert implements VirtioDevice {
  readonly name = "inert";
  readonly type = 31;
  readonly features = 0n;
  readonly queueCount = 2;
  readonly configSize = 0;
  host: VirtioHost | undefined;
  queueSize(): number {
    return 16;
  }
  readConfig(): number {
    return 0;
  }
  writeConfig(): void {}
  activate(host: VirtioHost): void {
    this.host = host;
  }
  notified(): void {}
  deactivate(): void {}
  reset(): void {}
  state(): State {
    return null;
  }
}

interface Rig {
  readonly driver: Driver;
  readonly guest: DriverQueue;
  readonly queue: Virtqueue;
}
function rig(options: DriverOptions): Rig {
  const device = new Inert();
  const driver = new Driver(device, options);
  return { driver, guest: driver.queues[0]!, queue: device.host!.queue(0) };
}
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const all = (queue: Virtqueue): Chain[] => {
  const chains: Chain[] = [];
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) chains.push(chain);
  return chains;
};

const rings: DriverOptions[] = [
  { packed: false, eventIndex: false },
  { packed: false, eventIndex: true },
  { packed: true, eventIndex: false },
  { packed: true, eventIndex: true },
];

describe.each(rings)("packed $packed, event index $eventIndex", (options) => {
  it.each([false, true])("gives chains whole, indirect %s", (indirect) => {
    const { guest, queue } = rig(options);
    guest.add([bytes(1, 2, 3), bytes(4), bytes(5, 6), 2, 3], indirect);
    const chain = queue.pop()!;
    expect([chain.readable, chain.writable, chain.written]).toEqual([6, 5, 0]);
    expect(chain.read(0, 100)).toEqual(bytes(1, 2, 3, 4, 5, 6));
    expect(chain.read(2, 3)).toEqual(bytes(3, 4, 5));
    expect(chain.read(1, 2)).toEqual(bytes(2, 3));
    expect([chain.read(6, 1).length, chain.read(0, 0).length, chain.read(100, 1).length]).toEqual([0, 0, 0]);
    expect([chain.write(bytes(10)), chain.write(bytes(11, 12, 13)), chain.written]).toEqual([1, 3, 4]);
    expect([
      chain.writeAt(0, bytes(20)),
      chain.writeAt(4, bytes(21, 22)),
      chain.writeAt(5, bytes(1)),
    ]).toEqual([1, 1, 0]);
    expect([chain.write(bytes(14, 15, 16)), chain.write(bytes(1)), chain.written]).toEqual([1, 0, 5]);
    queue.push(chain, chain.written);
    expect(guest.answers().map((a) => [a.length, [...a.bytes]])).toEqual([[5, [20, 11, 12, 13, 14]]]);
    // It is the driver's again.
    expect([chain.read(0, 1).length, chain.writeAt(0, bytes(1))]).toEqual([0, 0]);
  });

  it("ignores buffers of no bytes", () => {
    const { guest, queue } = rig(options);
    guest.add([bytes(), bytes(1), 0, 1]);
    const chain = queue.pop()!;
    expect([chain.readable, chain.writable, chain.write(bytes(7, 8))]).toEqual([1, 1, 1]);
  });

  it("takes chains back in any order", () => {
    const { guest, queue } = rig(options);
    const tokens = [guest.add([1, 1]), guest.add([1]), guest.add([1, 1, 1]), guest.add([1], true)];
    const chains = all(queue);
    for (const i of [2, 0, 3, 1]) {
      chains[i]!.write(bytes(i));
      queue.push(chains[i]!, 1);
    }
    expect(guest.answers().map((a) => [a.token, a.bytes[0]])).toEqual(
      [2, 0, 3, 1].map((i) => [tokens[i], i]),
    );
  });

  it("goes round and round, every size of chain at every place", () => {
    const { guest, queue } = rig(options);
    for (let i = 0; i < 200; i++) {
      const parts = Array.from({ length: 1 + (i % 5) }, () => 1);
      const tokens = [guest.add(parts), guest.add(parts), guest.add(parts, true)];
      const chains = all(queue);
      expect(chains.map((c) => c.writable)).toEqual(
        parts.length === 0 ? [] : [parts.length, parts.length, parts.length],
      );
      for (const chain of chains) queue.push(chain, 1);
      expect(guest.answers().map((a) => a.token)).toEqual(tokens);
    }
  });

  it("counts past 65,536", () => {
    const { driver, guest, queue } = rig({ ...options, ram: 1 << 20 });
    for (let i = 0; i < 66_000; i++) {
      guest.addDescriptors([{ address: 0x800, length: 1, write: true }], false);
      const chain = queue.pop();
      if (chain === undefined) throw new Error(`nothing at ${i}`);
      queue.push(chain, 1);
      guest.nextUsed();
    }
    expect(driver.broken).toBe(false);
  });

  it("fills and empties the whole ring", () => {
    const { guest, queue } = rig(options);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 16; i++) guest.add([1]);
      const chains = all(queue);
      expect(chains.length).toBe(16);
      for (const chain of chains) queue.push(chain, 0);
      expect(guest.answers().length).toBe(16);
    }
  });

  it("puts chains back that were popped last", () => {
    const { guest, queue } = rig(options);
    for (let i = 0; i < 14; i++) guest.add([bytes(i)]);
    for (const chain of all(queue)) queue.push(chain, 0);
    guest.answers();
    // Over the end of the ring.
    guest.add([bytes(50), bytes(51), bytes(52)]);
    guest.add([bytes(60)]);
    const [first, second] = [queue.pop()!, queue.pop()!];
    queue.unpop(second);
    queue.unpop(first);
    expect(first.read(0, 9).length).toBe(0);
    expect(all(queue).map((c) => [...c.read(0, 9)])).toEqual([[50, 51, 52], [60]]);
  });

  it("says how much was written, never more than there was room", () => {
    const { guest, queue } = rig(options);
    guest.add([bytes(1)]);
    guest.add([4]);
    const [first, second] = all(queue);
    queue.push(first!, 5);
    queue.push(second!, 100);
    queue.push(second!, 1);
    expect(guest.answers().map((a) => a.length)).toEqual([0, 4]);
  });

  it("interrupts for what was pushed, once", () => {
    const { driver, guest, queue } = rig(options);
    queue.notify();
    expect(driver.taken()).toEqual([]);
    guest.add([1]);
    guest.add([1]);
    for (const chain of all(queue)) queue.push(chain, 1);
    queue.notify();
    queue.notify();
    expect(driver.taken()).toEqual([1]);
  });

  it("does not interrupt a driver that does not want it", () => {
    const { driver, guest, queue } = rig(options);
    const one = (): number[] => {
      guest.add([1]);
      queue.push(queue.pop()!, 1);
      queue.notify();
      return driver.taken();
    };
    if (options.eventIndex) {
      expect(one()).toEqual([1]);
      guest.answers();
      // Every third, at every place of the ring.
      for (let round = 0; round < 12; round++) {
        guest.interruptAfter(3);
        expect([one(), one(), one(), one()]).toEqual([[], [], [1], []]);
        guest.answers();
      }
      guest.interruptAfter(0);
      expect([one(), one()]).toEqual([[], []]);
    } else {
      guest.wantInterrupts(false);
      expect([one(), one()]).toEqual([[], []]);
      guest.wantInterrupts(true);
      expect(one()).toEqual([1]);
    }
  });

  it("asks to be notified when it has seen the ring empty, and only then with the event index", () => {
    const { guest, queue } = rig(options);
    for (let round = 0; round < 20; round++) {
      guest.add([1]);
      expect(guest.kick()).toBe(true);
      guest.add([1]);
      // The device has not looked since: with the event index it need not be told again.
      expect(guest.kick()).toBe(!options.eventIndex);
      for (const chain of all(queue)) queue.push(chain, 1);
      guest.answers();
    }
  });

  it("has nothing for a device that is not bus master, and goes on when it is", () => {
    const { driver, guest, queue } = rig(options);
    guest.add([bytes(1), 1]);
    guest.add([bytes(2), 1]);
    const chain = queue.pop()!;
    driver.config(4, 2, 2);
    expect([queue.pop(), chain.read(0, 1).length, chain.write(bytes(1))]).toEqual([undefined, 0, 0]);
    driver.config(4, 2, 6);
    expect(chain.read(0, 1)).toEqual(bytes(1));
    expect(queue.pop()!.read(0, 1)).toEqual(bytes(2));
  });

  it("copies at most 1 MiB at once", () => {
    const { guest, queue } = rig({ ...options, ram: 8 << 20 });
    guest.addDescriptors([{ address: 0x1000, length: 3 << 20, write: false }], false);
    expect(queue.pop()!.read(0, 3 << 20).length).toBe(1 << 20);
  });

  describe("breaks the device for", () => {
    const malformed: [string, DriverOptions, (guest: DriverQueue) => void][] = [
      [
        "a buffer outside RAM",
        {},
        (g) => g.addDescriptors([{ address: 4 << 20, length: 1, write: false }], false),
      ],
      [
        "a buffer across the end of RAM",
        {},
        (g) => g.addDescriptors([{ address: (4 << 20) - 1, length: 2, write: true }], true),
      ],
      [
        "a buffer at the top of 64 bits",
        {},
        (g) => g.addDescriptors([{ address: 2 ** 64 - 2 ** 32, length: 1, write: false }], false),
      ],
      [
        "readable behind writable",
        {},
        (g) =>
          g.addDescriptors(
            [
              { address: 0, length: 1, write: true },
              { address: 0, length: 1, write: false },
            ],
            false,
          ),
      ],
      [
        "4 GiB in all",
        {},
        (g) => {
          const all = { address: 0, length: 4 << 20, write: false };
          g.addDescriptors(
            Array.from({ length: 1024 }, () => all),
            true,
          );
        },
      ],
      [
        "its own ring as a buffer",
        {},
        (g) => g.addDescriptors([{ address: g.descriptors + 250, length: 10, write: true }], false),
      ],
      ["indirect that was not negotiated", { indirect: false }, (g) => g.add([1], true)],
      [
        "an indirect table outside RAM",
        {},
        (g) => {
          g.add([1], true);
          g.driver.memory.write32(g.descriptors + 4, 1);
        },
      ],
      [
        "an indirect table of odd length",
        {},
        (g) => {
          g.add([1], true);
          g.driver.memory.write32(g.descriptors + 8, 24);
        },
      ],
      [
        "an empty indirect table",
        {},
        (g) => {
          g.add([1], true);
          g.driver.memory.write32(g.descriptors + 8, 0);
        },
      ],
      [
        "an indirect descriptor with a next one",
        {},
        (g) => {
          g.add([1], true);
          const at = g.descriptors + (g.driver.options.packed ? 14 : 12);
          g.driver.memory.write16(at, g.driver.memory.read16(at) | 1);
        },
      ],
      [
        "an endless indirect table",
        {},
        (g) => {
          g.driver.allocate(0x300000);
          g.addDescriptors([{ address: 0x100000, length: 0x200000, write: false }], false);
          const at = g.descriptors + (g.driver.options.packed ? 14 : 12);
          g.driver.memory.write16(at, g.driver.memory.read16(at) | 4);
          // Split: each names the next.
          for (let i = 0; i < 0x20000; i++)
            g.driver.memory.write32(0x100000 + i * 16 + 12, 1 | ((i + 1) << 16));
        },
      ],
    ];
    it.each(malformed)("%s", (_, more, make) => {
      const { driver, guest, queue } = rig({ ...options, ...more });
      make(guest);
      expect(queue.pop()).toBeUndefined();
      expect([driver.broken, driver.taken(), queue.enabled]).toEqual([true, [0], false]);
      expect(queue.pop()).toBeUndefined();
    });
  });
});

describe("split rings", () => {
  const make = (): Rig & { guest: SplitQueue } => {
    const r = rig({ packed: false });
    // The driver makes split queues for these options.
    return { ...r, guest: r.guest as SplitQueue };
  };
  it("are laid out as §2.7 says", () => {
    const { driver, guest, queue } = make();
    guest.add([bytes(1)]);
    const token = guest.add([9, 9]);
    queue.push(queue.pop()!, 0);
    queue.push(queue.pop()!, 11);
    const used = guest.deviceArea;
    expect([0, 2].map((i) => driver.memory.read16(used + i))).toEqual([0, 2]);
    expect([4, 8, 12, 16].map((i) => driver.memory.read32(used + i))).toEqual([0, 0, token, 11]);
  });
  it("break the device for a loop, an index out of range, too many entries, nested indirect tables", () => {
    const cases: ((g: SplitQueue) => void)[] = [
      (g) => {
        g.add([1, 1]);
        g.driver.memory.write32(g.descriptors + 16 + 12, 3); // The second descriptor goes on to 0.
      },
      (g) => {
        g.add([1, 1]);
        g.driver.memory.write16(g.descriptors + 14, 16);
      },
      (g) => g.makeAvailable(16),
      (g) => g.driver.memory.write16(g.driverArea + 2, 17),
      (g) => {
        g.add([1], true);
        // Its only descriptor is an indirect table too, and otherwise right.
        const table = g.driver.memory.read32(g.descriptors);
        g.driver.memory.write32(table, g.driver.allocate(16));
        g.driver.memory.write32(table + 8, 16);
        g.driver.memory.write16(table + 12, 4);
      },
    ];
    for (const [i, spoil] of cases.entries()) {
      const { driver, guest, queue } = make();
      spoil(guest);
      expect([queue.pop(), driver.broken], String(i)).toEqual([undefined, true]);
    }
  });
  it("break the device for more chains at once than there are descriptors", () => {
    const { driver, guest, queue } = make();
    guest.add([1]);
    for (let i = 0; i < 16; i++) {
      expect(queue.pop(), String(i)).toBeDefined();
      guest.makeAvailable(0);
    }
    expect([queue.pop(), driver.broken]).toEqual([undefined, true]);
  });
  it("follow an indirect table behind plain descriptors", () => {
    const { driver, guest, queue } = make();
    const plain = driver.allocate(1);
    driver.memory.bytes[plain] = 7;
    guest.addDescriptors(
      [
        { address: plain, length: 1, write: false },
        { address: 0, length: 0, write: false },
      ],
      false,
    );
    const table = driver.allocate(16);
    driver.memory.write32(table, plain);
    driver.memory.write32(table + 8, 1);
    driver.memory.write32(guest.descriptors + 16, table);
    driver.memory.write32(guest.descriptors + 24, 16);
    driver.memory.write16(guest.descriptors + 28, 4);
    expect(queue.pop()!.read(0, 9)).toEqual(bytes(7, 7));
  });
});

describe("packed rings", () => {
  it("are laid out as §2.8 says", () => {
    const r = rig({ packed: true });
    // The driver makes packed queues for these options.
    const guest = r.guest as PackedQueue;
    const { driver, queue } = r;
    guest.add([bytes(1), bytes(2)]);
    const token = guest.add([9]);
    const [first, second] = all(queue);
    queue.push(second!, 5);
    // At the first place, over the first chain: length, id, AVAIL, USED and WRITE.
    expect(driver.memory.read32(guest.descriptors + 8)).toBe(5);
    expect([
      driver.memory.read16(guest.descriptors + 12),
      driver.memory.read16(guest.descriptors + 14),
    ]).toEqual([token, 0x8082]);
    queue.push(first!, 0);
    // The next place, as the one before took one; and the chain takes two.
    expect(driver.memory.read16(guest.descriptors + 16 + 14)).toBe(0x8080);
    expect(guest.answers().length).toBe(2);
  });
  it("break the device for descriptors that are made available again while they are in flight", () => {
    const { driver, guest, queue } = rig({ packed: true });
    for (let i = 0; i < 16; i++) guest.addDescriptors([{ address: 0, length: 1, write: false }], false);
    expect(all(queue).length).toBe(16);
    // Available in the next round: AVAIL is clear and USED is set.
    driver.memory.write16(guest.descriptors + 14, 0x8000);
    expect([queue.pop(), driver.broken]).toEqual([undefined, true]);
  });
  it("break the device for a chain that is longer than the ring", () => {
    const { driver, guest, queue } = rig({ packed: true });
    guest.addDescriptors(
      Array.from({ length: 16 }, () => ({ address: 0, length: 1, write: false })),
      false,
    );
    const last = guest.descriptors + 15 * 16 + 14;
    driver.memory.write16(last, driver.memory.read16(last) | 1);
    expect([queue.pop(), driver.broken]).toEqual([undefined, true]);
  });
});
