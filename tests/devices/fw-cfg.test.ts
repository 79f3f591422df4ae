/** fw_cfg against QEMU's docs/specs/fw_cfg.rst: the ports, the file directory, and DMA with all that can be wrong with it. */
import { beforeEach, describe, expect, it } from "vitest";
import { FW_CFG, FwCfg } from "../../src/devices/fw-cfg.ts";
import { FakeMemory } from "./fake-memory.ts";
import { survivesAnything } from "./random-accesses.ts";

const SIZE = 0x40000;
const REQUEST = 0x1000;
const BUFFER = 0x2000;
const [ERROR, READ, SKIP, SELECT, WRITE] = [1, 2, 4, 8, 16] as const;

let memory: FakeMemory;
let device: FwCfg;

beforeEach(() => {
  memory = new FakeMemory(SIZE);
  device = new FwCfg({ memory });
});

const ascii = (text: string): Uint8Array => Uint8Array.from([...text].map((c) => c.charCodeAt(0)));
const text = (bytes: ArrayLike<number>): string => String.fromCharCode(...Array.from(bytes));
const select = (key: number): void => device.write(0, 2, key);
const take = (count: number): number[] => Array.from({ length: count }, () => device.read(1, 1));
const swap = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, true);
};

/** Starts a DMA request and returns the control word it leaves. */
function dma(control: number, length: number, buffer: number, at = REQUEST): number {
  const view = new DataView(memory.bytes.buffer);
  view.setUint32(at, control >>> 0);
  view.setUint32(at + 4, length);
  view.setUint32(at + 8, Math.floor(buffer / 2 ** 32));
  view.setUint32(at + 12, buffer % 2 ** 32);
  device.write(4, 4, 0);
  device.write(8, 4, swap(at));
  return view.getUint32(at);
}

describe("the ports", () => {
  it("give the signature, the ID with DMA, and zeros after the end", () => {
    select(FW_CFG.SIGNATURE);
    expect(text(take(4))).toBe("QEMU");
    expect(take(2)).toEqual([0, 0]);
    select(FW_CFG.ID);
    expect(take(5)).toEqual([3, 0, 0, 0, 0]);
  });

  it("give numbers little-endian", () => {
    device.setNumber(FW_CFG.NB_CPUS, 4, 2);
    device.setNumber(0x8003, 2 ** 40 + 5, 8);
    select(FW_CFG.NB_CPUS);
    expect(take(3)).toEqual([4, 0, 0]);
    select(0x8003);
    expect(take(8)).toEqual([5, 0, 0, 0, 0, 1, 0, 0]);
  });

  it("start again at each selection; keys that nobody set read as zeros", () => {
    for (const _ of [1, 2]) {
      select(0);
      expect(text(take(2))).toBe("QE");
    }
    select(0x1234);
    expect(take(3)).toEqual([0, 0, 0]);
  });

  it("lose byte writes to the selector, writes to data, and the write-channel bit", () => {
    select(0x4000);
    device.write(0, 1, 5);
    device.write(1, 1, 5);
    expect([text(take(4)), device.read(0, 1), device.read(0, 2)]).toEqual(["QEMU", 0, 0]);
  });

  it("tell by the DMA register that DMA is there", () => {
    expect([device.read(4, 4), device.read(8, 4)]).toEqual([swap(0x51454d55), swap(0x20434647)]);
    expect(text(Array.from({ length: 8 }, (_, i) => device.read(4 + i, 1)))).toBe("QEMU CFG");
    expect(device.read(6, 2)).toBe(0x554d);
  });

  it("forget the selection at reset, and keep the files", () => {
    const key = device.add("opt/a", ascii("xyz"));
    select(key);
    take(1);
    device.reset();
    expect(text(take(4))).toBe("QEMU");
    select(key);
    expect(text(take(3))).toBe("xyz");
  });
});

describe("the file directory", () => {
  it("lists sizes, keys and names, big-endian", () => {
    expect(device.add("etc/e820", new Uint8Array(300))).toBe(0x20);
    expect(device.add("opt/org.example/name", ascii("me"))).toBe(0x21);
    select(0x19);
    expect(take(4)).toEqual([0, 0, 0, 2]);
    const entry = (): unknown[] => [take(8), text(take(56)).replace(/\0+$/, "")];
    expect(entry()).toEqual([[0, 0, 1, 44, 0, 0x20, 0, 0], "etc/e820"]);
    expect(entry()).toEqual([[0, 0, 0, 2, 0, 0x21, 0, 0], "opt/org.example/name"]);
    select(0x21);
    expect(text(take(2))).toBe("me");
  });

  it("refuses names that do not fit, names it has, and keys that are files'", () => {
    device.add("x".repeat(55), new Uint8Array(0));
    expect(() => device.add("x".repeat(56), new Uint8Array(0))).toThrow(RangeError);
    expect(() => device.add("x".repeat(55), new Uint8Array(0))).toThrow(/already/);
    for (const name of ["", "ä", "a b"])
      expect(() => device.add(name, new Uint8Array(0))).toThrow(RangeError);
    for (const key of [0x20, 0x8020, -1, 1.5, 0x10000]) {
      expect(() => device.set(key, new Uint8Array(0))).toThrow(RangeError);
    }
  });
});

describe("DMA", () => {
  it("selects, reads and goes on where it was", () => {
    const key = device.add("opt/a", ascii("0123456789"));
    expect(dma((key << 16) | SELECT | READ, 4, BUFFER)).toBe(0);
    expect(text(memory.bytes.slice(BUFFER, BUFFER + 5))).toBe("0123\0");
    expect(dma(SKIP, 3, 0)).toBe(0);
    expect(dma(READ, 2, BUFFER)).toBe(0);
    expect(text(memory.bytes.slice(BUFFER, BUFFER + 2))).toBe("78");
    expect(text(take(1))).toBe("9");
  });

  it("fills with zeros beyond the end, and for keys that nobody set", () => {
    const key = device.add("opt/a", ascii("ab"));
    memory.bytes.fill(0xff, BUFFER, BUFFER + 0x30000);
    expect(dma((key << 16) | SELECT | READ, 0x25000, BUFFER)).toBe(0);
    expect(text(memory.bytes.slice(BUFFER, BUFFER + 2))).toBe("ab");
    expect(memory.bytes.slice(BUFFER + 2, BUFFER + 0x25000).every((b) => b === 0)).toBe(true);
    expect(memory.bytes[BUFFER + 0x25000]).toBe(0xff);
    expect(dma((0x1234 << 16) | SELECT | READ, 2, BUFFER)).toBe(0);
    expect(memory.bytes.slice(BUFFER, BUFFER + 2)).toEqual(Uint8Array.of(0, 0));
  });

  it("only selects, if that is all it is asked", () => {
    expect(dma((FW_CFG.ID << 16) | SELECT, 0, 0)).toBe(0);
    expect(take(1)).toEqual([3]);
  });

  it("refuses writes", () => {
    memory.bytes.fill(0x41, BUFFER, BUFFER + 4);
    expect(dma((0 << 16) | SELECT | WRITE, 4, BUFFER)).toBe(ERROR);
    expect(text(take(4))).toBe("QEMU");
  });

  it.each([
    ["ends outside RAM", SIZE - 1, 2],
    ["begins outside RAM", 2 ** 40, 4],
    ["is absurdly long", BUFFER, 0xffffffff],
    ["is at the end of the address space", 2 ** 64 - 2048, 4096],
  ])("ends with an error and writes nothing if the buffer %s", (_what, buffer, length) => {
    const before = Buffer.from(memory.bytes.slice(BUFFER));
    expect(dma(SELECT | READ, length, buffer)).toBe(ERROR);
    expect(before.equals(memory.bytes.subarray(BUFFER))).toBe(true);
  });

  it("does nothing for a request outside RAM", () => {
    device.write(4, 4, 0xffffffff);
    device.write(8, 4, swap(SIZE));
    device.write(4, 4, 0);
    device.write(8, 4, swap(SIZE - 15));
    expect(memory.bytes.every((b) => b === 0)).toBe(true);
  });

  it("takes the upper half of the address once", () => {
    device.write(4, 4, 1);
    device.write(8, 4, swap(REQUEST));
    expect(device.state()).toMatchObject({ dmaHigh: 0 });
  });

  it("starts at no other width or place", () => {
    memory.bytes.fill(0xff, 0, 64);
    for (const [offset, size] of [
      [8, 1],
      [8, 2],
      [10, 2],
      [6, 4],
      [11, 1],
    ] as const)
      device.write(offset, size, 0);
    expect(memory.bytes.slice(0, 64).every((b) => b === 0xff)).toBe(true);
  });
});

it("survives anything", () => {
  survivesAnything(() => {
    memory = new FakeMemory(0x10000);
    // Requests everywhere, of all kinds.
    for (let i = 0; i < memory.bytes.length; i++) memory.bytes[i] = (i * 7 + (i >> 8)) & 0xff;
    device = new FwCfg({ memory });
    device.add("opt/a", ascii("abc"));
    return { targets: [{ handler: device, count: 12 }] };
  });
});
