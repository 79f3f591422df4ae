/** Delivery of interrupts and exceptions: frames, flags, double faults, shutdown, in each mode (SDM vol. 3A chapter 6). */
import { beforeEach, describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import type { Cpu } from "../../src/machine/cpu.ts";
import { deliver } from "../../src/machine/interrupts.ts";
import { Bare } from "./bare.ts";

const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x3000;
const PAGES = 0x10000;
const CODE0 = 0x08;
const DATA0 = 0x10;
const CODE3 = 0x1b;
const DATA3 = 0x23;

let bare: Bare;
let cpu: Cpu;
const put = (address: number, size: number, value: number | bigint): void =>
  bare.physical.write(address, size, BigInt(value));
const get = (address: number, size: number): number => Number(bare.physical.read(address, size));
const frame = (at: number, count: number, size: number): number[] =>
  Array.from({ length: count }, (_, i) => get(at + i * size, size));

/** A flat descriptor; `bits` as attributes of state.ts, without G. */
function descriptor(selector: number, bits: number): void {
  const at = GDT + (selector & 0xfff8);
  put(at, 4, 0x0000ffff);
  put(at + 4, 4, 0x000f0000 | ((bits & 0xff) << 8) | (((bits >> 12) & 15) << 20));
}
function gate(vector: number, selector: number, offset: number, access: number, ist = 0): void {
  const at = IDT + vector * (cpu.longMode ? 16 : 8);
  put(at, 4, (selector << 16) | (offset & 0xffff));
  put(at + 4, 4, ((offset & 0xffff0000) | (access << 8) | ist) >>> 0);
}
function load(index: number, selector: number, bits: number): void {
  const s = cpu.segment(index);
  s.selector = selector;
  s.base = 0n;
  s.limit = 0xffffffff;
  s.attributes = bits;
}

/** Protected mode, 32 or 64 bits, at a level; identity-mapped pages in long mode. */
function enter(mode: 32 | 64, level: 0 | 3): void {
  const l = mode === 64 ? 0xa000 : 0xc000;
  descriptor(CODE0, l | 0x9b);
  descriptor(DATA0, 0xc093);
  descriptor(CODE3, l | 0xfb);
  descriptor(DATA3, 0xc0f3);
  cpu.setU64(S.GDTR, BigInt(GDT));
  cpu.setU32(S.GDTR + 8, 0xff);
  cpu.setU64(S.IDTR, BigInt(IDT));
  cpu.setU32(S.IDTR + 8, 0xfff);
  cpu.setU64(S.CR0, 0x11n);
  if (mode === 64) {
    put(PAGES, 8, PAGES + 0x1007);
    put(PAGES + 0x1000, 8, PAGES + 0x2007);
    put(PAGES + 0x2000, 8, 0x87);
    cpu.setU64(S.CR3, BigInt(PAGES));
    cpu.setU64(S.CR4, 0x20n);
    cpu.setU64(S.EFER, 0x500n);
    cpu.setU64(S.CR0, 0x80000011n);
  }
  load(S.TR, 0x28, 0x8b);
  cpu.segment(S.TR).base = BigInt(TSS);
  cpu.segment(S.TR).limit = 0x67;
  load(S.CS, level === 0 ? CODE0 : CODE3, l | (level === 0 ? 0x9b : 0xfb));
  for (const i of [S.SS, S.DS, S.ES]) load(i, level === 0 ? DATA0 : DATA3, level === 0 ? 0xc093 : 0xc0f3);
  cpu.setReg(S.RSP, 0x9000n);
  cpu.rip = 0x4000n;
  cpu.rflags = 0x202;
}

beforeEach(() => {
  bare = new Bare();
  cpu = bare.cpu;
});

describe("real mode", () => {
  it("pushes flags, cs and ip and clears IF, TF and AC", () => {
    load(S.CS, 0x100, 0x9b);
    cpu.segment(S.CS).base = 0x1000n;
    cpu.segment(S.SS).base = 0x20000n;
    cpu.setReg(S.RSP, 0n);
    cpu.rip = 0x1234n;
    cpu.rflags = 0x40746;
    put(0x21 * 4, 4, 0xf0000567);
    expect(deliver(cpu, { vector: 0x21, kind: "external" })).toBe("delivered");
    expect(cpu.reg(S.RSP, 16)).toBe(0xfffan);
    expect(frame(0x2fffa, 3, 2)).toEqual([0x1234, 0x100, 0x0746]);
    expect([cpu.segment(S.CS).selector, cpu.segment(S.CS).base, cpu.rip]).toEqual([0xf000, 0xf0000n, 0x567n]);
    expect(cpu.rflags).toBe(0x446);
  });

  it("shuts down where no vector can be read", () => {
    cpu.setU32(S.IDTR + 8, 3);
    expect(deliver(cpu, { vector: 13, kind: "exception", errorCode: 0 })).toBe("shutdown");
  });
});

describe("32-bit mode", () => {
  beforeEach(() => enter(32, 0));

  it("stays on its stack at the same level and sets RF for faults", () => {
    gate(13, CODE0, 0x5000, 0x8e);
    deliver(cpu, { vector: 13, kind: "exception", errorCode: 0x18 });
    expect(cpu.reg(S.RSP)).toBe(0x8ff0n);
    expect(frame(0x8ff0, 4, 4)).toEqual([0x18, 0x4000, CODE0, 0x10202]);
    expect([cpu.rip, cpu.rflags]).toEqual([0x5000n, 2]);
  });

  it("keeps IF through a trap gate, and RF clear for an external interrupt", () => {
    gate(0x30, CODE0, 0x5000, 0x8f);
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect(get(0x8ffc, 4)).toBe(0x202);
    expect(cpu.rflags).toBe(0x202);
  });

  it("takes the stack of level 0 from the TSS", () => {
    enter(32, 3);
    put(TSS + 4, 4, 0x7000);
    put(TSS + 8, 4, DATA0);
    gate(0x30, CODE0, 0x5000, 0xee);
    deliver(cpu, { vector: 0x30, kind: "software" });
    expect(frame(0x7000 - 20, 5, 4)).toEqual([0x4000, CODE3, 0x202, 0x9000, DATA3]);
    expect([cpu.cpl, cpu.segment(S.SS).selector, cpu.reg(S.RSP)]).toEqual([0, DATA0, 0x7000n - 20n]);
  });

  it("refuses INT n below the gate's level, but not an external interrupt", () => {
    enter(32, 3);
    put(TSS + 4, 4, 0x7000);
    put(TSS + 8, 4, DATA0);
    gate(0x30, CODE0, 0x5000, 0x8e);
    gate(13, CODE0, 0x6000, 0x8e);
    deliver(cpu, { vector: 0x30, kind: "software" });
    expect(cpu.rip).toBe(0x6000n);
    expect(get(0x7000 - 24, 4)).toBe(0x30 * 8 + 2);
    enter(32, 3);
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect(cpu.rip).toBe(0x5000n);
  });

  it("leaves virtual-8086 mode with its segments on the stack, and returns by IRET", () => {
    put(TSS + 4, 4, 0x7000);
    put(TSS + 8, 4, DATA0);
    gate(0x30, CODE0, 0x5000, 0x8e);
    bare.writeBytes(0x5000, [0xcf]);
    cpu.rflags = 0x23202;
    for (let i = 0; i < 6; i++) {
      load(i, 0x100 + i, 0xf3);
      cpu.segment(i).base = BigInt((0x100 + i) << 4);
      cpu.segment(i).limit = 0xffff;
    }
    cpu.setReg(S.RSP, 0x80n);
    cpu.rip = 0x10n;
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect(frame(0x7000 - 36, 9, 4)).toEqual([0x10, 0x101, 0x23202, 0x80, 0x102, 0x100, 0x103, 0x104, 0x105]);
    expect([cpu.virtual8086, cpu.cpl, cpu.segment(S.DS).unusable]).toEqual([false, 0, true]);
    expect(bare.step()).toBeUndefined();
    expect([cpu.virtual8086, cpu.cpl, cpu.rip, cpu.rflags]).toEqual([true, 3, 0x10n, 0x23202]);
    expect([0, 1, 2, 3, 4, 5].map((i) => cpu.segment(i).base)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => BigInt((0x100 + i) << 4)),
    );
  });

  it("switches tasks through a task gate and comes back by IRET with NT", () => {
    put(GDT + 0x28, 4, (TSS << 16) | 0x67);
    put(GDT + 0x2c, 4, 0x00008b00);
    put(GDT + 0x30, 4, ((TSS + 0x100) << 16) | 0x67);
    put(GDT + 0x34, 4, 0x00008900);
    const next = TSS + 0x100;
    put(next + 0x20, 4, 0x5000);
    put(next + 0x24, 4, 2);
    put(next + 0x28, 4, 0x1111);
    put(next + 0x38, 4, 0x6000);
    for (const [i, s] of [DATA0, CODE0, DATA0, DATA0, 0, 0].entries()) put(next + 0x48 + i * 4, 4, s);
    put(IDT + 8 * 8, 8, (0x30n << 16n) | (0x85n << 40n));
    bare.writeBytes(0x5000, [0x83, 0xc4, 4, 0xcf]); // add esp, 4; iret
    cpu.setReg(S.RAX, 0x2222n);
    expect(deliver(cpu, { vector: 8, kind: "exception", errorCode: 0 })).toBe("delivered");
    expect([cpu.rip, cpu.reg(S.RAX), cpu.reg(S.RSP)]).toEqual([0x5000n, 0x1111n, 0x5ffcn]);
    expect([get(next, 2), get(GDT + 0x2d, 1), get(GDT + 0x35, 1)]).toEqual([0x28, 0x8b, 0x8b]);
    expect([cpu.rflags & S.FLAG.nt, cpu.cr0 & 8]).toEqual([S.FLAG.nt, 8]);
    expect([bare.step(), bare.step()]).toEqual([undefined, undefined]);
    expect([cpu.rip, cpu.reg(S.RAX), cpu.segment(S.TR).selector]).toEqual([0x4000n, 0x2222n, 0x28]);
    expect([get(GDT + 0x2d, 1), get(GDT + 0x35, 1)]).toEqual([0x8b, 0x89]);
  });

  it("makes a double fault of two contributory exceptions, and shuts down after a third", () => {
    gate(8, CODE0, 0x5000, 0x8e);
    gate(11, CODE0, 0x6000, 0x8e);
    // #GP's gate is not present: #NP while delivering #GP.
    gate(13, CODE0, 0x5000, 0x0e);
    deliver(cpu, { vector: 13, kind: "exception", errorCode: 0 });
    expect([cpu.rip, get(0x8ff0, 4)]).toEqual([0x5000n, 0]);
    gate(8, CODE0, 0x5000, 0x0e);
    expect(deliver(cpu, { vector: 13, kind: "exception", errorCode: 0 })).toBe("shutdown");
  });

  it("delivers a contributory exception after a benign one, with EXT set", () => {
    gate(11, CODE0, 0x6000, 0x8e);
    gate(0x30, CODE0, 0x5000, 0x0e);
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect([cpu.rip, get(0x8ff0, 4)]).toEqual([0x6000n, 0x30 * 8 + 3]);
  });

  it("records the cause of #DB and #PF", () => {
    gate(1, CODE0, 0x5000, 0x8e);
    gate(14, CODE0, 0x5000, 0x8e);
    cpu.setU64(S.DR7, 0x2400n);
    deliver(cpu, { vector: 1, kind: "exception", dr6: 0x4002 });
    expect([cpu.u64(S.DR6), cpu.u64(S.DR7)]).toEqual([0xffff4ff2n, 0x400n]);
    deliver(cpu, { vector: 14, kind: "exception", errorCode: 2, address: 0x1234n });
    expect(cpu.u64(S.CR2)).toBe(0x1234n);
  });

  it("blocks NMIs from one until IRET", () => {
    gate(2, CODE0, 0x5000, 0x8e);
    bare.writeBytes(0x5000, [0xcf]);
    deliver(cpu, { vector: 2, kind: "nmi" });
    expect(cpu.nmiBlocked).toBe(true);
    bare.step();
    expect([cpu.nmiBlocked, cpu.rip]).toEqual([false, 0x4000n]);
  });
});

describe("64-bit mode", () => {
  it("aligns the stack, always saves ss:rsp, and returns by IRETQ", () => {
    enter(64, 0);
    gate(0x30, CODE0, 0x5000, 0x8e);
    bare.writeBytes(0x5000, [0x48, 0xcf]);
    cpu.setReg(S.RSP, 0x9007n);
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect(cpu.reg(S.RSP)).toBe(0x9000n - 40n);
    expect(frame(0x9000 - 40, 5, 8)).toEqual([0x4000, CODE0, 0x202, 0x9007, DATA0]);
    bare.step();
    expect([cpu.rip, cpu.reg(S.RSP), cpu.rflags]).toEqual([0x4000n, 0x9007n, 0x202]);
  });

  it("goes to an IST stack, and to a null ss from level 3", () => {
    enter(64, 3);
    put(TSS + 0x24 + 8, 8, 0x7000);
    gate(14, CODE0, 0x5000, 0x8e, 2);
    deliver(cpu, { vector: 14, kind: "exception", errorCode: 6, address: 0xffff800000000000n });
    expect(frame(0x7000 - 48, 6, 8)).toEqual([6, 0x4000, CODE3, 0x10202, 0x9000, DATA3]);
    expect([cpu.segment(S.SS).selector, cpu.segment(S.SS).unusable, cpu.cpl]).toEqual([0, true, 0]);
    expect(cpu.u64(S.CR2)).toBe(0xffff800000000000n);
  });

  it("makes a double fault of a page fault on the handler's stack", () => {
    enter(64, 3);
    put(TSS + 4, 8, 0x40000000);
    put(TSS + 0x24, 8, 0x7000);
    gate(14, CODE0, 0x5000, 0x8e);
    gate(8, CODE0, 0x6000, 0x8e, 1);
    deliver(cpu, { vector: 14, kind: "exception", errorCode: 4, address: 0x123n });
    expect([cpu.rip, get(0x7000 - 48, 8)]).toEqual([0x6000n, 0]);
    expect(cpu.u64(S.CR2)).toBe(0x40000000n - 48n);
    gate(8, CODE0, 0x6000, 0x8e);
    enter(64, 3);
    expect(deliver(cpu, { vector: 14, kind: "exception", errorCode: 4 })).toBe("shutdown");
  });

  it("raises #SS where the new stack is not canonical", () => {
    enter(64, 3);
    put(TSS + 4, 8, 0x0001000000000000n);
    put(TSS + 0x24, 8, 0x7000);
    gate(0x30, CODE0, 0x5000, 0x8e);
    gate(12, CODE0, 0x6000, 0x8e, 1);
    deliver(cpu, { vector: 0x30, kind: "external" });
    expect([cpu.rip, get(0x7000 - 48, 8)]).toEqual([0x6000n, 1]);
  });
});
