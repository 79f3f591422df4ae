/** What a machine's memory and processors hold at power-up, before a kernel: SMBIOS and ACPI tables, APIC identifiers. */
import { describe, expect, it } from "vitest";
import { cpuid } from "../../src/machine/cpuid.ts";
import { Machine, type MachineOptions } from "../../src/machine/machine.ts";

const MIB = 2 ** 20;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function firmware(machine: Machine): Buffer {
  const bytes = machine.memory.read(0xe0000, 0x20000);
  if (bytes === undefined) throw new Error("the firmware's memory is not RAM");
  return Buffer.from(bytes);
}
/** An ACPI table's bytes, by its signature; found as AML does not spell these. */
function acpiTable(machine: Machine, signature: string): Buffer {
  const all = firmware(machine);
  const at = all.indexOf(`${signature}`, 36);
  return all.subarray(at, at + all.readUInt32LE(at + 4));
}
/** APIC identifiers of the structures of a table (MADT: type 0, id at 3; SRAT: type 0, id at 3, domain at 2). */
function entries(table: Buffer, header: number): readonly (readonly [domain: number, apicId: number])[] {
  const found: [number, number][] = [];
  for (let at = header; at < table.length; at += table[at + 1]!) {
    if (table[at] === 0) found.push([table[at + 2]!, table[at + 3]!]);
  }
  return found;
}
const small: MachineOptions = { memory: 16 * MIB, codeCache: 4 * MIB };

describe("SMBIOS", () => {
  const machine = new Machine({ ...small, cpus: 2 });

  it("has its entry points at 0xF0000, and its structures in the firmware's memory", () => {
    const all = firmware(machine);
    expect(text(all.subarray(0x10000, 0x10005))).toBe("_SM3_");
    expect(text(all.subarray(0x10020, 0x10024))).toBe("_SM_");
    const [size, start] = [all.readUInt32LE(0x1000c), all.readUInt32LE(0x10010)];
    const table = all.subarray(start - 0xe0000, start - 0xe0000 + size);
    expect(text(table)).toMatch(/Vitrine\0/);
    expect([...table.subarray(-6, -4), ...table.subarray(-2)]).toEqual([127, 4, 0, 0]);
  });
  it("repeats what CPUID says of the processor", () => {
    const { eax, edx } = cpuid(machine.vcpus[0]!.cpu, 1, 0);
    const id = Buffer.alloc(8);
    id.writeInt32LE(eax | 0, 0);
    id.writeInt32LE(edx | 0, 4);
    const all = firmware(machine);
    const at = all.indexOf(id, 0x10000);
    expect(at).toBeGreaterThan(0);
    // Processor ID is at 8 of the structure, core count at 0x23.
    expect([all[at - 8], all[at - 8 + 0x23]]).toEqual([4, 2]);
  });
  it("is there again after a reset, the same", () => {
    const before = firmware(machine);
    machine.memory.write(0xf0000, new Uint8Array(64));
    machine.reset();
    expect(firmware(machine).equals(before)).toBe(true);
  });
});

describe("NUMA nodes", () => {
  const machine = new Machine({
    ...small,
    cpus: 4,
    numa: [
      { cpus: [1, 2, 3], memory: 4 * MIB },
      { cpus: [0], memory: 12 * MIB },
    ],
  });
  const ids = [0, 4, 5, 6];

  it("are packages to the APICs, CPUID, MADT and SRAT", () => {
    expect(machine.vcpus.map((v) => v.index)).toEqual([0, 1, 2, 3]);
    expect(machine.vcpus.map((v) => v.apic.id)).toEqual(ids);
    expect(machine.vcpus.map((v) => cpuid(v.cpu, 0xb, 1).edx)).toEqual(ids);
    expect(entries(acpiTable(machine, "APIC"), 44)).toEqual(ids.map((id, uid) => [uid, id]));
    expect(entries(acpiTable(machine, "SRAT"), 48)).toEqual([
      [0, 4],
      [0, 5],
      [0, 6],
      [1, 0],
    ]);
  });
  it("have a processor structure and a memory module each", () => {
    const structures = text(firmware(machine).subarray(0x10000));
    for (const name of ["CPU 0", "CPU 1", "DIMM 0", "DIMM 1"]) expect(structures).toContain(`${name}\0`);
    expect(structures).not.toMatch(/CPU 2|DIMM 2/);
  });
  it("only the first processor runs", () => {
    expect(machine.vcpus.map((v) => v.activity)).toEqual(["running", "waiting", "waiting", "waiting"]);
  });
  it.each([
    { title: "less memory than the machine", numa: [{ cpus: [0, 1], memory: 8 * MIB }] },
    { title: "half a MiB", numa: [MIB / 2, 15.5 * MIB].map((memory, i) => ({ cpus: [i], memory })) },
    { title: "a processor twice", numa: [{ cpus: [0, 1, 1], memory: 16 * MIB }] },
    { title: "one that is not there", numa: [{ cpus: [0, 1, 2], memory: 16 * MIB }] },
  ])("are refused with $title", ({ numa }) => {
    expect(() => new Machine({ ...small, cpus: 2, numa })).toThrow(RangeError);
  });
});
