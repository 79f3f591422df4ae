/** CPUID and the rows of the table say the same (SDM vol. 2A, CPUID). */
import { describe, expect, it } from "vitest";
import { FEATURES, type Feature } from "../../src/isa/features.ts";
import * as S from "../../src/isa/state.ts";
import { TABLE } from "../../src/isa/table.ts";
import { type CpuidResult, cpuid, featuresOf, MACHINE_FEATURES } from "../../src/machine/cpuid.ts";
import { readMsr, writeMsr } from "../../src/machine/msr.ts";
import { Bare } from "./bare.ts";

const text = (...registers: number[]): string =>
  registers
    .flatMap((r) => [0, 8, 16, 24].map((shift) => (r >>> shift) & 0xff))
    .filter((c) => c !== 0)
    .map((c) => String.fromCharCode(c))
    .join("");

/** #GP. */
const GENERAL_PROTECTION = 13;
const cpu = new Bare().cpu;
const names = Object.keys(FEATURES) as Feature[]; // as: the keys of the table
const ofRows = new Set(TABLE.map((row) => row.feature));
const PLATFORM = ["apic", "x2apic", "tsc_deadline_timer", "eff_freq_ro"];

const announced = (name: Feature, processor = cpu): boolean => {
  const f = FEATURES[name];
  const result: CpuidResult = cpuid(processor, f.leaf, f.subleaf);
  return ((result[f.register] >>> f.bit) & 1) === 1;
};

describe("feature bits", () => {
  it("are those of rows, of the machine, or of the computer around, and no others", () => {
    for (const name of names) {
      const implemented = ofRows.has(name) || MACHINE_FEATURES.includes(name);
      expect([name, announced(name)]).toEqual([name, implemented]);
    }
  });

  it("are listed for the machine only where no row has them", () => {
    expect(MACHINE_FEATURES.filter((name) => ofRows.has(name))).toEqual([]);
    expect(PLATFORM.filter((name) => MACHINE_FEATURES.some((f) => f === name))).toEqual([]);
  });

  it("set no bit that has no name here, but OSXSAVE, HTT, CmpLegacy and AMD's copies", () => {
    const known = new Map<string, number>();
    for (const f of Object.values(FEATURES)) {
      const key = `${f.leaf}.${f.subleaf}.${f.register}`;
      known.set(key, (known.get(key) ?? 0) | (1 << f.bit));
    }
    const stray = (leaf: number, register: "ebx" | "ecx" | "edx", also = 0): number =>
      cpuid(cpu, leaf, 0)[register] & ~((known.get(`${leaf}.0.${register}`) ?? 0) | also);
    expect([stray(1, "ecx"), stray(1, "edx"), stray(7, "ebx"), stray(7, "ecx"), stray(7, "edx")]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(stray(0x80000001, "edx", 0x0183f3ff)).toBe(0);
  });

  it("follow cr4.OSXSAVE and the APIC's enable bit", () => {
    const bare = new Bare();
    expect((cpuid(bare.cpu, 1, 0).ecx >>> 27) & 1).toBe(0);
    bare.cpu.setU64(S.CR4, 1n << 18n);
    expect((cpuid(bare.cpu, 1, 0).ecx >>> 27) & 1).toBe(1);
    bare.cpu.identity = { ...bare.cpu.identity, features: ["apic"], cores: 4, coreBits: 2, apicId: 2 };
    expect([announced("apic", bare.cpu), featuresOf(bare.cpu).has("apic")]).toEqual([true, true]);
    bare.cpu.setU64(S.APIC_BASE, 0xfee00100n);
    expect(announced("apic", bare.cpu)).toBe(false);
    expect(cpuid(bare.cpu, 1, 0).ebx >>> 16).toBe(0x204);
    expect(cpuid(bare.cpu, 0xb, 1)).toEqual({ eax: 2, ebx: 4, ecx: 0x201, edx: 2 });
  });
});

describe("leaves", () => {
  it("name vendor, brand and hypervisor", () => {
    const vendor = cpuid(cpu, 0, 0);
    expect(text(vendor.ebx, vendor.edx, vendor.ecx)).toBe("AuthenticAMD");
    const brand = [2, 3, 4].map((n) => cpuid(cpu, 0x80000000 + n, 0));
    expect(text(...brand.flatMap((r) => [r.eax, r.ebx, r.ecx, r.edx]))).toBe("Vitrine virtual CPU");
    const hypervisor = cpuid(cpu, 0x40000000, 0);
    expect(text(hypervisor.ebx, hypervisor.ecx, hypervisor.edx)).toBe("Vitrine");
  });

  it("give the time-stamp counter's frequency twice", () => {
    const { eax, ebx, ecx } = cpuid(cpu, 0x15, 0);
    expect((ecx * ebx) / eax).toBe(3e9);
    expect(cpuid(cpu, 0x40000010, 0).eax * 1000).toBe(3e9);
  });

  it("describe caches of the sizes that leaf 80000005 and 80000006 give", () => {
    const sizes = [0, 1, 2, 3].map((i) => {
      const { ebx, ecx } = cpuid(cpu, 0x8000001d, i);
      return (((ebx & 0xfff) + 1) * ((ebx >>> 22) + 1) * (ecx + 1)) / 1024;
    });
    expect(sizes).toEqual([32, 32, 1024, 32768]);
    expect(cpuid(cpu, 0x80000005, 0).ecx >>> 24).toBe(32);
    expect(cpuid(cpu, 0x80000006, 0).ecx >>> 16).toBe(1024);
    expect((cpuid(cpu, 0x80000006, 0).edx >>> 18) * 512).toBe(32768);
    expect(cpuid(cpu, 0x8000001d, 4).eax).toBe(0);
  });

  it("are zero where there are none", () => {
    for (const leaf of [2, 3, 4, 0x14, 0x100, 0x40000001, 0x80000022, 0xc0000000]) {
      expect(cpuid(cpu, leaf, 0)).toEqual({ eax: 0, ebx: 0, ecx: 0, edx: 0 });
    }
  });
});

/** By names of the APM vol. 3 appendix E.4.7 and E.4.17, and of AMD's papers on SRSO and TSA. */
describe("of speculation", () => {
  const bits = (leaf: number, register: "eax" | "ebx" | "ecx"): number[] =>
    Array.from({ length: 32 }, (_, i) => i).filter((i) => (cpuid(cpu, leaf, 0)[register] >>> i) & 1);

  it("there is none, so that nothing leaks", () => {
    const [saveErrorPointers, noLmsle, noStoreBypass, noBranchTypeConfusion] = [2, 20, 26, 29];
    expect(bits(0x80000008, "ebx")).toEqual([
      saveErrorPointers,
      noLmsle,
      noStoreBypass,
      noBranchTypeConfusion,
    ]);
    const [lfenceSerializes, nullClearsBase, automaticIbrs, noSmmCtl, noReturnStackOverflow] = [
      2, 6, 8, 9, 29,
    ];
    expect(bits(0x80000021, "eax")).toEqual([
      lfenceSerializes,
      nullClearsBase,
      automaticIbrs,
      noSmmCtl,
      noReturnStackOverflow,
    ]);
    const [noStoreQueueAttack, noL1Attack] = [1, 2];
    expect(bits(0x80000021, "ecx")).toEqual([noStoreQueueAttack, noL1Attack]);
  });

  it("automatic IBRS can be switched on", () => {
    writeMsr(cpu, 0xc0000080, 0x200000n);
    expect(readMsr(cpu, 0xc0000080)).toBe(0x200000n);
    writeMsr(cpu, 0xc0000080, 0n);
  });

  it("there are no controls: SPEC_CTRL, PRED_CMD, VIRT_SPEC_CTRL, SMM_CTL", () => {
    for (const index of [0x48, 0x49, 0xc001011f, 0xc0010116])
      expect(() => readMsr(cpu, index)).toThrow(expect.objectContaining({ vector: GENERAL_PROTECTION }));
  });

  it("EFER.LMSLE (13) is refused, and DE_CFG says that LFENCE serialises", () => {
    const bare = new Bare().cpu;
    const efer = readMsr(bare, 0xc0000080);
    expect(() => writeMsr(bare, 0xc0000080, efer | (1n << 13n))).toThrow(
      expect.objectContaining({ vector: GENERAL_PROTECTION }),
    );
    writeMsr(bare, 0xc0011029, readMsr(bare, 0xc0011029) | 2n);
    expect(readMsr(bare, 0xc0011029) & 2n).toBe(2n);
  });
});
