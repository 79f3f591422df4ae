/** The registers and the status machine of virtio over PCI (virtio 1.2 chapters 2 and 3, §4.1), with a device that notes what it is told. */
import { beforeEach, describe, expect, it } from "vitest";
import type { State } from "../../../src/devices/device.ts";
import { ConfigBytes } from "../../../src/devices/virtio/config-bytes.ts";
import type { VirtioDevice, VirtioHost } from "../../../src/devices/virtio/device.ts";
import { Driver, type DriverOptions } from "./driver.ts";

/** Feature 3 needs feature 2. Three queues of 4, 16 and 32; a configuration of 10 bytes, the first four writable. */
class Notes implements VirtioDevice {
  readonly name = "notes";
  readonly type = 30;
  readonly features = 0b1101n | (1n << 55n);
  readonly queueCount = 3;
  readonly configSize = 10;
  readonly config = new ConfigBytes(10);
  calls: string[] = [];
  host: VirtioHost | undefined;

  constructor() {
    this.config.setBytes(0, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  }
  queueSize(queue: number): number {
    return [4, 16, 32][queue] ?? 0;
  }
  readConfig(offset: number, size: number): number {
    return this.config.read(offset, size);
  }
  writeConfig(offset: number, size: number, value: number): void {
    this.calls.push(`write ${offset} ${size} ${value}`);
    if (offset < 4) this.config.set(offset, size, value);
  }
  accepts(features: bigint): boolean {
    return (features & 8n) === 0n || (features & 4n) !== 0n;
  }
  activate(host: VirtioHost): void {
    this.host = host;
    this.calls.push("activate");
  }
  deactivate(): void {
    this.calls.push("deactivate");
  }
  notified(queue: number): void {
    this.calls.push(`notified ${queue}`);
  }
  reset(): void {
    this.calls.push("reset");
  }
  state(): State {
    return null;
  }
  taken(): string[] {
    const { calls } = this;
    this.calls = [];
    return calls;
  }
}

let device: Notes;
beforeEach(() => {
  device = new Notes();
});
function started(options: DriverOptions = {}): Driver {
  const driver = new Driver(device, options);
  device.taken();
  return driver;
}
function idle(options: DriverOptions = {}): Driver {
  const driver = new Driver(device, options, false);
  device.taken();
  return driver;
}
const accept = (driver: Driver, features: bigint): number => {
  driver.status = 0;
  driver.status = 3;
  for (const word of [0, 1]) {
    driver.common(8, 4, word);
    driver.common(12, 4, Number((features >> BigInt(word * 32)) & 0xffffffffn));
  }
  driver.status = 11;
  return driver.status;
};
const VERSION_1 = 1n << 32n;

describe("identity and capabilities", () => {
  it("is a modern device only", () => {
    const driver = idle();
    expect([driver.config(0, 2), driver.config(2, 2), driver.config(8, 1)]).toEqual([0x1af4, 0x1040 + 30, 1]);
    // Subsystem ids from 0x40 on (§4.1.2.1).
    expect(driver.config(0x2e, 2)).toBeGreaterThanOrEqual(0x40);
  });

  it("places every region within its BAR, aligned as Linux demands, and none over another", () => {
    const driver = idle();
    const regions: [number, number][] = [];
    for (let at = driver.config(0x34, 1); at !== 0; at = driver.config(at + 1, 1)) {
      if (driver.config(at, 1) !== 9) continue;
      const [length, type, bar] = [
        driver.config(at + 2, 1),
        driver.config(at + 3, 1),
        driver.config(at + 4, 1),
      ];
      expect(length).toBe(type === 2 || type === 5 ? 20 : 16);
      if (type === 5) continue;
      expect(bar).toBe(4);
      regions.push([driver.config(at + 8, 4), driver.config(at + 12, 4)]);
    }
    expect(regions.length).toBe(4);
    regions.sort((a, b) => a[0] - b[0]);
    for (const [i, [offset, length]] of regions.entries()) {
      expect(offset % 4).toBe(0);
      expect(offset + length).toBeLessThanOrEqual(regions[i + 1]?.[0] ?? 0x4000);
    }
    expect(regions.map(([, length]) => length)).toEqual([60, 1, 10, 12]);
  });
});

describe("features", () => {
  it("are offered in words of 32 bits, and nothing beyond", () => {
    const driver = idle();
    const rings = [28n, 29n, 32n, 34n, 40n].reduce((all, bit) => all | (1n << bit), 0n);
    expect(driver.offered).toBe(rings | device.features);
    driver.common(0, 4, 2);
    expect(driver.common(4, 4)).toBe(0);
    driver.common(8, 4, 7);
    driver.common(12, 4, 0xffffffff);
    expect(driver.common(12, 4)).toBe(0);
  });

  it("are agreed on only if they were offered, include VERSION_1 and please the device", () => {
    const driver = idle();
    expect(accept(driver, VERSION_1 | 5n)).toBe(11);
    expect(accept(driver, 5n)).toBe(3);
    expect(accept(driver, VERSION_1 | 2n)).toBe(3);
    expect(accept(driver, VERSION_1 | (1n << 33n))).toBe(3);
    expect(accept(driver, VERSION_1 | 8n)).toBe(3);
    expect(accept(driver, VERSION_1 | 12n | (1n << 55n))).toBe(11);
  });

  it("stay as they were agreed on", () => {
    const driver = idle();
    accept(driver, VERSION_1 | 4n);
    driver.common(8, 4, 0);
    driver.common(12, 4, 1);
    expect(driver.common(12, 4)).toBe(4);
  });
});

describe("status", () => {
  it("activates the device at DRIVER_OK, once, with what was negotiated", () => {
    const driver = started({ features: 5n, eventIndex: true });
    driver.status = 15;
    expect(device.taken()).toEqual([]);
    const host = device.host!;
    expect([0, 2, 3, 28, 29, 32, 34, 55].map((bit) => host.has(bit))).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([0, 1, 2].map((i) => host.queue(i).size)).toEqual([4, 16, 32]);
    expect(host.queue(1)).toBe(host.queue(1));
  });

  it("does not activate without agreed features, and keeps bits once set", () => {
    const driver = idle();
    driver.status = 7;
    expect([driver.status, device.taken()]).toEqual([3, []]);
    driver.status = 0x80;
    expect(driver.status).toBe(0x83);
    driver.status = 0x7f;
    // Not DEVICE_NEEDS_RESET, not reserved bits; and these features do not do.
    expect(driver.status).toBe(0x83);
  });

  it("is reset by 0, with the registers and the device", () => {
    const driver = started();
    driver.status = 0;
    expect([driver.status, device.taken()]).toEqual([0, ["deactivate"]]);
    driver.common(22, 2, 1);
    expect([driver.common(24, 2), driver.common(26, 2), driver.common(28, 2), driver.common(32, 4)]).toEqual([
      16, 0xffff, 0, 0,
    ]);
    expect([driver.common(16, 2), driver.common(12, 4), driver.isr]).toEqual([0xffff, 0, 0]);
    expect(device.host!.queue(1).enabled).toBe(false);
    driver.kick(1);
    expect(device.taken()).toEqual([]);
  });

  it("is reset with the bus, configuration space too", () => {
    const driver = started();
    driver.bus.reset();
    expect(device.taken()).toEqual(["reset", "deactivate"]);
    expect([driver.config(4, 2), driver.config(0x20, 4), driver.mmio.windows.length]).toEqual([0, 4, 0]);
  });
});

describe("queues", () => {
  it("are notified one by one, while the device is active and bus master", () => {
    const driver = started();
    driver.kick(2);
    driver.kick(0);
    expect(device.taken()).toEqual(["notified 2", "notified 0"]);
    driver.mmio.write(driver.at.notify + 3 * driver.notifyMultiplier, 2, 3);
    driver.config(4, 2, 2);
    driver.kick(0);
    expect(device.taken()).toEqual([]);
  });

  it("have a notification address each", () => {
    const driver = idle();
    expect(driver.notifyMultiplier).toBe(4);
    const offsets = [0, 1, 2].map((i) => {
      driver.common(22, 2, i);
      return driver.common(30, 2);
    });
    expect(offsets).toEqual([0, 1, 2]);
  });

  it("read as size 0 where there is none", () => {
    const driver = idle();
    driver.common(22, 2, 3);
    expect([driver.common(18, 2), driver.common(22, 2), driver.common(24, 2), driver.common(28, 2)]).toEqual([
      3, 3, 0, 0,
    ]);
    driver.common(24, 2, 4);
    driver.common(28, 2, 1);
    expect(driver.common(24, 2)).toBe(0);
  });

  it("can be made smaller, not larger, and not once enabled", () => {
    const driver = idle();
    driver.negotiate();
    driver.common(22, 2, 1);
    driver.common(24, 2, 17);
    driver.common(24, 2, 0);
    expect(driver.common(24, 2)).toBe(16);
    driver.common(24, 2, 8);
    const queue = driver.setUp(1);
    expect([queue.size, driver.common(28, 2)]).toEqual([8, 1]);
    driver.common(24, 2, 4);
    driver.common(32, 4, 0x1234);
    expect([driver.common(24, 2), driver.common(32, 4)]).toEqual([8, queue.descriptors]);
  });

  it("do not take vectors that do not exist", () => {
    const driver = idle();
    driver.common(26, 2, 3);
    expect(driver.common(26, 2)).toBe(3);
    driver.common(26, 2, 4);
    expect(driver.common(26, 2)).toBe(0xffff);
    driver.common(16, 2, 4);
    expect(driver.common(16, 2)).toBe(0xffff);
  });

  it("cannot be enabled before features are agreed on", () => {
    const driver = idle();
    driver.status = 3;
    driver.common(28, 2, 1);
    expect([driver.common(28, 2), driver.broken]).toEqual([0, false]);
  });

  it.each([
    ["descriptors unaligned", 32, 0x1008],
    ["the available ring unaligned", 40, 0x2001],
    ["the used ring unaligned", 48, 0x3002],
    ["beyond RAM", 32, 4 << 20],
    ["across the end of RAM", 48, (4 << 20) - 16],
  ])("break the device with %s", (_, register, address) => {
    const driver = idle();
    driver.negotiate();
    for (const [offset, good] of [
      [32, 0x1000],
      [40, 0x2000],
      [48, 0x3000],
    ] as const) {
      driver.common(offset, 4, offset === register ? address : good);
    }
    driver.common(28, 2, 1);
    expect([driver.broken, driver.common(28, 2)]).toEqual([true, 0]);
    driver.status = 15;
    expect(device.taken()).not.toContain("activate");
  });

  it("break the device with a split ring that is no power of two; a packed one may be", () => {
    const split = idle({ queueSize: 3 });
    split.negotiate();
    split.setUp(0);
    expect(split.broken).toBe(true);
    const packed = idle({ queueSize: 3, packed: true });
    packed.negotiate();
    expect(packed.setUp(0).size).toBe(3);
    expect(packed.broken).toBe(false);
  });

  it("can be reset one by one and set up again", () => {
    const driver = started();
    driver.queues[1]!.add([Uint8Array.of(1, 2, 3), 8]);
    const queue = device.host!.queue(1);
    const chain = queue.pop()!;
    driver.common(22, 2, 1);
    driver.common(58, 2, 1);
    expect([driver.common(58, 2), driver.common(28, 2), queue.enabled]).toEqual([0, 0, false]);
    // A chain from before is an empty shell.
    expect([chain.read(0, 3).length, chain.write(Uint8Array.of(9)), queue.pop()]).toEqual([0, 0, undefined]);
    queue.push(chain, 1);
    driver.queues[1] = driver.setUp(1);
    expect(queue.enabled).toBe(true);
    queue.push(chain, 1);
    driver.queues[1].add([Uint8Array.of(4)]);
    expect(queue.pop()!.read(0, 9)).toEqual(Uint8Array.of(4));
    expect(driver.queues[1].answers()).toEqual([]);
  });
});

describe("the device's configuration", () => {
  it("is read and written by bytes, words and doublewords, within its size", () => {
    const driver = idle();
    expect([driver.deviceConfig(0, 4), driver.deviceConfig(5, 1), driver.deviceConfig(8, 2)]).toEqual([
      0x04030201, 6, 0x0a09,
    ]);
    expect([driver.deviceConfig(8, 4), driver.deviceConfig(10, 1)]).toEqual([0, 0]);
    driver.deviceConfig(2, 2, 0xbbaa);
    driver.deviceConfig(9, 2, 1);
    expect([driver.deviceConfig(0, 4), device.taken()]).toEqual([0xbbaa0201, ["write 2 2 48042"]]);
  });

  it("has a generation that changes with it, and an interrupt", () => {
    const driver = started();
    const before = driver.common(21, 1);
    device.host!.configChanged();
    expect(driver.common(21, 1)).not.toBe(before);
    expect([driver.taken(), driver.isr]).toEqual([[0], 2]);
  });
});

describe("interrupts by the pin", () => {
  it("hold it until the ISR register is read", () => {
    const driver = started({ msix: false });
    const host = device.host!;
    driver.queues[2]!.add([1]);
    host.queue(2).push(host.queue(2).pop()!, 1);
    expect(driver.line.level).toBe(false);
    host.queue(2).notify();
    expect([driver.line.level, driver.config(6, 2) & 8]).toEqual([true, 8]);
    host.configChanged();
    expect([driver.isr, driver.line.level, driver.isr, driver.taken()]).toEqual([3, false, 0, []]);
  });
  it("do not use it while MSI-X is on", () => {
    const driver = started();
    device.host!.configChanged();
    expect([driver.line.level, driver.taken()]).toEqual([false, [0]]);
    driver.config(0x3c, 1, 5);
    expect([driver.line.level, driver.config(6, 2) & 8]).toEqual([false, 0]);
  });
  it("say nothing by MSI-X where no vector was chosen", () => {
    const driver = started();
    driver.common(16, 2, 0xffff);
    device.host!.configChanged();
    expect([driver.taken(), driver.line.level]).toEqual([[], false]);
  });
});

describe("a broken device", () => {
  it("says so, is deactivated, and works again after a reset", () => {
    const driver = started();
    const host = device.host!;
    driver.queues[0]!.add([4]);
    host.broken("the test says so");
    expect([driver.status, device.taken(), driver.taken(), driver.isr]).toEqual([
      0x4f,
      ["deactivate"],
      [0],
      2,
    ]);
    expect([host.queue(0).enabled, host.queue(0).pop()]).toEqual([false, undefined]);
    driver.kick(0);
    host.broken("again");
    expect([device.taken(), driver.taken()]).toEqual([[], []]);
    driver.start();
    expect([driver.status, device.taken()]).toEqual([15, ["deactivate", "activate"]]);
  });
});

describe("the window in configuration space", () => {
  it("reads and writes the registers of any BAR", () => {
    const driver = idle();
    let at = driver.config(0x34, 1);
    while (driver.config(at, 1) !== 9 || driver.config(at + 3, 1) !== 5) at = driver.config(at + 1, 1);
    const access = (offset: number, length: number): void => {
      driver.config(at + 4, 1, 4);
      driver.config(at + 8, 4, offset);
      driver.config(at + 12, 4, length);
    };
    access(0x2000, 4);
    expect(driver.config(at + 16, 4)).toBe(0x04030201);
    access(20, 1);
    driver.config(at + 16, 1, 3);
    expect([driver.status, driver.config(at + 16, 1)]).toEqual([3, 3]);
    // Nothing happens beyond the BAR, unaligned, of odd sizes, or in no BAR.
    for (const [offset, length] of [
      [0x4000, 4],
      [0x2002, 4],
      [20, 3],
      [20, 0],
      [0xffffffff, 1],
    ] as const) {
      access(offset, length);
      driver.config(at + 16, 4, 0);
      driver.config(at + 16, 4);
    }
    driver.config(at + 4, 1, 0);
    driver.config(at + 16, 4, 0);
    expect([driver.status, device.taken()]).toEqual([3, []]);
  });
});

describe("tracing", () => {
  it("tells what happens", () => {
    const lines: string[] = [];
    const driver = started({ trace: (text) => lines.push(text) });
    driver.kick(1);
    expect(lines).toContain("notes: queue 1 enabled, split, 16 elements");
    expect(lines.at(-1)).toBe("notes: queue 1 notified");
  });
});
