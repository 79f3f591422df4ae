/*
 * Memory as a debugger sees it: in every paging mode the same bytes as the processor's own walk gives, but without accessed bits, faults
 * or devices.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import { Fault } from "../../src/machine/fault.ts";
import { Machine } from "../../src/machine/machine.ts";
import { Peek } from "../../src/machine/peek.ts";

const machine = new Machine({ memory: 4 << 20, codeCache: 4 << 20 });
const [vcpu] = machine.vcpus;
if (vcpu === undefined) throw new Error("there is a processor");
const { cpu, mmu } = vcpu;
const { physical } = machine;
const peek = new Peek(cpu, physical);

const PG = 0x8000_0001n;
const MODES = {
  none: { cr0: 1n, cr4: 0n, efer: 0n },
  "32-bit": { cr0: PG, cr4: 0x10n, efer: 0n },
  "32-bit without large pages": { cr0: PG, cr4: 0n, efer: 0n },
  PAE: { cr0: PG, cr4: 0x20n, efer: 0x800n },
  "4 levels": { cr0: PG, cr4: 0x20n, efer: 0xd00n },
  "5 levels": { cr0: PG, cr4: 0x1020n, efer: 0xd00n },
};
/** Where the tables are. */
const TABLES = 0x10_0000;
const TABLES_END = 0x11_0000;

const tables = (): Uint8Array => machine.memory.read(TABLES, TABLES_END - TABLES) ?? new Uint8Array(0);

function setMode(name: keyof typeof MODES): void {
  const mode = MODES[name];
  cpu.setU64(S.CR0, mode.cr0);
  cpu.setU64(S.CR4, mode.cr4);
  cpu.setU64(S.EFER, mode.efer);
  cpu.setU64(S.CR3, BigInt(TABLES));
  for (let i = 0; i < 4; i++) cpu.setU64(S.PDPTE + i * 8, BigInt(TABLES + 0x1000 * (i + 1)) | 1n);
}

/**
 * Entries of all kinds, mostly present and mostly pointing at tables: few walks get to the end otherwise. All point at RAM: a processor
 * takes what it reads where there is none for an entry, a debugger does not.
 */
const entry = fc
  .record({
    page: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: TABLES >> 12, max: (TABLES_END >> 12) - 1 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 0x200, 0x3ff) },
    ),
    flags: fc.oneof(
      { weight: 8, arbitrary: fc.constant(7) },
      { weight: 1, arbitrary: fc.constantFrom(0, 0x87, 1, 0x67) },
    ),
  })
  .map(({ page, flags }) => BigInt(page) * 4096n + BigInt(flags));

/** What the processor finds: the physical address, or undefined for any fault but one of reserved bits, which peek does not ask about. */
function walked(linear: bigint): number | undefined | "reserved" {
  try {
    return mmu.translate(linear, "read", "supervisor");
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    return ((e.errorCode ?? 0) & 8) !== 0 ? "reserved" : undefined;
  }
}

describe("peek", () => {
  it.each(Object.keys(MODES).map((name) => [name]))("translates as the processor does: %s", (name) => {
    // as: the keys are those of MODES
    setMode(name as keyof typeof MODES);
    let found = 0;
    const wide = name.includes("levels");
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 64, maxLength: 64 }),
        fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 20, maxLength: 20 }),
        (entries, addresses) => {
          for (let at = TABLES; at < TABLES_END; at += 8) {
            physical.write(at, 8, entries[(at * 7) % 61] ?? 0n);
          }
          const before = tables();
          for (const address of addresses) {
            const linear = wide
              ? BigInt.asUintN(64, BigInt.asIntN(name === "5 levels" ? 57 : 48, address))
              : address & 0xffff_ffffn;
            const seen = peek.translate(linear);
            expect(Buffer.compare(tables(), before)).toBe(0);
            const expected = walked(linear);
            // Put back what the walk marked.
            machine.memory.write(TABLES, before);
            if (expected === "reserved") continue;
            expect(seen).toBe(expected);
            if (expected !== undefined) found++;
          }
        },
      ),
      { numRuns: 20, seed: 1 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it("reads as far as there is RAM, and no device", () => {
    setMode("none");
    machine.memory.write(0x9fffc, Uint8Array.of(1, 2, 3, 4));
    expect([...peek.bytes(0x9fffcn, 16)]).toEqual([1, 2, 3, 4]);
    expect(peek.number(0x9fffcn, 4)).toBe(0x04030201n);
    expect(peek.number(0x9fffen, 4)).toBeUndefined();
    // The local APIC's version register would be there.
    expect(peek.number(0xfee0_0030n, 4)).toBeUndefined();
    expect(peek.bytes(0xffff_ffffn, 8)).toHaveLength(0);
  });

  it("finds nothing at addresses that are not canonical", () => {
    setMode("4 levels");
    expect(peek.translate(0x0000_8000_0000_0000n)).toBeUndefined();
    expect(peek.bytes(0x1234_0000_0000_0000n, 8)).toHaveLength(0);
  });
});
