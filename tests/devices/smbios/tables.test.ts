/*
 * SMBIOS tables as others read them: the entry points by hand (DSP0134 3.3 §5.2), the structures by Debian's dmidecode, which takes
 * a file that begins with an entry point; so the tables are built for address 0.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { SmbiosDescription } from "../../../src/devices/smbios/description.ts";
import { structure } from "../../../src/devices/smbios/structure.ts";
import { buildSmbiosTables } from "../../../src/devices/smbios/tables.ts";
import { requireTool } from "../../support/tools.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const END = 0x10000;

const one: SmbiosDescription = {
  firmware: { start: 0xe0000, size: 0x20000 },
  packages: [{ signature: 0x00a60f12, features: 0x178bfbff, name: "A processor", megahertz: 3000, cores: 1 }],
  modules: [256 * MIB],
  memory: [{ start: 0, size: 256 * MIB }],
};
const two: SmbiosDescription = {
  ...one,
  packages: [1, 300].map((cores) => ({ ...one.packages[0]!, megahertz: 100_000, cores })),
  modules: [48 * GIB, 2 * MIB + 4096],
  memory: [
    { start: 0, size: 3 * GIB },
    { start: 4 * GIB, size: 45 * GIB + 2 * MIB + 4096 },
    { start: 5 * 2 ** 40, size: GIB },
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-smbios-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Structure {
  readonly type: number;
  readonly bytes: number;
  /** "Manufacturer: Vitrine", without indentation. */
  readonly fields: readonly string[];
}

/** What dmidecode says before the structures, and of each. */
function decode(ctx: TestContext, dump: Uint8Array): { readonly head: string; readonly all: Structure[] } {
  const tool = requireTool(ctx, "dmidecode");
  const file = join(folder, "dump");
  writeFileSync(file, dump);
  const said = execFileSync(tool, ["--from-dump", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(said).not.toMatch(/OUT OF SPEC|BAD INDEX|TRUNCATED|Wrong|Invalid|unsupported|not fully supported/i);
  const [head = "", ...parts] = said.split(/\n(?=Handle 0x)/);
  const all = parts.map((part) => {
    const [first = "", , ...fields] = part.trim().split("\n");
    const [, type, bytes] = /DMI type (\d+), (\d+) bytes/.exec(first) ?? [];
    return { type: Number(type), bytes: Number(bytes), fields: fields.map((f) => f.trim()) };
  });
  return { head, all };
}
const built = (description: SmbiosDescription): Uint8Array => buildSmbiosTables(0, END, description).bytes;
const ofType = (all: readonly Structure[], type: number): readonly (readonly string[])[] =>
  all.filter((s) => s.type === type).map((s) => s.fields);

const sum = (bytes: Uint8Array): number => bytes.reduce((a, b) => a + b, 0) & 0xff;
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

describe("entry points", () => {
  const { address, bytes, structures } = buildSmbiosTables(0xf0000, 0x100000, one);
  const view = new DataView(bytes.buffer);
  const table = bytes.length - (structures - address);

  it("begin with the 64-bit one", () => {
    expect(text(bytes.subarray(0, 5))).toBe("_SM3_");
    expect([...bytes.subarray(6, 12)]).toEqual([24, 3, 3, 0, 1, 0]);
    expect([view.getUint32(12, true), view.getUint32(16, true)]).toEqual([table, structures]);
    expect(sum(bytes.subarray(0, 24))).toBe(0);
  });
  it("have the 32-bit one on the next boundary of 16 bytes", () => {
    expect([text(bytes.subarray(32, 36)), text(bytes.subarray(48, 53))]).toEqual(["_SM_", "_DMI_"]);
    expect([...bytes.subarray(37, 40)]).toEqual([31, 3, 3]);
    expect([view.getUint16(54, true), view.getUint32(56, true)]).toEqual([table, structures]);
    expect(bytes[62]).toBe(0x33);
    expect([sum(bytes.subarray(32, 63)), sum(bytes.subarray(48, 63))]).toEqual([0, 0]);
  });
  it("must begin at a multiple of 16, and have room", () => {
    expect(() => buildSmbiosTables(8, END, one)).toThrow(RangeError);
    expect(() => buildSmbiosTables(0, bytes.length, one)).not.toThrow();
    expect(() => buildSmbiosTables(0, bytes.length - 1, one)).toThrow(/do not fit/);
  });
});

describe("structures, read by dmidecode", () => {
  it("have the types and lengths of version 3.3", (ctx) => {
    const { head, all } = decode(ctx, built(one));
    expect(head).toMatch(/SMBIOS 3\.3\.0 present\./);
    expect(all.map((s) => [s.type, s.bytes])).toEqual([
      [0, 26],
      [1, 27],
      [3, 22],
      [4, 48],
      [16, 23],
      [17, 92],
      [19, 31],
      [32, 11],
      [127, 4],
    ]);
  });
  it("are the same by the 32-bit entry point", (ctx) => {
    const bytes = built(one);
    const dump = Uint8Array.from(bytes);
    dump.copyWithin(0, 32, 63);
    const { head, all } = decode(ctx, dump);
    expect(head).toMatch(/SMBIOS 3\.3 present\.\n9 structures occupying/);
    expect(all).toEqual(decode(ctx, bytes).all);
  });
  it("name the machine", (ctx) => {
    const { all } = decode(ctx, built(one));
    expect(ofType(all, 0)[0]).toEqual(
      expect.arrayContaining([
        "Vendor: Vitrine",
        "Release Date: 06/01/2020",
        "Address: 0xE0000",
        "Runtime Size: 128 kB",
        "ROM Size: 128 kB",
        "PCI is supported",
        "ACPI is supported",
        "System is a virtual machine",
      ]),
    );
    expect(ofType(all, 1)[0]).toEqual(
      expect.arrayContaining([
        "Manufacturer: Vitrine",
        "Product Name: Virtual computer",
        "Serial Number: Not Specified",
        "UUID: Not Settable",
      ]),
    );
    expect(ofType(all, 3)[0]).toEqual(expect.arrayContaining(["Type: Other", "Thermal State: Safe"]));
    expect(ofType(all, 32)[0]).toEqual(["Status: No errors detected"]);
  });
  it("describe processors and memory", (ctx) => {
    const { all } = decode(ctx, built(one));
    expect(ofType(all, 4)[0]).toEqual(
      expect.arrayContaining([
        "Socket Designation: CPU 0",
        "Type: Central Processor",
        "Family: Zen",
        "ID: 12 0F A6 00 FF FB 8B 17",
        "Signature: Family 25, Model 97, Stepping 2",
        "Version: A processor",
        "Current Speed: 3000 MHz",
        "Status: Populated, Enabled",
        "Core Count: 1",
        "64-bit capable",
      ]),
    );
    expect(ofType(all, 16)[0]).toEqual(
      expect.arrayContaining(["Use: System Memory", "Maximum Capacity: 256 MB", "Number Of Devices: 1"]),
    );
    expect(ofType(all, 17)[0]).toEqual(
      expect.arrayContaining([
        "Size: 256 MB",
        "Form Factor: DIMM",
        "Locator: DIMM 0",
        "Volatile Size: 256 MB",
      ]),
    );
    expect(ofType(all, 19)[0]).toEqual(
      expect.arrayContaining([
        "Starting Address: 0x00000000000",
        "Ending Address: 0x0000FFFFFFF",
        "Range Size: 256 MB",
      ]),
    );
  });
  it("use the wider fields for what is large", (ctx) => {
    const { all } = decode(ctx, built(two));
    const line = (type: number, name: string): (string | undefined)[] =>
      ofType(all, type).map((fields) =>
        fields.find((f) => f.startsWith(`${name}: `))?.slice(name.length + 2),
      );
    expect(line(4, "Socket Designation")).toEqual(["CPU 0", "CPU 1"]);
    expect(line(4, "Core Count")).toEqual(["1", "300"]);
    expect(line(4, "Thread Count")).toEqual(["1", "300"]);
    expect(line(4, "Max Speed")).toEqual(["Unknown", "Unknown"]);
    expect(line(17, "Size")).toEqual(["48 GB", "2052 kB"]);
    expect(line(16, "Number Of Devices")).toEqual(["2"]);
    expect(line(19, "Range Size")).toEqual(["3 GB", expect.anything(), "1 GB"]);
    // Bytes (§7.20), which dmidecode 3.4 calls k.
    expect(line(19, "Starting Address")[2]).toMatch(/^0x0000050000000000k?$/);
  });
});

it("strings are ASCII, and the empty one is none", () => {
  expect(structure(11, 7, (s) => [s.add("a"), s.add(""), s.add("b")])).toEqual([
    11, 7, 7, 0, 1, 0, 2, 0x61, 0, 0x62, 0, 0,
  ]);
  expect(() => structure(11, 7, (s) => [s.add("é")])).toThrow(RangeError);
});
