/** Configuration space by both mechanisms, base addresses, INTx, and what firmware sets up (PCI Local Bus 3.0 chapters 3 and 6). */
import { beforeEach, describe, expect, it } from "vitest";
import type { AccessSize, RegisterHandler } from "../../../src/devices/bus.ts";
import { assignResources } from "../../../src/devices/pci/assign-resources.ts";
import { PciBus } from "../../../src/devices/pci/bus.ts";
import { CONFIGURATION_PORTS, ConfigurationPorts } from "../../../src/devices/pci/configuration-ports.ts";
import { ECAM_BUS_SIZE, Ecam } from "../../../src/devices/pci/ecam.ts";
import { PciFunction } from "../../../src/devices/pci/function.ts";
import { hostBridge } from "../../../src/devices/pci/host-bridge.ts";
import { FakeLine } from "../fake-clock.ts";
import { FakeMmio, FakePorts } from "./spaces.ts";

const RAM = 0x8000_0000;
const ECAM = 0xb000_0000;

/** Answers its own number, and remembers what is written. */
class Echo implements RegisterHandler {
  readonly widest = 4;
  readonly written: [number, number, number][] = [];
  readonly answer: number;
  constructor(answer: number) {
    this.answer = answer;
  }
  read(): number {
    return this.answer;
  }
  write(offset: number, size: AccessSize, value: number): void {
    this.written.push([offset, size, value]);
  }
}

let ports: FakePorts;
let mmio: FakeMmio;
let bus: PciBus;
let lines: Map<string, FakeLine>;

/** A function with an I/O window of 32 ports, 64 KiB of 32-bit and 1 MiB of 64-bit memory. */
function threeWindows(answer: number): PciFunction {
  const f = new PciFunction(
    `echo ${answer}`,
    {
      vendor: 0x1234,
      device: 0x5678,
      revision: 3,
      classCode: 0x112233,
      subsystemVendor: 0x9abc,
      subsystemDevice: 0xdef0,
    },
    1,
  );
  f.addBar(0, "memory32", 0x10000, new Echo(answer));
  f.addBar(1, "io", 32, new Echo(answer + 1));
  f.addBar(2, "memory64", 0x100000, new Echo(answer + 2));
  return f;
}

beforeEach(() => {
  ports = new FakePorts();
  mmio = new FakeMmio(RAM);
  lines = new Map();
  bus = new PciBus({
    ports,
    memory: mmio,
    messages: { message: () => {} },
    wire: (device, pin) => {
      const line = new FakeLine();
      lines.set(`${device}.${pin}`, line);
      return line;
    },
  });
  bus.add(0, 0, hostBridge());
  bus.add(4, 0, threeWindows(0x40));
  ports.add(CONFIGURATION_PORTS.first, CONFIGURATION_PORTS.count, new ConfigurationPorts(bus));
  mmio.addMmio(ECAM, ECAM_BUS_SIZE, new Ecam(bus));
  bus.reset();
});

/** Mechanism 1. */
const select = (device: number, number: number, register: number, busNumber = 0): void =>
  ports.write(
    0xcf8,
    4,
    0x80000000 + busNumber * 0x10000 + device * 0x800 + number * 0x100 + (register & 0xfc),
  );
function read(device: number, register: number, size: AccessSize, number = 0): number {
  select(device, number, register);
  return ports.read(0xcfc + (register & 3), size);
}
function write(device: number, register: number, size: AccessSize, value: number, number = 0): void {
  select(device, number, register);
  ports.write(0xcfc + (register & 3), size, value);
}
const ecam = (device: number, register: number): number => ECAM + device * 0x8000 + register;

describe("configuration mechanism 1", () => {
  it("is found as Linux looks for it: a byte to 0xCFB, then the address register holds", () => {
    ports.write(0xcfb, 1, 1);
    ports.write(0xcf8, 4, 0x80000000);
    expect(ports.read(0xcf8, 4)).toBe(0x80000000);
    // And there is a host bridge: class 0600 at 00:00.0.
    expect(read(0, 0x0a, 2)).toBe(0x0600);
  });

  it("reads bytes, words and doublewords of a header", () => {
    expect(read(4, 0, 4)).toBe(0x56781234);
    expect(read(4, 2, 2)).toBe(0x5678);
    expect([8, 9, 10, 11].map((i) => read(4, i, 1))).toEqual([3, 0x33, 0x22, 0x11]);
    expect(read(4, 0x2c, 4)).toBe(0xdef09abc);
    expect([read(4, 0x3d, 1), read(4, 0x0e, 1), read(4, 0x34, 1)]).toEqual([1, 0, 0]);
  });

  it("reads ones where nothing is: other devices, functions, buses, and while it is off", () => {
    expect([read(5, 0, 4), read(4, 0, 4, 1)]).toEqual([0xffffffff, 0xffffffff]);
    select(4, 0, 0, 1);
    expect(ports.read(0xcfc, 4)).toBe(0xffffffff);
    ports.write(0xcf8, 4, 4 * 0x800);
    expect(ports.read(0xcfc, 2)).toBe(0xffff);
  });

  it("keeps reserved bits of the address register 0 and takes it only whole", () => {
    ports.write(0xcf8, 4, 0xffffffff);
    expect(ports.read(0xcf8, 4)).toBe(0x80fffffc);
    ports.write(0xcf8, 2, 0);
    ports.write(0xcf8, 1, 0);
    expect(ports.read(0xcf8, 4)).toBe(0x80fffffc);
  });

  it("gives byte 0xCF9 to the reset register", () => {
    const control = new Echo(0x42);
    const own = new ConfigurationPorts(bus, control);
    own.write(1, 1, 6);
    expect(control.written).toEqual([[0, 1, 6]]);
    expect([own.read(1, 1), own.read(0, 4)]).toEqual([0x42, 0]);
  });

  it("lets software write what is writable only", () => {
    write(4, 0, 4, 0);
    write(4, 8, 4, 0);
    write(4, 4, 2, 0xffff);
    write(4, 0x3c, 4, 0xffffffff);
    expect([read(4, 0, 4), read(4, 8, 4)]).toEqual([0x56781234, 0x11223303]);
    // I/O, memory, bus master, interrupt disable.
    expect(read(4, 4, 2)).toBe(0x407);
    expect(read(4, 0x3c, 4)).toBe(0x000001ff);
    // The host bridge has no windows and no pin.
    write(0, 4, 2, 0xffff);
    expect(read(0, 4, 2)).toBe(4);
  });
});

describe("the enhanced mechanism", () => {
  it("sees the same registers, and 4 KiB of them", () => {
    expect(mmio.read(ecam(4, 0), 4)).toBe(0x56781234);
    mmio.write(ecam(4, 0x3c), 1, 11);
    expect(read(4, 0x3c, 1)).toBe(11);
    expect(mmio.read(ecam(4, 0xffc), 4)).toBe(0);
    expect(mmio.read(ecam(5, 0x100), 4)).toBe(0xffffffff);
  });

  it("does not reach from one function into the next", () => {
    expect(mmio.read(ecam(3, 0) + 0x7fff, 1)).toBe(0xff);
    expect(bus.read(4 * 8, 0xffe, 4)).toBe(0xffff0000);
  });
});

describe("base addresses", () => {
  it("tell their sizes and kinds", () => {
    for (const register of [0x10, 0x14, 0x18, 0x1c, 0x20]) write(4, register, 4, 0xffffffff);
    expect([0x10, 0x14, 0x18, 0x1c, 0x20].map((r) => read(4, r, 4))).toEqual([
      0xffff0000, 0xffffffe1, 0xfff00004, 0xffffffff, 0,
    ]);
  });

  it("answer where they are put, once decoding is on, and move", () => {
    write(4, 0x10, 4, 0xc0000000);
    write(4, 0x14, 4, 0xc000);
    write(4, 0x18, 4, 0x00200000);
    write(4, 0x1c, 4, 0x12);
    expect([mmio.read(0xc0000000, 4), ports.read(0xc000, 4)]).toEqual([0xffffffff, 0xffffffff]);
    write(4, 4, 2, 3);
    expect([mmio.read(0xc0000000, 4), ports.read(0xc01f, 1), mmio.read(0x1200200000, 4)]).toEqual([
      0x40, 0x41, 0x42,
    ]);
    write(4, 0x10, 4, 0xd0000000);
    expect([mmio.read(0xc0000000, 4), mmio.read(0xd0000000, 4)]).toEqual([0xffffffff, 0x40]);
    write(4, 4, 2, 1);
    expect([mmio.read(0xd0000000, 4), ports.read(0xc000, 4)]).toEqual([0xffffffff, 0x41]);
    bus.reset();
    expect([mmio.windows.length, ports.windows.length]).toEqual([1, 1]);
    expect(read(4, 0x10, 4)).toBe(0);
  });

  it("do not answer over RAM, over another window, beyond the ports, or at the top of 64 bits", () => {
    bus.add(5, 0, threeWindows(0x50));
    write(4, 4, 2, 3);
    write(5, 4, 2, 3);
    write(4, 0x10, 4, 0xc0000000);
    write(5, 0x10, 4, 0xc0000000);
    expect(mmio.read(0xc0000000, 4)).toBe(0x40);
    write(4, 0x10, 4, 0x10000);
    // The first has gone: the second answers now.
    expect(mmio.read(0xc0000000, 4)).toBe(0x50);
    write(4, 0x18, 4, 0xffffffff);
    write(4, 0x1c, 4, 0xffffffff);
    write(4, 0x14, 4, 0xffffffff);
    write(4, 0x10, 4, ECAM);
    expect(mmio.read(ECAM, 4)).not.toBe(0x40);
    expect([mmio.windows.length, ports.windows.length]).toEqual([2, 1]);
  });

  it("are refused if they cannot be", () => {
    const f = threeWindows(0);
    expect(() => f.addBar(3, "memory32", 4096, new Echo(0))).toThrow("BAR 3 is taken");
    expect(() => f.addBar(5, "memory64", 4096, new Echo(0))).toThrow("no BAR 5");
    expect(() => f.addBar(4, "memory32", 5000, new Echo(0))).toThrow("5000 bytes");
    expect(() => f.addBar(4, "memory32", 512, new Echo(0))).toThrow("512 bytes");
  });
});

describe("places", () => {
  it("marks devices of several functions", () => {
    bus.add(4, 2, threeWindows(0x42));
    expect([read(4, 0x0e, 1), read(4, 0x0e, 1, 2), read(0, 0x0e, 1)]).toEqual([0x80, 0x80, 0]);
    expect(read(4, 0, 4, 1)).toBe(0xffffffff);
  });
  it("refuses a place that is taken or none", () => {
    expect(() => bus.add(4, 0, threeWindows(0))).toThrow("taken");
    expect(() => bus.add(32, 0, threeWindows(0))).toThrow("no PCI place");
  });
});

describe("INTx", () => {
  it("shows in the status register, and on the wire unless disabled", () => {
    const f = bus.functions[1]!.function;
    const line = lines.get("4.1")!;
    f.interrupt(true);
    expect([read(4, 6, 2) & 8, line.level]).toEqual([8, true]);
    write(4, 4, 2, 0x400);
    expect([read(4, 6, 2) & 8, line.level]).toEqual([8, false]);
    write(4, 4, 2, 0);
    expect(line.level).toBe(true);
    f.interrupt(false);
    expect([read(4, 6, 2) & 8, line.level]).toEqual([0, false]);
    f.interrupt(true);
    bus.reset();
    expect([read(4, 6, 2) & 8, line.level]).toEqual([0, false]);
  });
});

describe("capabilities", () => {
  it("form a list from 0x40 on, announced in the status register", () => {
    const f = bus.functions[1]!.function;
    expect(read(4, 6, 2) & 0x10).toBe(0);
    const first = f.addCapability(9, Uint8Array.of(5, 0xaa, 0xbb));
    const second = f.addCapability(0x11, new Uint8Array(10));
    expect([first, second, read(4, 0x34, 1), read(4, 6, 2) & 0x10]).toEqual([0x40, 0x48, 0x40, 0x10]);
    expect([read(4, 0x40, 4), read(4, 0x48, 2)]).toEqual([0xaa054809, 0x11]);
    expect(() => f.addCapability(9, new Uint8Array(240))).toThrow("no room");
  });
});

describe("firmware", () => {
  it("gives every window an aligned place of its own and switches decoding on", () => {
    bus.add(5, 0, threeWindows(0x50));
    assignResources(bus, {
      io: { start: 0xc000, size: 0x1000 },
      memory: { start: 0xc000_1000, size: 0x1000_0000 },
      interruptLine: (device, pin) => device + pin,
    });
    for (const { function: f } of bus.functions) {
      for (const bar of f.bars) {
        expect(bar.mapped).toBe(bar.address);
        expect(bar.address % bar.size).toBe(0);
      }
    }
    expect([read(4, 0x3c, 1), read(5, 0x3c, 1), read(4, 4, 2)]).toEqual([5, 6, 3]);
    // The largest are first.
    expect([read(4, 0x18, 4), read(5, 0x18, 4), read(4, 0x10, 4)]).toEqual([
      0xc0100004, 0xc0200004, 0xc0300000,
    ]);
  });
  it("says so where the windows are too small", () => {
    const windows = { io: { start: 0xc000, size: 0x10 }, memory: { start: 0xc0000000, size: 0x1000000 } };
    expect(() => assignResources(bus, windows)).toThrow("PCI io window is full");
  });
});
