/* Paging against a second implementation (reference-paging.ts), segments, and accesses across pages. */
import { beforeEach, describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import { BarePlatform } from "../../src/machine/bare-platform.ts";
import { isCanonical, isCanonicalHigh } from "../../src/machine/canonical.ts";
import { writeCr4 } from "../../src/machine/control-registers.ts";
import { Cpu } from "../../src/machine/cpu.ts";
import { Fault } from "../../src/machine/fault.ts";
import { codeAddress } from "../../src/machine/fetch.ts";
import { ACCESS, Mmu } from "../../src/machine/mmu.ts";
import { MSR, writeMsr } from "../../src/machine/msr.ts";
import { PhysicalMemory } from "../../src/machine/physical.ts";
import { resetCpu } from "../../src/machine/reset.ts";
import { referenceWalk, type WalkState } from "./reference-paging.ts";

const RAM = 0x40000;
const memory = new WebAssembly.Memory({ initial: 32 });
let physical: PhysicalMemory;
let cpu: Cpu;
let mmu: Mmu;

beforeEach(() => {
  new Uint8Array(memory.buffer).fill(0);
  physical = new PhysicalMemory(memory);
  physical.addRam(0, 0x100000, RAM);
  cpu = new Cpu(memory, 0x10000);
  mmu = new Mmu(cpu, physical);
  cpu.memory = mmu;
  cpu.physical = physical;
  cpu.platform = new BarePlatform(() => 0, 0n);
  resetCpu(cpu);
});

/** What `f` throws, as vector, error code and address. */
function faultOf(
  f: () => unknown,
): { vector: number; errorCode: number | undefined; address?: bigint } | undefined {
  try {
    f();
    return undefined;
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    const { vector, errorCode, address } = e;
    return address === undefined ? { vector, errorCode } : { vector, errorCode, address };
  }
}

const CR0_PE = 1n;
const CR0_PG = 1n << 31n;
const CR0_WP = 1n << 16n;
const CR4 = {
  pse: 1n << 4n,
  pae: 1n << 5n,
  pge: 1n << 7n,
  la57: 1n << 12n,
  smep: 1n << 20n,
  smap: 1n << 21n,
};
const EFER_LONG = 0x500n;
const EFER_NXE = 0x800n;

/** A generator of numbers below `n`, the same in every run. */
function randomNumbers(seed: number): (n: number) => number {
  let s = seed;
  return (n) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

describe("paging against a second implementation", () => {
  const modes = {
    "32-bit": { entry: 4, cr4: 0n, efer: 0n },
    "32-bit with PSE": { entry: 4, cr4: CR4.pse, efer: 0n },
    PAE: { entry: 8, cr4: CR4.pae, efer: 0n },
    "PAE, where LA57 does nothing": { entry: 8, cr4: CR4.pae | CR4.la57, efer: 0n },
    "four levels": { entry: 8, cr4: CR4.pae, efer: EFER_LONG },
    "five levels": { entry: 8, cr4: CR4.pae | CR4.la57, efer: EFER_LONG },
  };
  it.each(Object.entries(modes))("%s: 20,000 random walks", (_name, { entry, cr4, efer }) => {
    const random = randomNumbers(entry + Number(cr4));
    const seen = { ok: 0, fault: 0, reserved: 0 };
    for (let round = 0; round < 200; round++) {
      // Eight pages of tables that lead to each other; most entries are good, so that walks get far.
      for (let at = 0; at < 0x8000; at += entry) {
        let low = (random(8) * 0x1000) | 0x27;
        for (const [bit, one] of [
          [1, 30],
          [2, 12],
          [4, 8],
          [0x40, 2],
          [0x20, 3],
        ] as const) {
          if (random(one) === 0) low &= ~bit;
        }
        if (random(5) === 0) low |= 0x80;
        if (random(4) === 0) low |= 0x100;
        if ((low & 0x80) !== 0 && random(8) > 0) low &= ~0x3fe000;
        if (random(entry === 4 ? 10 : 60) === 0) low |= 1 << (13 + random(10));
        physical.write(at, 4, BigInt(low >>> 0));
        if (entry === 8) {
          let high = 0;
          if (random(12) === 0) high |= 0x80000000;
          if (random(60) === 0) high |= 1 << random(31);
          physical.write(at + 4, 4, BigInt(high >>> 0));
        }
      }
      const state: WalkState = {
        cr3: BigInt(random(8) * 0x1000),
        cr4: cr4 | (random(2) ? CR4.smep : 0n) | (random(2) ? CR4.smap : 0n) | (random(2) ? CR4.pge : 0n),
        efer: efer | (random(3) ? EFER_NXE : 0n),
        wp: random(2) === 1,
        ac: random(2) === 1,
        pdptes: [0, 1, 2, 3].map(() => BigInt(random(8) * 0x1000 + (random(6) ? 1 : 0))),
      };
      cpu.setU64(S.CR0, CR0_PE | CR0_PG | (state.wp ? CR0_WP : 0n));
      cpu.setU64(S.CR3, state.cr3);
      cpu.setU64(S.CR4, state.cr4);
      cpu.setU64(S.EFER, state.efer);
      state.pdptes.forEach((v, i) => void cpu.setU64(S.PDPTE + i * 8, v));
      cpu.rflags = 2 | (state.ac ? S.FLAG.ac : 0);
      for (let i = 0; i < 100; i++) {
        const lo = random(2 ** 16) * 2 ** 16 + random(2 ** 16);
        const wide = (cr4 & CR4.la57) !== 0n ? 7 : 16;
        const hi = efer === 0n ? 0 : (random(2 ** (32 - wide)) << wide) >> wide;
        const linear = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
        const access =
          (random(2) ? ACCESS.write : random(3) ? 0 : ACCESS.fetch) |
          [0, ACCESS.user, ACCESS.user, ACCESS.implicit][random(4)]!;
        const before = new Uint8Array(memory.buffer.slice(RAM, RAM + 0x8000));
        const expected = referenceWalk(new DataView(before.buffer), state, linear, {
          write: (access & ACCESS.write) !== 0,
          fetch: (access & ACCESS.fetch) !== 0,
          user: (access & ACCESS.user) !== 0,
          implicit: (access & ACCESS.implicit) !== 0,
        });
        let actual: unknown;
        const fault = faultOf(() => {
          const t = mmu.walk(hi, lo, access);
          actual = { physical: BigInt(t.physical), global: t.global, pageSize: t.pageSize, dirty: t.dirty };
        });
        if ("errorCode" in expected) {
          expect(fault).toEqual({ vector: 14, errorCode: expected.errorCode, address: linear });
          if (expected.errorCode & 8) seen.reserved++;
          else seen.fault++;
        } else {
          expect(actual).toEqual(expected);
          seen.ok++;
        }
        // The reference has set accessed and dirty bits in its copy.
        expect(Buffer.compare(new Uint8Array(memory.buffer, RAM, 0x8000), before)).toBe(0);
      }
    }
    // The draw is worth something. Small pages alone have no reserved bits in 32-bit paging.
    for (const [what, count] of Object.entries(seen)) {
      if (what !== "reserved" || entry === 8 || cr4 !== 0n) expect(count).toBeGreaterThan(40);
    }
  });
});

describe("segments", () => {
  const flat32 = (attributes: number, limit: number, base = 0n): void => {
    cpu.setU64(S.CR0, CR0_PE);
    const s = cpu.segment(S.DS);
    s.attributes = attributes;
    s.limit = limit;
    s.base = base;
  };
  it.each([
    ["data, last byte", 0xc093, 0xfff, 0xffcn, 4, false, 0x10ffcn],
    ["data, past it", 0xc093, 0xfff, 0xffdn, 4, false, 13],
    ["data, read-only, read", 0xc091, 0xfff, 0n, 4, false, 0x10000n],
    ["data, read-only, write", 0xc091, 0xfff, 0n, 4, true, 13],
    ["code, readable", 0xc09b, 0xfff, 0n, 4, false, 0x10000n],
    ["code, write", 0xc09b, 0xfff, 0n, 4, true, 13],
    ["code, execute-only", 0xc099, 0xfff, 0n, 4, false, 13],
    ["expand-down, below", 0xc097, 0xfff, 0xfffn, 1, false, 13],
    ["expand-down, above", 0xc097, 0xfff, 0x1000n, 1, true, 0x11000n],
    ["expand-down 16 bits, top", 0x8097, 0xfff, 0xfffen, 2, true, 0x1fffen],
    ["expand-down 16 bits, past the top", 0x8097, 0xfff, 0xffffn, 2, true, 13],
    ["unusable", 0x10000, 0, 0n, 1, false, 13],
  ] as const)("%s", (_name, attributes, limit, offset, size, write, expected) => {
    flat32(attributes, limit, 0x10000n);
    const run = () => mmu.linear(S.DS, offset, size, write);
    if (typeof expected === "bigint") expect(run()).toBe(expected);
    else expect(faultOf(run)).toEqual({ vector: expected, errorCode: 0 });
  });
  it("are #SS for the stack", () => {
    cpu.setU64(S.CR0, CR0_PE);
    expect(faultOf(() => mmu.linear(S.SS, 0xffffn, 2, false))).toEqual({ vector: 12, errorCode: 0 });
  });
  it("have no types in real mode", () => {
    expect(mmu.linear(S.CS, 5n, 2, true)).toBe(0xffff0005n);
    expect(faultOf(() => mmu.linear(S.DS, 0xffffn, 2, true))).toEqual({ vector: 13, errorCode: 0 });
  });
  it("wrap at 4 GiB outside IA-32e mode", () => {
    flat32(0xc093, 0xffffffff, 0xffff0000n);
    expect(mmu.linear(S.DS, 0x20000n, 4, false)).toBe(0x10000n);
  });
  it("in 64-bit mode are canonical addresses, with the bases of fs and gs", () => {
    cpu.setU64(S.EFER, EFER_LONG);
    cpu.segment(S.CS).attributes = 0xa09b;
    cpu.segment(S.DS).base = 5n;
    cpu.segment(S.FS).base = 0xffff800000000000n;
    expect(mmu.linear(S.DS, 0x7fffffffffffn, 1, false)).toBe(0x7fffffffffffn);
    expect(faultOf(() => mmu.linear(S.DS, 0x7fffffffffffn, 2, false))).toEqual({ vector: 13, errorCode: 0 });
    expect(faultOf(() => mmu.linear(S.SS, 1n << 47n, 1, false))).toEqual({ vector: 12, errorCode: 0 });
    expect(mmu.linear(S.FS, 0x10n, 8, true)).toBe(0xffff800000000010n);
    expect(faultOf(() => mmu.linear(S.FS, 0xffffffffffffffffn, 1, true))).toEqual({
      vector: 13,
      errorCode: 0,
    });
  });
});

describe("canonical addresses with LA57", () => {
  const HALF = 1n << 56n;
  beforeEach(() => {
    cpu.setU64(S.EFER, EFER_LONG);
    cpu.segment(S.CS).attributes = 0xa09b;
    cpu.setU64(S.CR4, CR4.pae | CR4.la57);
  });
  it.each([
    ["above 47 bits", 1n << 47n, 8, true],
    ["the lower half's last byte", HALF - 1n, 1, true],
    ["past it", HALF - 1n, 2, false],
    ["the hole's first byte", HALF, 1, false],
    ["the hole's last byte", 2n ** 64n - HALF - 1n, 1, false],
    ["the upper half's first byte", 2n ** 64n - HALF, 8, true],
  ])("%s", (_name, address, size, good) => {
    expect(faultOf(() => mmu.linear(S.DS, address, size, false))).toEqual(
      good ? undefined : { vector: 13, errorCode: 0 },
    );
    expect(isCanonical(cpu, address + BigInt(size - 1))).toBe(good);
    expect(isCanonicalHigh(cpu, Number(BigInt.asIntN(32, (address + BigInt(size - 1)) >> 32n)))).toBe(good);
  });
  it("in MSRs, and as what is fetched", () => {
    expect(faultOf(() => writeMsr(cpu, MSR.LSTAR, HALF - 1n))).toBeUndefined();
    expect(faultOf(() => writeMsr(cpu, MSR.LSTAR, HALF))).toEqual({ vector: 13, errorCode: 0 });
    cpu.rip = HALF - 1n;
    expect(codeAddress(cpu)).toBe(HALF - 1n);
    cpu.rip = HALF;
    expect(faultOf(() => codeAddress(cpu))).toEqual({ vector: 13, errorCode: 0 });
  });
  it("LA57 stays as it is in IA-32e mode only", () => {
    const gp = { vector: 13, errorCode: 0 };
    expect(faultOf(() => writeCr4(cpu, CR4.pae))).toEqual(gp);
    cpu.setU64(S.CR4, CR4.pae);
    expect(faultOf(() => writeCr4(cpu, CR4.pae | CR4.la57))).toEqual(gp);
    cpu.setU64(S.EFER, 0n);
    expect(faultOf(() => writeCr4(cpu, CR4.pae | CR4.la57))).toBeUndefined();
    expect(cpu.cr4).toBe(Number(CR4.pae | CR4.la57));
    expect(faultOf(() => writeCr4(cpu, CR4.pae))).toBeUndefined();
  });
});

describe("accesses", () => {
  /** Level 3, pages 0–7 as they are, page 8 absent, with PAE-less tables at 0x10000. */
  function userPages(): void {
    physical.write(0x10000, 4, 0x11007n);
    for (let i = 0; i < 8; i++) physical.write(0x11000 + i * 4, 4, BigInt(i * 0x1000 + 7));
    cpu.setU64(S.CR3, 0x10000n);
    cpu.setU64(S.CR0, CR0_PE | CR0_PG);
    cpu.segment(S.SS).attributes = 0xc0f3;
  }
  it("cross pages, and write nothing if the second faults", () => {
    userPages();
    mmu.write(0x1ffdn, 8, 0x1122334455667788n);
    expect(mmu.read(0x1ffdn, 8)).toBe(0x1122334455667788n);
    expect(physical.read(0x1ffd, 3)).toBe(0x667788n);
    expect(physical.read(0x2000, 5)).toBe(0x1122334455n);
    physical.write(0x7ff8, 8, 0n);
    expect(faultOf(() => mmu.write(0x7ffcn, 8, 0xffffffffffffffffn))).toEqual({
      vector: 14,
      errorCode: 6,
      address: 0x8000n,
    });
    expect(physical.read(0x7ff8, 8)).toBe(0n);
    expect(faultOf(() => mmu.probe(0x7ffcn, 8, true))?.address).toBe(0x8000n);
    expect(faultOf(() => mmu.read(0x7fffn, 64))?.errorCode).toBe(4);
  });
  it("use supervisor privilege for descriptor tables", () => {
    userPages();
    physical.write(0x11004, 4, 0x1003n);
    expect(faultOf(() => mmu.read(0x1000n, 4))?.errorCode).toBe(5);
    mmu.writeSystem(0x1000n, 4, 7n);
    expect(mmu.readSystem(0x1000n, 4)).toBe(7n);
  });
  it.each([
    [1, 1n, false],
    [2, 1n, true],
    [4, 2n, true],
    [8, 4n, true],
    [16, 8n, true],
    // Eighty bits want 8, an x87 environment its fields' size: as Zen 4 does it.
    [10, 8n, false],
    [10, 4n, true],
    [28, 4n, false],
    [28, 2n, true],
  ])("of %i bytes at %i: #AC %s", (size, linear, faults) => {
    userPages();
    cpu.setU64(S.CR0, cpu.u64(S.CR0) | (1n << 18n));
    cpu.rflags |= S.FLAG.ac;
    expect(faultOf(() => mmu.read(linear, size))).toEqual(faults ? { vector: 17, errorCode: 0 } : undefined);
    cpu.segment(S.SS).attributes = 0xc093;
    expect(faultOf(() => mmu.read(linear, size))).toBeUndefined();
  });
  it("check alignment before pages", () => {
    userPages();
    cpu.setU64(S.CR0, cpu.u64(S.CR0) | (1n << 18n));
    cpu.rflags |= S.FLAG.ac;
    expect(faultOf(() => mmu.read(0x8001n, 4))?.vector).toBe(17);
  });
  it("reach devices in pieces of 1, 2 or 4 bytes, and only after all checks", () => {
    const seen: string[] = [];
    physical.addMmio(0x200000, 0x1000, {
      read: (offset, size) => {
        seen.push(`r${offset}+${size}`);
        return offset;
      },
      write: (offset, size, value) => void seen.push(`w${offset}+${size}=${value}`),
    });
    expect(mmu.read(0x200010n, 16)).toBe((0x1cn << 96n) | (0x18n << 64n) | (0x14n << 32n) | 0x10n);
    mmu.write(0x200020n, 10, (2n << 64n) | 1n);
    expect(seen).toEqual(["r16+4", "r20+4", "r24+4", "r28+4", "w32+4=1", "w36+4=0", "w40+2=2"]);
  });
  it("tell observers and data breakpoints", () => {
    const seen: unknown[] = [];
    mmu.observer = (access) => void seen.push(access);
    mmu.write(0x1000n, 2, 0x1234n);
    mmu.read(0x1001n, 1);
    expect(seen).toEqual([
      { kind: "write", linear: 0x1000n, physical: 0x1000, size: 2, value: 0x1234n },
      { kind: "read", linear: 0x1001n, physical: 0x1001, size: 1, value: 0x12n },
    ]);
    mmu.observer = undefined;
    expect(mmu.watching).toBe(false);
    // Breakpoint 2: writes of four bytes at 0x2004.
    cpu.setU64(S.DR + 16, 0x2006n);
    cpu.setU64(S.DR7, 0x0d000010n);
    expect(mmu.watching).toBe(true);
    mmu.read(0x2004n, 4);
    mmu.write(0x2000n, 4, 0n);
    mmu.write(0x2008n, 4, 0n);
    expect(mmu.breakpointsHit).toBe(0);
    mmu.write(0x2003n, 2, 0n);
    expect(mmu.breakpointsHit).toBe(4);
  });
});
