/* AML bytes, term by term, from the grammar of ACPI 6.3 chapter 20. */
import { describe, expect, it } from "vitest";
import {
  type Bytes,
  buffer,
  define,
  device,
  eisaId,
  integer,
  method,
  name,
  packageOf,
  returns,
  scope,
  string,
  uuid,
} from "../../../src/devices/acpi/aml.ts";
import { ioPorts, irq, memory32, memoryWindow, resources } from "../../../src/devices/acpi/resources.ts";

const hex = (bytes: Bytes): string => Buffer.from(bytes).toString("hex");

describe("terms", () => {
  it.each([
    [0, "00"],
    [1, "01"],
    [2, "0a02"],
    [255, "0aff"],
    [256, "0b0001"],
    [0x10000, "0c00000100"],
    [2 ** 32, "0e0000000001000000"],
  ])("integer %d is %s", (value, bytes) => {
    expect(hex(integer(value))).toBe(bytes);
  });

  it("has names as paths", () => {
    expect(hex(name("PCI0"))).toBe("50434930");
    expect(hex(name("\\_SB.PCI0"))).toBe(`5c2e${hex(name("_SB_"))}${hex(name("PCI0"))}`);
    expect(hex(name("^A.B.C"))).toBe("5e2f03415f5f5f425f5f5f435f5f5f");
  });

  it("has identifiers and strings", () => {
    // The value that ASL gives EISAID ("PNP0A03") is 0x030AD041.
    expect(hex(eisaId("PNP0A03"))).toBe("0c41d00a03");
    expect(hex(eisaId("PNP0000"))).toBe("0b41d0");
    expect(hex(string("AB"))).toBe("0d414200");
    expect(hex(uuid("00112233-4455-6677-8899-AABBCCDDEEFF"))).toBe(
      "11130a1033221100554477668899aabbccddeeff",
    );
  });

  it("counts the length of a package in itself", () => {
    const sized = (length: number): string =>
      hex(scope("AAAA", new Array<number>(length).fill(0xa3))).slice(2);
    expect(sized(0x3f - 5)).toMatch(/^3f41/);
    expect(sized(0x40 - 5)).toMatch(/^410441/);
    expect(sized(0xfff - 6)).toMatch(/^4fff41/);
    expect(sized(0x1000 - 6)).toMatch(/^81000141/);
    expect(sized(0x100000 - 7)).toMatch(/^c100000141/);
  });

  it("puts terms together", () => {
    expect(hex(define("_ADR", 5))).toBe("085f4144520a05");
    expect(hex(packageOf(0, "A", packageOf(2)))).toBe("120b03000d41001204010a02");
    expect(hex(device("AAAA", define("_UID", 1)))).toBe("5b820b41414141085f55494401");
    expect(hex(method("AAAA", 2, true, returns(0)))).toBe("1408414141410aa400");
    expect(hex(buffer([1, 2]))).toBe("11050a020102");
  });

  it("refuses what AML has no words for", () => {
    for (const bad of ["", "lower", "TOOLONG", "1ABC", "A..B"]) expect(() => name(bad)).toThrow(RangeError);
    for (const bad of [-1, 0.5, 2 ** 53]) expect(() => integer(bad)).toThrow(RangeError);
    expect(() => string("é")).toThrow(RangeError);
    expect(() => eisaId("pnp0a03")).toThrow(RangeError);
    expect(() => uuid("0011")).toThrow(RangeError);
    expect(() => packageOf(...new Array<number>(256).fill(0))).toThrow(RangeError);
  });
});

describe("resources", () => {
  it("are bytes of §6.4", () => {
    expect(hex(ioPorts(0x3f8, 8))).toBe("4701f803f8030108");
    expect(hex(irq(4))).toBe("221000");
    expect(hex(memory32(0xfed00000, 0x400))).toBe("860900010000d0fe00040000");
    expect(hex(memoryWindow({ first: 0xc0000000, last: 0xc0ffffff }))).toBe(
      "871700000c0100000000000000c0ffffffc00000000000000001",
    );
    expect(hex(resources(irq(0)))).toBe("11080a052201007900");
    expect(() => ioPorts(0x10000, 8)).toThrow(RangeError);
  });
});
