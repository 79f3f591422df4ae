/** System instructions one at a time: results, checks and their error codes, by the SDM's vol. 2 and vol. 3A. */
import { beforeEach, describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import type { Cpu } from "../../src/machine/cpu.ts";
import { VECTOR } from "../../src/machine/fault.ts";
import { monitorTriggered } from "../../src/machine/helpers/system-wait.ts";
import { initCpu } from "../../src/machine/reset.ts";
import { Bare } from "./bare.ts";

const PAGES = 0x10000;
const CODE = 0x4000;

let bare: Bare;
let cpu: Cpu;

/** Runs the bytes as one instruction: "", or the exception as "#GP(0)". */
function run(...bytes: number[]): string {
  bare.writeBytes(CODE, bytes);
  cpu.rip = BigInt(CODE);
  const fault = bare.execute();
  if (fault === undefined) return "";
  const name = Object.entries(VECTOR).find(([, vector]) => vector === fault.vector)?.[0];
  return `#${name}${fault.errorCode === undefined ? "" : `(${fault.errorCode.toString(16)})`}`;
}

/** Flat segments of a mode at a level; identity-mapped pages in 64-bit mode. */
function enter(mode: 32 | 64, level: 0 | 3): void {
  bare.protect32();
  if (mode === 64) {
    bare.physical.write(PAGES, 8, BigInt(PAGES + 0x1007));
    bare.physical.write(PAGES + 0x1000, 8, BigInt(PAGES + 0x2007));
    bare.physical.write(PAGES + 0x2000, 8, 0x87n);
    cpu.setU64(S.CR3, BigInt(PAGES));
    cpu.setU64(S.CR4, 0x20n);
    cpu.setU64(S.EFER, 0x500n);
    cpu.setU64(S.CR0, 0x80000011n);
    cpu.segment(S.CS).attributes = 0xa09b;
  }
  for (let i = 0; i < 6; i++) {
    cpu.segment(i).attributes |= level << 5;
    cpu.segment(i).selector |= level;
  }
  cpu.setReg(S.RSP, 0x9000n);
}
const set = (register: number, value: bigint | number): void => cpu.setReg(register, BigInt(value));

beforeEach(() => {
  bare = new Bare();
  cpu = bare.cpu;
});

describe("control registers", () => {
  const writeCr = (n: number) => [0x0f, 0x22, 0xc0 | (n << 3)];
  const to = (n: number, value: bigint | number): string => {
    set(S.RAX, value);
    return run(...writeCr(n));
  };

  it("refuse level 3, and registers that do not exist", () => {
    enter(64, 3);
    expect([to(0, 0), run(0x0f, 0x20, 0xd8), to(1, 0), run(0x0f, 0x20, 0xe8)]).toEqual([
      "#GP(0)",
      "#GP(0)",
      "#UD",
      "#UD",
    ]);
  });

  it("cr0: refuses contradictions, ignores reserved bits, keeps ET", () => {
    enter(32, 0);
    expect([to(0, 0x80000000), to(0, 0x20000001)]).toEqual(["#GP(0)", "#GP(0)"]);
    expect(to(0, 0x1fffffc1 & ~0x20000000)).toBe("");
    expect(cpu.cr0).toBe(0x00050011);
  });

  it("cr0, cr4 and EFER: the way into IA-32e mode and out", () => {
    enter(32, 0);
    bare.physical.write(PAGES, 8, BigInt(PAGES + 0x1007));
    bare.physical.write(PAGES + 0x1000, 8, BigInt(PAGES + 0x2007));
    bare.physical.write(PAGES + 0x2000, 8, 0x87n);
    set(S.RCX, 0xc0000080);
    set(S.RDX, 0);
    set(S.RAX, 0x100);
    expect(run(0x0f, 0x30)).toBe("");
    // Without PAE, or from a code segment with L, or with a 16-bit TSS, paging cannot be enabled.
    expect(to(0, 0x80000011)).toBe("#GP(0)");
    expect([to(4, 0x20), to(3, PAGES)]).toEqual(["", ""]);
    cpu.segment(S.CS).attributes |= 0x2000;
    expect(to(0, 0x80000011)).toBe("#GP(0)");
    cpu.segment(S.CS).attributes &= ~0x2000;
    cpu.segment(S.TR).attributes = 0x83;
    expect(to(0, 0x80000011)).toBe("#GP(0)");
    cpu.segment(S.TR).attributes = 0x8b;
    expect(to(0, 0x80000011)).toBe("");
    expect([cpu.efer, cpu.mode]).toEqual([0x500, 32]);
    // In it: PAE must stay, LME cannot change.
    expect(to(4, 0)).toBe("#GP(0)");
    set(S.RAX, 0);
    expect(run(0x0f, 0x30)).toBe("#GP(0)");
    expect(to(0, 0x11)).toBe("");
    expect(cpu.efer).toBe(0x100);
    // 64-bit code cannot leave.
    expect(to(0, 0x80000011)).toBe("");
    cpu.segment(S.CS).attributes = 0xa09b;
    expect(to(0, 0x11)).toBe("#GP(0)");
  });

  it("cr4: refuses reserved bits; PCIDE wants IA-32e mode and PCID 0", () => {
    enter(32, 0);
    expect([to(4, 1), to(4, 1 << 15), to(4, 1 << 22), to(4, 1 << 17)]).toEqual(Array(4).fill("#GP(0)"));
    enter(64, 0);
    cpu.setU64(S.CR3, BigInt(PAGES + 8));
    expect(to(4, 0x20020)).toBe("#GP(0)");
    cpu.setU64(S.CR3, BigInt(PAGES));
    expect(to(4, 0x20020)).toBe("");
    // With it, bit 63 is not kept, and paging stays on.
    expect(to(3, (1n << 63n) | BigInt(PAGES + 5))).toBe("");
    expect([cpu.cr3, to(4, 0x100000020n)]).toEqual([BigInt(PAGES + 5), "#GP(0)"]);
  });

  it("cr3: refuses addresses beyond the processor's", () => {
    enter(64, 0);
    expect([to(3, 1n << 48n), to(3, 1n << 63n), to(3, PAGES)]).toEqual(["#GP(0)", "#GP(0)", ""]);
  });

  it("cr3: loads the PDPTEs of PAE paging and refuses their reserved bits", () => {
    enter(32, 0);
    bare.physical.write(PAGES, 8, BigInt(PAGES + 0x1001));
    bare.physical.write(PAGES + 8, 8, 0x8000000000000000n);
    bare.physical.write(PAGES + 0x1000, 8, 0x83n);
    expect([to(4, 0x20), to(3, PAGES), to(0, 0x80000011)]).toEqual(["", "", ""]);
    expect(cpu.u64(S.PDPTE)).toBe(BigInt(PAGES + 0x1001));
    bare.physical.write(PAGES, 8, BigInt(PAGES + 0x1003));
    expect([to(3, PAGES), cpu.u64(S.PDPTE)]).toEqual(["#GP(0)", BigInt(PAGES + 0x1001)]);
  });

  it("cr8: is the task priority, 0 to 15", () => {
    enter(64, 0);
    set(S.RAX, 16);
    expect(run(0x44, 0x0f, 0x22, 0xc0)).toBe("#GP(0)");
    set(S.RAX, 9);
    expect([run(0x44, 0x0f, 0x22, 0xc0), bare.platform.taskPriority]).toEqual(["", 9]);
    expect([run(0x44, 0x0f, 0x20, 0xc3), cpu.reg(S.RBX)]).toEqual(["", 9n]);
  });

  it("LMSW sets PE but does not clear it; SMSW obeys UMIP", () => {
    cpu.segment(S.CS).base = 0n;
    set(S.RAX, 0xffff);
    expect([run(0x0f, 0x01, 0xf0), cpu.cr0 & 0xffff]).toEqual(["", 0x1f]);
    set(S.RAX, 0);
    expect([run(0x0f, 0x01, 0xf0), cpu.cr0 & 0xffff]).toEqual(["", 0x11]);
    enter(64, 3);
    expect([run(0x48, 0x0f, 0x01, 0xe0), cpu.reg(S.RAX)]).toEqual(["", 0x80000011n]);
    cpu.setU64(S.CR4, 0x820n);
    const umip = [
      [0x0f, 0x01, 0xe0],
      [0x0f, 0x00, 0xc0],
      [0x0f, 0x00, 0xc8],
      [0x0f, 0x01, 0x04, 0x24],
      [0x0f, 0x01, 0x0c, 0x24],
    ];
    expect(umip.map((bytes) => run(...bytes))).toEqual(Array(5).fill("#GP(0)"));
  });
});

describe("debug registers", () => {
  it("have fixed bits, aliases without DE, and general detect", () => {
    enter(64, 0);
    set(S.RAX, 0xffffffff);
    expect([run(0x0f, 0x23, 0xf0), run(0x0f, 0x21, 0xe3), cpu.reg(S.RBX)]).toEqual(["", "", 0xffffefffn]);
    cpu.setU64(S.CR4, 0x28n);
    expect(run(0x0f, 0x21, 0xe3)).toBe("#UD");
    set(S.RAX, 0x100000000n);
    expect([run(0x0f, 0x23, 0xf8), run(0x0f, 0x23, 0xc0)]).toEqual(["#GP(0)", ""]);
    set(S.RAX, 0x2000);
    expect([run(0x0f, 0x23, 0xf8), cpu.u64(S.DR7)]).toEqual(["", 0x2400n]);
    expect(run(0x0f, 0x21, 0xc3)).toBe("#DB");
  });
});

describe("flags", () => {
  it("POPF changes what the level allows", () => {
    const popf = (level: 0 | 3, iopl: number): number => {
      enter(64, level);
      cpu.rflags = 2 | (iopl << 12);
      bare.physical.write(0x9000, 8, 0x3fffffn);
      expect(run(0x9d)).toBe("");
      return cpu.rflags;
    };
    expect(popf(0, 0)).toBe(0x247fd7);
    expect(popf(3, 0)).toBe(0x244dd7);
    expect(popf(3, 3)).toBe(0x247fd7);
  });

  it("CLI and STI want IOPL; STI holds interrupts off for an instruction", () => {
    enter(64, 3);
    cpu.rflags = 2;
    expect([run(0xfb), run(0xfa)]).toEqual(["#GP(0)", "#GP(0)"]);
    cpu.rflags = 0x3002;
    expect([run(0xfb), cpu.rflags, cpu.interruptShadow]).toEqual(["", 0x3202, "sti"]);
    cpu.interruptShadow = "none";
    expect([run(0xfb), cpu.interruptShadow]).toEqual(["", "none"]);
  });

  it("PUSHF hides RF and VM; in virtual-8086 mode it wants IOPL 3", () => {
    enter(32, 3);
    cpu.rflags = 0x30202;
    expect(run(0x9c)).toBe("#GP(0)");
    cpu.rflags = 0x33202;
    expect([run(0x9c), bare.physical.read(0x8ffc, 4)]).toEqual(["", 0x3202n]);
  });
});

describe("segment registers", () => {
  it("MOV SS holds off debug exceptions too; a null ss is for 64-bit code below level 3", () => {
    enter(64, 0);
    set(S.RAX, 0);
    expect([run(0x8e, 0xd0), cpu.interruptShadow, cpu.segment(S.SS).unusable]).toEqual(["", "mov ss", true]);
    enter(64, 3);
    set(S.RAX, 3);
    expect(run(0x8e, 0xd0)).toBe("#GP(0)");
    enter(32, 0);
    set(S.RAX, 0);
    expect(run(0x8e, 0xd0)).toBe("#GP(0)");
  });

  it("in real mode keep their limits and have sixteen times the selector as base", () => {
    cpu.segment(S.DS).limit = 0xffffffff;
    set(S.RAX, 0x1234);
    // In real mode code is at cs.base + rip; cs starts at the top.
    cpu.segment(S.CS).base = 0n;
    expect(run(0x8e, 0xd8)).toBe("");
    expect([cpu.segment(S.DS).base, cpu.segment(S.DS).limit]).toEqual([0x12340n, 0xffffffff]);
  });

  it("SWAPGS and the base instructions want level 0 and FSGSBASE", () => {
    enter(64, 0);
    cpu.segment(S.GS).base = 5n;
    cpu.setU64(S.KERNEL_GS_BASE, 7n);
    expect([run(0x0f, 0x01, 0xf8), cpu.segment(S.GS).base, cpu.u64(S.KERNEL_GS_BASE)]).toEqual(["", 7n, 5n]);
    expect(run(0xf3, 0x48, 0x0f, 0xae, 0xd0)).toBe("#UD");
    enter(64, 3);
    cpu.setU64(S.CR4, 0x10020n);
    set(S.RAX, 0x800000000000n);
    expect([run(0x0f, 0x01, 0xf8), run(0xf3, 0x48, 0x0f, 0xae, 0xd0)]).toEqual(["#GP(0)", "#GP(0)"]);
    set(S.RAX, 0x7fffffffffffn);
    expect([run(0xf3, 0x48, 0x0f, 0xae, 0xd0), run(0xf3, 0x0f, 0xae, 0xc3), cpu.reg(S.RBX)]).toEqual([
      "",
      "",
      0xffffffffn,
    ]);
  });
});

describe("fast system calls", () => {
  it("SYSCALL and SYSRET take segments from STAR and flags through FMASK and r11", () => {
    enter(64, 3);
    expect(run(0x0f, 0x05)).toBe("#UD");
    cpu.setU64(S.EFER, 0x501n);
    cpu.setU64(S.STAR, 0x0013_0008_0000_0000n);
    cpu.setU64(S.LSTAR, 0x5000n);
    cpu.setU64(S.FMASK, 0x200n);
    cpu.rflags = 0x10202 | 0x40;
    expect(run(0x0f, 0x05)).toBe("");
    expect([cpu.rip, cpu.reg(S.RCX), cpu.reg(S.R11), cpu.rflags]).toEqual([0x5000n, 0x4002n, 0x242n, 0x42]);
    expect([cpu.segment(S.CS).selector, cpu.segment(S.SS).selector, cpu.cpl, cpu.mode]).toEqual([
      8, 16, 0, 64,
    ]);
    expect(run(0x48, 0x0f, 0x07)).toBe("");
    expect([cpu.rip, cpu.rflags, cpu.cpl, cpu.mode]).toEqual([0x4002n, 0x242, 3, 64]);
    expect([cpu.segment(S.CS).selector, cpu.segment(S.SS).selector]).toEqual([0x23, 0x1b]);
  });

  it("SYSRET refuses an address that is not canonical, at level 0; without REX.W it goes to 32-bit code", () => {
    enter(64, 0);
    cpu.setU64(S.EFER, 0x501n);
    cpu.setU64(S.STAR, 0x0013_0008_0000_0000n);
    set(S.RCX, 0x800000000000n);
    expect([run(0x48, 0x0f, 0x07), cpu.cpl]).toEqual(["#GP(0)", 0]);
    expect([run(0x0f, 0x07), cpu.rip, cpu.mode, cpu.segment(S.CS).selector]).toEqual(["", 0n, 32, 0x13]);
    expect(run(0x0f, 0x07)).toBe("#GP(0)");
  });

  it("SYSENTER and SYSEXIT take segments from IA32_SYSENTER_CS", () => {
    enter(32, 3);
    expect(run(0x0f, 0x34)).toBe("#GP(0)");
    cpu.setU64(S.SYSENTER_CS, 0x08n);
    cpu.setU64(S.SYSENTER_ESP, 0x7000n);
    cpu.setU64(S.SYSENTER_EIP, 0x5000n);
    cpu.rflags = 0x202;
    expect([run(0x0f, 0x34), cpu.rip, cpu.reg(S.RSP), cpu.cpl, cpu.rflags]).toEqual([
      "",
      0x5000n,
      0x7000n,
      0,
      2,
    ]);
    set(S.RDX, 0x6000);
    set(S.RCX, 0x8000);
    expect([run(0x0f, 0x35), cpu.rip, cpu.reg(S.RSP), cpu.cpl]).toEqual(["", 0x6000n, 0x8000n, 3]);
    expect([cpu.segment(S.CS).selector, cpu.segment(S.SS).selector]).toEqual([0x1b, 0x23]);
  });
});

describe("ports", () => {
  const tss = 0x3000;
  function bitmap(limit: number, bits: (port: number) => boolean): void {
    const tr = cpu.segment(S.TR);
    tr.base = BigInt(tss);
    tr.limit = limit;
    tr.attributes = 0x8b;
    bare.physical.write(tss + 0x66, 2, 0x68n);
    for (let port = 0; port < 64; port++) {
      const at = tss + 0x68 + (port >> 3);
      const old = bare.physical.read(at, 1);
      const mask = 1n << BigInt(port & 7);
      bare.physical.write(at, 1, bits(port) ? old | mask : old & ~mask);
    }
  }

  it("need IOPL or clear bits in the TSS's bitmap, for each byte of the access", () => {
    enter(64, 3);
    cpu.segment(S.TR).limit = 0x66;
    expect(run(0xe4, 0x10)).toBe("#GP(0)");
    bitmap(0x68 + 8, (port) => port === 0x12 || port >= 0x3c);
    expect([run(0xe4, 0x10), run(0x66, 0xe5, 0x10), run(0xe5, 0x10), run(0xe4, 0x12)]).toEqual([
      "",
      "",
      "#GP(0)",
      "#GP(0)",
    ]);
    // Two bytes are read: the last port inside is one byte before the limit.
    bitmap(0x68 + 3, () => false);
    expect([run(0xe4, 0x17), run(0xe4, 0x18)]).toEqual(["", "#GP(0)"]);
    cpu.rflags = 0x3002;
    expect(run(0xe4, 0x18)).toBe("");
  });

  it("move strings one element at a time, and store before the pointer moves", () => {
    enter(64, 0);
    set(S.RDX, 0x70);
    bare.platform.ports.set(0x70, 0x11223344);
    set(S.RDI, 0x8000);
    set(S.RCX, 2);
    expect([run(0xf3, 0x6d), cpu.rip, cpu.reg(S.RCX), cpu.reg(S.RDI)]).toEqual(["", 0x4000n, 1n, 0x8004n]);
    expect(bare.physical.read(0x8000, 8)).toBe(0x11223344n);
    set(S.RSI, 0x8000);
    cpu.rflags = 0x402;
    expect([run(0x6e), cpu.reg(S.RSI), bare.platform.ports.get(0x70)]).toEqual(["", 0x7fffn, 0x44]);
    set(S.RDI, 0x40000000);
    expect([run(0x6c), cpu.reg(S.RDI)]).toEqual(["#PF(2)", 0x40000000n]);
  });
});

describe("model-specific registers", () => {
  const write = (index: number, value: bigint): string => {
    set(S.RCX, index);
    set(S.RAX, value & 0xffffffffn);
    set(S.RDX, value >> 32n);
    return run(0x0f, 0x30);
  };
  const read = (index: number): bigint | string => {
    set(S.RCX, index);
    return run(0x0f, 0x32) || (cpu.reg(S.RDX) << 32n) | cpu.reg(S.RAX);
  };
  beforeEach(() => enter(64, 0));

  it("keep what is written, refuse what is not canonical or reserved", () => {
    for (const index of [0xc0000082, 0xc0000100, 0xc0000101, 0xc0000102, 0x175, 0x176]) {
      expect([index, write(index, 0xffff800000001234n), read(index)]).toEqual([
        index,
        "",
        0xffff800000001234n,
      ]);
      expect(write(index, 0x800000000000n)).toBe("#GP(0)");
    }
    expect([write(0xc0000084, 1n << 32n), write(0x277, 2n), write(0xc0000080, 2n)]).toEqual(
      Array(3).fill("#GP(0)"),
    );
    expect([write(0x277, 0x0105040600070106n), read(0x277)]).toEqual(["", 0x0105040600070106n]);
    expect([write(0x12345, 0n), read(0x12345), write(0xfe, 0n)]).toEqual(Array(3).fill("#GP(0)"));
  });

  it("MTRRs are stored apart from each other", () => {
    const indices = [
      ...Array.from({ length: 16 }, (_, i) => 0x200 + i),
      0x250,
      0x258,
      0x259,
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => 0x268 + i),
    ];
    indices.forEach((index, i) => {
      const value =
        index >= 0x250
          ? BigInt([0, 1, 4, 5, 6][i % 5]!) * 0x0101n
          : (BigInt(i + 1) << 12n) | (i % 2 ? 0x800n : 6n);
      expect(write(index, value)).toBe("");
    });
    indices.forEach((index, i) => {
      const value =
        index >= 0x250
          ? BigInt([0, 1, 4, 5, 6][i % 5]!) * 0x0101n
          : (BigInt(i + 1) << 12n) | (i % 2 ? 0x800n : 6n);
      expect([index, read(index)]).toEqual([index, value]);
    });
    expect([write(0x200, 2n), write(0x2ff, 0x100n), write(0x250, 2n)]).toEqual(Array(3).fill("#GP(0)"));
  });

  it("the time-stamp counter can be set, and TSC_ADJUST follows", () => {
    bare.platform.clock = 1000n;
    expect(write(0x10, 5000n)).toBe("");
    const adjust = read(0x3b);
    expect(run(0x0f, 0x31)).toBe("");
    expect((cpu.reg(S.RDX) << 32n) | cpu.reg(S.RAX)).toBe(
      BigInt.asUintN(64, bare.platform.clock + BigInt(adjust)),
    );
    cpu.setU64(S.CR4, 0x24n);
    expect(run(0x0f, 0x31)).toBe("");
    enter(64, 3);
    cpu.setU64(S.CR4, 0x24n);
    expect([run(0x0f, 0x31), run(0x0f, 0x32), run(0x0f, 0x33)]).toEqual(Array(3).fill("#GP(0)"));
  });
});

describe("XCR0", () => {
  it("wants OSXSAVE, level 0, x87, and nothing that is not there", () => {
    enter(64, 0);
    set(S.RCX, 0);
    set(S.RDX, 0);
    set(S.RAX, 3);
    expect([run(0x0f, 0x01, 0xd1), run(0x0f, 0x01, 0xd0)]).toEqual(["#UD", "#UD"]);
    cpu.setU64(S.CR4, 0x40020n);
    expect([run(0x0f, 0x01, 0xd1), cpu.u64(S.XCR0)]).toEqual(["", 3n]);
    // XINUSE: nothing after FNINIT, SSE once an xmm register is not zero.
    cpu.setU16(S.FCW, 0x37f);
    cpu.setU16(S.FTW, 0xffff);
    set(S.RCX, 1);
    expect([run(0x0f, 0x01, 0xd0), cpu.reg(S.RAX)]).toEqual(["", 0n]);
    cpu.setXmm(3, 1n);
    expect([run(0x0f, 0x01, 0xd0), cpu.reg(S.RAX)]).toEqual(["", 2n]);
    set(S.RCX, 0);
    for (const bad of [0, 2, 7]) {
      set(S.RAX, bad);
      expect(run(0x0f, 0x01, 0xd1)).toBe("#GP(0)");
    }
    enter(64, 3);
    cpu.setU64(S.CR4, 0x40020n);
    set(S.RAX, 3);
    expect([run(0x0f, 0x01, 0xd1), run(0x0f, 0x01, 0xd0), cpu.reg(S.RAX)]).toEqual(["#GP(0)", "", 3n]);
  });
});

describe("waiting", () => {
  it("HLT and MWAIT stop at level 0; a store to the line wakes", () => {
    enter(64, 0);
    expect([run(0xf4), cpu.halted]).toEqual(["", true]);
    cpu.halted = false;
    set(S.RAX, 0x8010);
    set(S.RCX, 0);
    expect([run(0x0f, 0x01, 0xc8), run(0x0f, 0x01, 0xc9), cpu.halted, monitorTriggered(cpu)]).toEqual([
      "",
      "",
      true,
      false,
    ]);
    bare.physical.write(0x803f, 1, 1n);
    expect(monitorTriggered(cpu)).toBe(true);
    enter(64, 3);
    expect([run(0xf4), run(0x0f, 0x01, 0xc8), run(0x0f, 0x01, 0xc9)]).toEqual(["#GP(0)", "#UD", "#UD"]);
  });
});

describe("reset and INIT", () => {
  it("start at fffffff0 in real mode", () => {
    expect([cpu.rip, cpu.segment(S.CS).base, cpu.segment(S.CS).selector, cpu.mode]).toEqual([
      0xfff0n,
      0xffff0000n,
      0xf000,
      16,
    ]);
    expect([cpu.rflags, cpu.cr0 >>> 0, cpu.reg(S.RDX), cpu.u64(S.DR6), cpu.u64(S.DR7)]).toEqual([
      2,
      0x60000010,
      0xa60f12n,
      0xffff0ff0n,
      0x400n,
    ]);
  });

  it("INIT keeps the MSRs, x87 and cr0's caching bits", () => {
    enter(64, 0);
    cpu.setU64(S.STAR, 5n);
    cpu.setU32(S.MXCSR, 0x1fa0);
    cpu.setU64(S.CR0, 0xe0000011n);
    initCpu(cpu);
    expect([cpu.u64(S.STAR), cpu.u32(S.MXCSR), cpu.cr0 >>> 0, cpu.efer, cpu.mode, cpu.cr4]).toEqual([
      5n,
      0x1fa0,
      0x60000010,
      0,
      16,
      0,
    ]);
  });
});
