/**
 * Garbage from a guest to PCI and virtio: in configuration space by both mechanisms, in every register of every BAR, in MSI-X
 * tables, in rings and indirect tables. Nothing throws, states stay JSON, and what one access makes the devices do is bounded.
 * Seeded: a failure repeats.
 */
import { describe, expect, it } from "vitest";
import type { AccessSize } from "../../../src/devices/bus.ts";
import { assignResources } from "../../../src/devices/pci/assign-resources.ts";
import { PciBus } from "../../../src/devices/pci/bus.ts";
import { ConfigurationPorts } from "../../../src/devices/pci/configuration-ports.ts";
import { ECAM_BUS_SIZE, Ecam } from "../../../src/devices/pci/ecam.ts";
import { hostBridge } from "../../../src/devices/pci/host-bridge.ts";
import { VirtioBlock } from "../../../src/devices/virtio/block.ts";
import type { VirtioDevice } from "../../../src/devices/virtio/device.ts";
import { VirtioEntropy } from "../../../src/devices/virtio/entropy.ts";
import { VirtioPci } from "../../../src/devices/virtio/transport.ts";
import { seededDraws } from "../../../src/isa/form-bytes.ts";
import { FakeClock, FakeLine } from "../fake-clock.ts";
import { FakeMemory } from "../fake-memory.ts";
import { FakeMmio, FakePorts } from "../pci/spaces.ts";
import { Driver, type DriverOptions } from "./driver.ts";
import { FakeDisk } from "./fake-disk.ts";

const RAM = 1 << 20;
const ECAM = 0xb0000000;
const WINDOWS = { io: { start: 0xc000, size: 0x1000 }, memory: { start: 0xe0000000, size: 0x1000000 } };

/** Counts what devices do with it. */
class CountingMemory extends FakeMemory {
  accesses = 0;
  override read(address: number, length: number): Uint8Array | undefined {
    this.accesses++;
    return super.read(address, length);
  }
  override write(address: number, data: Uint8Array): boolean {
    this.accesses++;
    return super.write(address, data);
  }
  override read16(address: number): number {
    this.accesses++;
    return super.read16(address);
  }
}

const devices = (clock: FakeClock): VirtioDevice[] => [
  new VirtioBlock({ backend: new FakeDisk(64), clock }),
  new VirtioEntropy({ read: (length) => new Uint8Array(length).fill(0x5a) }),
];

describe.each([1, 2, 3, 4])("seed %s", (seed) => {
  it("registers and configuration spaces", () => {
    const draws = seededDraws(seed);
    const clock = new FakeClock();
    const memory = new CountingMemory(RAM);
    const mmio = new FakeMmio(RAM);
    const ports = new FakePorts();
    const bus = new PciBus({
      ports,
      memory: mmio,
      messages: { message: () => {} },
      wire: () => new FakeLine(),
    });
    bus.add(0, 0, hostBridge());
    let activated = 0;
    let pushed = 0;
    for (const [i, device] of devices(clock).entries()) {
      const activate = device.activate.bind(device);
      device.activate = (host) => {
        activated++;
        activate(host);
      };
      bus.add(i + 1, 0, new VirtioPci({ device, memory }).function);
    }
    ports.add(0xcf8, 8, new ConfigurationPorts(bus));
    mmio.addMmio(ECAM, ECAM_BUS_SIZE, new Ecam(bus));
    bus.reset();
    assignResources(bus, WINDOWS);
    for (let i = 0; i < memory.bytes.length; i++) memory.bytes[i] = draws.below(3) > 0 ? 0 : draws.below(256);

    const size = (): AccessSize => ([1, 2, 4] as const)[draws.below(3)] ?? 4;
    /** Values that mean something somewhere, or anything. */
    const value = (bytes: number): number => {
      const any = [0, 1, 2, 3, 7, 11, 15, 0x1000, 0x10000, 0x80000000, 0xffff, 0xffffffff][draws.below(16)];
      return (any ?? draws.below(0xffffffff)) % 2 ** (bytes * 8);
    };
    const access = (space: FakePorts | FakeMmio, address: number): void => {
      const bytes = size();
      if (draws.below(2) === 0) {
        const got = space.read(address, bytes);
        if (!(Number.isInteger(got) && got >= 0 && got < 2 ** (bytes * 8))) {
          throw new Error(`a read of ${bytes} bytes at ${address.toString(16)} gave ${got}`);
        }
      } else space.write(address, bytes, value(bytes));
    };
    /** Descriptors that could be right, in either format: flags are behind the id in one and before the link in the other. */
    const fillRings = (packed: boolean): void => {
      for (let i = 0; i < 16; i++) {
        const at = 0x1000 + i * 16;
        const flags = draws.below(4) === 0 ? draws.below(8) : 1 + draws.below(2);
        memory.write32(at, draws.below(RAM));
        memory.write32(at + 4, 0);
        memory.write32(at + 8, draws.below(0x1000));
        memory.write16(at + 12, packed ? i : flags);
        memory.write16(at + 14, packed ? flags | 0x80 : draws.below(16));
        memory.write16(0x2004 + i * 2, draws.below(16));
      }
      memory.write16(0x2000, 0);
      memory.write16(0x2002, packed ? 0 : draws.below(16));
    };
    /** As a driver that knows what it does, with the ring's areas at 0x1000, 0x2000 and 0x3000. */
    const bringUp = (): void => {
      const packed = draws.below(2) === 0;
      fillRings(packed);
      bus.reset();
      assignResources(bus, WINDOWS);
      for (const { device, function: f } of bus.functions) {
        bus.write(device * 8, 4, 2, 7);
        const bar = f.bars.find((b) => b.index === 4);
        if (bar === undefined) continue;
        const write = (offset: number, bytes: AccessSize, to: number): void =>
          mmio.write(bar.address + offset, bytes, to);
        write(20, 1, 3);
        for (const [word, features] of [0x30000000, packed ? 5 : 1].entries()) {
          write(8, 4, word);
          write(12, 4, features);
        }
        write(20, 1, 11);
        write(24, 2, 16);
        for (const [i, address] of [0x1000, 0x2000, 0x3000].entries()) write(32 + i * 8, 4, address);
        write(28, 2, 1);
        write(20, 1, 15);
      }
    };
    bringUp();
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      memory.accesses = 0;
      const usedBefore = memory.read16(0x3002);
      const windows = mmio.windows.filter((w) => w.start !== ECAM);
      const window = windows[draws.below(windows.length)];
      switch (draws.below(8)) {
        case 0:
          ports.write(0xcf8, 4, 0x80000000 + draws.below(4) * 0x800 + draws.below(64) * 4);
          access(ports, 0xcf8 + draws.below(8));
          break;
        case 1:
          access(mmio, ECAM + draws.below(4) * 0x8000 + draws.below(draws.below(4) === 0 ? 4096 : 0xe0));
          break;
        case 2:
          clock.advance(draws.below(100_000));
          break;
        case 3:
          // Sometimes all begins anew: most garbage ends in a device that is out of reach.
          if (draws.below(20) === 0) bringUp();
          break;
        case 4:
          // New requests: the available ring's index, or a packed descriptor's flags.
          memory.write16(0x2002, memory.read16(0x3002) + draws.below(4));
          memory.write16(0x100e + 16 * draws.below(16), draws.below(0x100));
          for (const { start, size: bytes } of windows)
            if (bytes === 0x4000) mmio.write(start + 0x3000, 2, 0);
          break;
        default:
          if (window)
            access(
              mmio,
              window.start + draws.below(4) * 0x1000 + draws.below(draws.below(4) === 0 ? 0xffc : 60),
            );
      }
      most = Math.max(most, memory.accesses);
      if (memory.read16(0x3002) !== usedBefore) pushed++;
    }
    // Devices were driven, and one access never cost more than a ring's worth of the longest chains.
    expect(activated).toBeGreaterThan(40);
    expect(pushed).toBeGreaterThan(20);
    expect(most).toBeLessThan(16 * 1024 * 3);
    expect(() => JSON.stringify(bus.state())).not.toThrow();
  });

  const rings: DriverOptions[] = [
    { packed: false, eventIndex: true },
    { packed: true, eventIndex: true },
    { packed: false, eventIndex: false, msix: false },
    { packed: true, eventIndex: false, msix: false },
  ];
  it.each(rings)("rings: packed $packed, event index $eventIndex", (options) => {
    const draws = seededDraws(seed + 100);
    let broken = 0;
    let answered = 0;
    for (let life = 0; life < 40; life++) {
      const clock = new FakeClock();
      const device = devices(clock)[life % 2]!;
      const driver = new Driver(device, { ...options, ram: RAM, queueSize: 16 });
      const queue = driver.queues[0]!;
      const { memory } = driver;
      const ringEnd = driver.allocate(16);
      for (let i = 0; i < 30 && !driver.broken; i++) {
        // A few descriptors that could be right, with one field of one wrong now and then.
        const buffers = Array.from({ length: 1 + draws.below(4) }, (_, n) => ({
          address: 0x10000 + draws.below(0x1000),
          length: draws.below(3) === 0 ? draws.below(0x2000) : 16 * draws.below(3),
          write: n > 0 && draws.below(2) === 0,
        })).sort((a, b) => Number(a.write) - Number(b.write));
        buffers.push({ address: 0x20000, length: 513, write: true });
        const before = memory.read16(queue.deviceArea + 2);
        try {
          queue.addDescriptors(buffers, draws.below(2) === 0);
        } catch {
          // The driver's own ring is full: it does not take answers here.
          break;
        }
        if (draws.below(6) === 0) {
          const at = queue.descriptors + draws.below(ringEnd - queue.descriptors);
          memory.bytes[at] = draws.below(256);
        }
        driver.kick(0);
        clock.advance(1e6);
        if (memory.read16(queue.deviceArea + 2) !== before) answered++;
      }
      if (driver.broken) broken++;
      JSON.stringify(driver.bus.state());
    }
    // Garbage got through to the devices, and was noticed.
    expect([broken > 0, options.packed === true || answered > 0]).toEqual([true, true]);
  });
});
