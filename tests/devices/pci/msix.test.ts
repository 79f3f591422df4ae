/** MSI-X: the table, masks, pending bits (PCI Local Bus 3.0 §6.8.2). */
import { beforeEach, describe, expect, it } from "vitest";
import { PciBus } from "../../../src/devices/pci/bus.ts";
import { PciFunction } from "../../../src/devices/pci/function.ts";
import { MsiX } from "../../../src/devices/pci/msix.ts";
import { FakeLine } from "../fake-clock.ts";
import { FakeMmio, FakePorts } from "./spaces.ts";

const TABLE = 0xc000_0000;
let messages: [number, number][];
let mmio: FakeMmio;
let f: PciFunction;
let msix: MsiX;
let at: number;
let pba: number;

beforeEach(() => {
  messages = [];
  mmio = new FakeMmio(0);
  const bus = new PciBus({
    ports: new FakePorts(),
    memory: mmio,
    messages: { message: (address, data) => messages.push([address, data]) },
    wire: () => new FakeLine(),
  });
  f = new PciFunction("f", { vendor: 1, device: 2, revision: 0, classCode: 0 });
  msix = new MsiX(f, 0, 70);
  bus.add(1, 0, f);
  bus.reset();
  at = f.config.read(0x34, 1);
  f.writeConfig(0x10, 4, TABLE);
  f.writeConfig(4, 2, 6);
  pba = TABLE + (f.readConfig(at + 8, 4) & ~7);
});

const control = (value: number): void => f.writeConfig(at + 2, 2, value);
function entry(vector: number, address: number, data: number, masked: number): void {
  const start = TABLE + vector * 16;
  mmio.write(start, 4, address % 2 ** 32);
  mmio.write(start + 4, 4, Math.floor(address / 2 ** 32));
  mmio.write(start + 8, 4, data);
  mmio.write(start + 12, 4, masked);
}

describe("MSI-X", () => {
  it("announces its vectors; only enable and function mask are writable", () => {
    expect(f.readConfig(at, 1)).toBe(0x11);
    expect(f.readConfig(at + 2, 2)).toBe(69);
    control(0xffff);
    expect(f.readConfig(at + 2, 2)).toBe(0xc045);
    expect([f.readConfig(at + 4, 4), f.readConfig(at + 8, 4) & 7]).toEqual([0, 0]);
  });

  it("has all vectors masked after reset", () => {
    expect([0, 1, 69].map((i) => mmio.read(TABLE + i * 16 + 12, 4))).toEqual([1, 1, 1]);
  });

  it("sends a vector's message", () => {
    control(0x8000);
    entry(69, 0x12fee01000, 0x4455, 0);
    msix.signal(69);
    expect(messages).toEqual([[0x12fee01000, 0x4455]]);
    expect(mmio.read(TABLE + 69 * 16 + 8, 4)).toBe(0x4455);
  });

  it("keeps a masked vector pending and sends it once when unmasked", () => {
    control(0x8000);
    entry(33, 0xfee00000, 1, 1);
    msix.signal(33);
    msix.signal(33);
    expect([messages, mmio.read(pba + 4, 4)]).toEqual([[], 2]);
    mmio.write(TABLE + 33 * 16 + 12, 4, 0);
    expect([messages, mmio.read(pba + 4, 4)]).toEqual([[[0xfee00000, 1]], 0]);
  });

  it("keeps vectors pending under the function mask, and while it is not bus master", () => {
    control(0xc000);
    entry(0, 0xfee00000, 7, 0);
    entry(64, 0xfee00000, 8, 0);
    msix.signal(64);
    msix.signal(0);
    expect([mmio.read(pba, 4), mmio.read(pba + 8, 4), messages.length]).toEqual([1, 1, 0]);
    control(0x8000);
    expect(messages.map(([, data]) => data)).toEqual([7, 8]);
    f.writeConfig(4, 2, 2);
    msix.signal(0);
    expect(messages.length).toBe(2);
    f.writeConfig(4, 2, 6);
    expect(messages.length).toBe(3);
  });

  it("does nothing while it is off, for vectors that are not there, and for partial writes", () => {
    entry(0, 0xfee00000, 7, 0);
    msix.signal(0);
    control(0x8000);
    msix.signal(70);
    msix.signal(0xffff);
    mmio.write(TABLE + 8, 1, 0x55);
    mmio.write(pba, 4, 0xffffffff);
    expect([messages, mmio.read(TABLE + 8, 4), mmio.read(pba, 4)]).toEqual([[], 7, 0]);
  });
});
