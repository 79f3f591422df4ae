/* ACPI tables: where they are, that their sums are zero, and what is in them, read back by offsets of ACPI 6.3 §5.2. */
import { describe, expect, it } from "vitest";
import { slit, srat } from "../../../src/devices/acpi/affinity.ts";
import type { AcpiPlatform } from "../../../src/devices/acpi/platform.ts";
import { type AcpiTables, buildAcpiTables } from "../../../src/devices/acpi/tables.ts";
import { platforms } from "./platforms.ts";

const START = 0xe_0000;
const END = 0x10_0000;

/** The bytes of a table. */
function part(built: AcpiTables, signature: string): DataView {
  const found = built.tables.find((t) => t.signature === signature);
  if (!found) throw new Error(`no table ${signature}`);
  const { buffer, byteOffset } = built.bytes;
  return new DataView(buffer, byteOffset + found.address - built.address, found.length);
}
const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const sum = (bytes: Uint8Array): number => bytes.reduce((a, b) => a + b, 0) & 0xff;
const addressOf = (built: AcpiTables, signature: string): number =>
  built.tables.find((t) => t.signature === signature)?.address ?? 0;

/** The structures of a table after `start` bytes: type, length, the rest. */
function structures(view: DataView, start: number): Uint8Array[] {
  const bytes = bytesOf(view);
  const found: Uint8Array[] = [];
  for (let at = start; at < bytes.length; at += bytes[at + 1]!)
    found.push(bytes.subarray(at, at + bytes[at + 1]!));
  return found;
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe.each(Object.entries(platforms))("tables of the machine: %s", (_, platform) => {
  const built = buildAcpiTables(START, END, platform);

  it("lie apart, in the region, at their alignments", () => {
    expect([built.address, built.rsdp]).toEqual([START, START]);
    let end = START;
    for (const { signature, address, length } of built.tables) {
      expect(address).toBeGreaterThanOrEqual(end);
      expect(address % (signature === "FACS" ? 64 : 16)).toBe(0);
      end = address + length;
    }
    expect(START + built.bytes.length).toBe(end);
  });

  it("have sums of zero and tell their lengths", () => {
    for (const { signature, length } of built.tables) {
      const view = part(built, signature);
      if (signature === "RSD PTR ") {
        expect([sum(bytesOf(view).subarray(0, 20)), sum(bytesOf(view))]).toEqual([0, 0]);
        expect([view.getUint8(15), view.getUint32(20, true)]).toEqual([2, length]);
        continue;
      }
      expect(view.getUint32(4, true)).toBe(length);
      if (signature !== "FACS") expect([signature, sum(bytesOf(view))]).toEqual([signature, 0]);
    }
  });

  it("are reached from the root pointer, by RSDT and XSDT alike", () => {
    const root = part(built, "RSD PTR ");
    expect(root.getUint32(16, true)).toBe(addressOf(built, "RSDT"));
    expect(root.getBigUint64(24, true)).toBe(BigInt(addressOf(built, "XSDT")));
    const rsdt = part(built, "RSDT");
    const xsdt = part(built, "XSDT");
    const listed = built.tables
      .filter(({ signature }) => !["RSD PTR ", "RSDT", "XSDT", "FACS", "DSDT"].includes(signature))
      .map(({ address }) => address);
    expect(listed.map((_, i) => rsdt.getUint32(36 + 4 * i, true))).toEqual(listed);
    expect(listed.map((_, i) => Number(xsdt.getBigUint64(36 + 8 * i, true)))).toEqual(listed);
    expect([rsdt.byteLength, xsdt.byteLength]).toEqual([36 + 4 * listed.length, 36 + 8 * listed.length]);
    const fadt = part(built, "FACP");
    expect([fadt.getUint32(36, true), fadt.getUint32(40, true)]).toEqual([
      addressOf(built, "FACS"),
      addressOf(built, "DSDT"),
    ]);
    expect([fadt.getBigUint64(132, true), fadt.getBigUint64(140, true)]).toEqual([
      0n,
      BigInt(addressOf(built, "DSDT")),
    ]);
  });
});

describe("the tables", () => {
  const { usual, smallest } = platforms;
  const built = buildAcpiTables(START, END, usual);

  it("say where the fixed hardware is", () => {
    const fadt = part(built, "FACP");
    expect([fadt.byteLength, fadt.getUint8(8), fadt.getUint8(131)]).toEqual([276, 6, 3]);
    expect(fadt.getUint16(46, true)).toBe(9);
    expect(fadt.getUint32(48, true)).toBe(0);
    const blocks = [56, 64, 76, 80].map((at) => fadt.getUint32(at, true));
    expect(blocks).toEqual([0x600, 0x604, 0x608, 0x620]);
    // X_ fields: space, width, offset, access size, address.
    const extended = [148, 172, 208, 220].map((at) => [
      ...bytesOf(fadt).subarray(at, at + 4),
      Number(fadt.getBigUint64(at + 4, true)),
    ]);
    expect(extended).toEqual([
      [1, 32, 0, 2, 0x600],
      [1, 16, 0, 2, 0x604],
      [1, 32, 0, 3, 0x608],
      [1, 64, 0, 1, 0x620],
    ]);
    expect([fadt.getUint8(88), fadt.getUint8(89), fadt.getUint8(91), fadt.getUint8(92)]).toEqual([
      4, 2, 4, 8,
    ]);
    expect(hex(bytesOf(fadt).subarray(116, 129))).toBe("01080001f90c000000000000" + "06");
    expect(fadt.getUint16(109, true)).toBe(0b000111);
    expect(fadt.getUint8(108)).toBe(0x32);
    // WBINVD, PROC_C1, no fixed sleep button, no fixed RTC wake, 32-bit timer, reset register.
    expect(fadt.getUint32(112, true)).toBe(0b101_0110_0101);
    const bare = part(
      buildAcpiTables(START, END, { ...smallest, pm: { base: 0xb000, irq: 10 }, vga: true }),
      "FACP",
    );
    expect([bare.getUint16(109, true), bare.getUint16(46, true), bare.getUint32(56, true)]).toEqual([
      0b100000, 10, 0xb000,
    ]);
  });

  it("list processors and how interrupts reach them", () => {
    const list = structures(part(built, "APIC"), 44).map(hex);
    expect(list).toEqual([
      "0008000001000000",
      "0008010101000000",
      "0008020201000000",
      "0008030301000000",
      "010c00000000c0fe00000000",
      "020a0000020000000000",
      "020a0009090000000d00",
      "0406ff000001",
    ]);
    expect(part(built, "APIC").getUint32(36, true)).toBe(0xfee00000);
    expect(part(built, "APIC").getUint32(40, true)).toBe(1);
  });

  it("list processors that bytes do not count as x2APICs", () => {
    const many = structures(part(buildAcpiTables(START, END, platforms["many processors"]), "APIC"), 44);
    expect(many.filter((s) => s[0] === 0)).toHaveLength(255);
    expect(many.filter((s) => s[0] === 9).map(hex)[0]).toBe("09100000ff00000001000000ff000000");
    expect(many.filter((s) => s[0] === 9)).toHaveLength(45);
    expect(many.map(hex).slice(-2)).toEqual(["0406ff000001", "0a0c0000ffffffff01000000"]);
  });

  it("say where the HPET and PCI configuration space are", () => {
    expect(hex(bytesOf(part(built, "HPET")).subarray(36))).toBe(
      "01a28680" + "004000000000d0fe00000000" + "00800001",
    );
    expect(hex(bytesOf(part(built, "MCFG")).subarray(44))).toBe("000000e0000000000000" + "00ff" + "00000000");
  });

  it("say what is near to what", () => {
    const nodes = buildAcpiTables(START, END, platforms["two nodes"]);
    const list = structures(part(nodes, "SRAT"), 48).map(hex);
    expect(list.slice(0, 4)).toEqual([
      "00100000010000000000000000000000",
      "00100002010000000000000000000000",
      "00100101010000000000000000000000",
      "00100103010000000000000000000000",
    ]);
    expect(list[5]).toBe(
      "0128000000000000" + "0000100000000000" + "0000f07f00000000" + "0000000001000000" + "0000000000000000",
    );
    expect(list[6]).toMatch(/^01280100000000000000000001000000/);
    const distances = part(nodes, "SLIT");
    expect(Number(distances.getBigUint64(36, true))).toBe(2);
    expect([...bytesOf(distances).subarray(44)]).toEqual([10, 21, 31, 10]);
    const usualDistances = slit({
      nodes: [
        { memory: [], apicIds: [] },
        { memory: [], apicIds: [] },
      ],
    });
    expect([...usualDistances.subarray(44)]).toEqual([10, 20, 20, 10]);
  });

  it("are refused where they do not fit, or cannot say what they are told", () => {
    expect(() => buildAcpiTables(START, START + 1000, usual)).toThrow(/do not fit/);
    expect(() => buildAcpiTables(START + 8, END, usual)).toThrow(RangeError);
    const pci = usual.pci!;
    const wrong: AcpiPlatform[] = [
      { ...usual, pci: { ...pci, ecam: { base: 2 ** 32, busCount: 1 } } },
      { ...usual, pci: { ...pci, ecam: { base: pci.ecam.base, busCount: 257 } } },
      { ...usual, pci: { ...pci, ecam: { base: 0xf800_0000, busCount: 256 } } },
      { ...usual, ioApic: { ...usual.ioApic, id: 256 } },
      { ...usual, serial: [{ port: 0x1_0000, irq: 4 }] },
      { ...usual, cpus: [{ apicId: 2 ** 32 }] },
    ];
    for (const platform of wrong) expect(() => buildAcpiTables(START, END, platform)).toThrow(RangeError);
    const node = { memory: [], apicIds: [0] };
    expect(() => srat({ nodes: [node] }, [{ apicId: 0 }, { apicId: 1 }])).toThrow(/0, processors 0,1/);
    expect(() => srat({ nodes: [node, node] }, [{ apicId: 0 }])).toThrow(RangeError);
    for (const distances of [[], [[11]], [[10, 10]], [[10, 20]]]) {
      expect(() => slit({ nodes: [node], distances })).toThrow(RangeError);
    }
  });
});
