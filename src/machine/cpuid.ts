/**
 * CPUID: what the processor says of itself (SDM vol. 2A, CPUID; AMD64 APM vol. 3 appendix E for the vendor's leaves).
 *
 * It calls itself a Zen 4 of AMD, so that guests take well-tested paths. Feature bits are not written here: they are
 * those that rows of the table ask for, the machine's own (MACHINE_FEATURES), and what the computer around it adds.
 */
import { FEATURES, type Feature } from "../isa/features.ts";
import * as S from "../isa/state.ts";
import { TABLE } from "../isa/table.ts";
import type { Cpu } from "./cpu.ts";
import {
  COMPONENTS,
  compactedLayout,
  standardSize,
  XCR0_SUPPORTED,
} from "./helpers/extended-state-layout.ts";
import { PHYSICAL_BITS } from "./physical.ts";

/** eax of leaf 1, and edx after reset: family 19h, model 61h, stepping 2. */
export const SIGNATURE = 0x00a60f12;
const VENDOR = "AuthenticAMD";
export const BRAND = "Vitrine virtual CPU";
const HYPERVISOR = "Vitrine";
const MAX_BASIC = 0x16;
const MAX_HYPERVISOR = 0x40000010;
const MAX_EXTENDED = 0x80000021;

/** Features that are implemented by code of the machine, not by a row; each with where. */
export const MACHINE_FEATURES: readonly Feature[] = [
  "de", // dr4 and dr5 by cr4.DE; helpers/system-control.ts
  "pse", // paging
  "pae",
  "pge",
  "pse36",
  "pdpe1gb",
  "nx",
  "lm", // 64-bit mode everywhere
  "pcid", // cr3 and cr4; control-registers.ts
  "smep", // paging
  "mce", // cr4.MCE can be set; nothing raises #MC
  "mca", // no banks; msr.ts
  "mtrr", // msr.ts
  "pat", // msr.ts, paging
  "la57", // five-level paging
  "umip", // sgdt and kin; helpers/system-tables.ts
  "hypervisor", // these leaves
  "erms", // REP MOVSB and STOSB are as fast as wider ones
  "invtsc", // the clock is virtual
  "xgetbv1", // helpers/system-control.ts
  "topoext", // leaves 8000001d, 8000001e
];

export interface CpuidResult {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}
const ZERO: CpuidResult = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** Everything that is implemented whatever the computer. */
export const IMPLEMENTED_FEATURES: ReadonlySet<Feature> = new Set([
  ...TABLE.flatMap((row) => (row.feature === undefined ? [] : [row.feature])),
  ...MACHINE_FEATURES,
]);

/** The features of one processor. */
export function featuresOf(cpu: Cpu): ReadonlySet<Feature> {
  return new Set([...IMPLEMENTED_FEATURES, ...cpu.identity.features]);
}

/** Feature bits of a leaf's register. */
function featureBits(cpu: Cpu, leaf: number, subleaf: number): CpuidResult {
  const bits = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  for (const name of featuresOf(cpu)) {
    const f = FEATURES[name];
    if (f.leaf === leaf && f.subleaf === subleaf) bits[f.register] |= 1 << f.bit;
  }
  return bits;
}

/** Four little-endian registers of text, from byte `at`. */
function text(s: string, at: number): number {
  let v = 0;
  for (let i = 3; i >= 0; i--) v = (v << 8) | (s.charCodeAt(at + i) || 0);
  return v;
}

/** Caches as leaf 8000001d lists them: type (1 data, 2 code, 3 both), level, KiB, ways, whether all of a package share it. */
const CACHES = [
  { type: 1, level: 1, size: 32, ways: 8, shared: false },
  { type: 2, level: 1, size: 32, ways: 8, shared: false },
  { type: 3, level: 2, size: 1024, ways: 8, shared: false },
  { type: 3, level: 3, size: 32768, ways: 16, shared: true },
] as const;

/** Leaves 1 and 80000001 have bits that depend on the present state. */
function leaf1(cpu: Cpu): CpuidResult {
  const { apicId, cores } = cpu.identity;
  const bits = featureBits(cpu, 1, 0);
  const osxsave = (cpu.cr4 >> 18) & 1;
  const apicOn = (cpu.u32(S.APIC_BASE) & 0x800) !== 0;
  return {
    eax: SIGNATURE,
    ebx: ((apicId & 0xff) << 24) | ((cores & 0xff) << 16) | (8 << 8),
    ecx: bits.ecx | (osxsave << 27),
    edx: (apicOn ? bits.edx : bits.edx & ~(1 << 9)) | (cores > 1 ? 1 << 28 : 0),
  };
}

/** AMD repeats these bits of leaf 1 in edx of leaf 80000001. */
const REPEATED = 0x0183f3ff;

/**
 * What software asks for before it works around other processors. Nothing is speculated here, so nothing leaks by it; there
 * are no IBRS, IBPB, STIBP and SSBD (nor their registers SPEC_CTRL and PRED_CMD), as there is nothing to hold back.
 *
 * Leaf 80000008, ebx: 2 FXSAVE and kin always store the pointers of x87 exceptions, 20 EFER.LMSLE is not there, 26 no
 * speculative store bypass (SSB), 29 no branch type confusion (BTC).
 */
const CAPACITY_EBX = (1 << 2) | (1 << 20) | (1 << 26) | (1 << 29);
/**
 * Leaf 80000021. eax: 2 LFENCE always serialises, 6 a null selector clears the base, 8 automatic IBRS (EFER), with which Linux
 * leaves retpolines out, 9 no register SMM_CTL, 29 no speculative return stack overflow (SRSO); ecx: 1 and 2 no transient scheduler attacks (TSA) by the store queue and the L1 cache.
 */
const EXTENDED_2_EAX = (1 << 2) | (1 << 6) | (1 << 8) | (1 << 9) | (1 << 29);
const EXTENDED_2_ECX = (1 << 1) | (1 << 2);

/** Leaf 0xb: threads of a core, then cores of a package. */
function topology(cpu: Cpu, subleaf: number): CpuidResult {
  const { apicId, coreBits, cores } = cpu.identity;
  const edx = apicId;
  if (subleaf === 0) return { eax: 0, ebx: 1, ecx: 0x100, edx };
  if (subleaf === 1) return { eax: coreBits, ebx: cores, ecx: 0x201, edx };
  return { eax: 0, ebx: 0, ecx: subleaf & 0xff, edx };
}

function xsave(cpu: Cpu, subleaf: number): CpuidResult {
  if (!featuresOf(cpu).has("xsave")) return ZERO;
  const enabled = cpu.u64(S.XCR0);
  if (subleaf === 0) {
    const most = standardSize(XCR0_SUPPORTED);
    return { eax: Number(XCR0_SUPPORTED), ebx: standardSize(enabled), ecx: most, edx: 0 };
  }
  if (subleaf === 1) return { ...featureBits(cpu, 0xd, 1), ebx: compactedLayout(enabled).size };
  const component = COMPONENTS.find((c) => c.bit === 1n << BigInt(subleaf & 63));
  if (component === undefined || (component.bit & XCR0_SUPPORTED) === 0n) return ZERO;
  return { eax: component.size, ebx: component.offset, ecx: component.aligned ? 2 : 0, edx: 0 };
}

function cache(cpu: Cpu, subleaf: number): CpuidResult {
  const c = CACHES[subleaf];
  if (c === undefined) return ZERO;
  const sharing = c.shared ? cpu.identity.cores : 1;
  return {
    eax: c.type | (c.level << 5) | (1 << 8) | ((sharing - 1) << 14),
    ebx: 63 | ((c.ways - 1) << 22),
    ecx: (c.size * 1024) / (64 * c.ways) - 1,
    edx: 0,
  };
}

/** The four registers for a leaf and subleaf, each a signed or unsigned 32-bit number. */
export function cpuid(cpu: Cpu, leaf: number, subleaf: number): CpuidResult {
  const { apicId, coreBits, cores, frequency, busFrequency } = cpu.identity;
  switch (leaf >>> 0) {
    case 0:
      return { eax: MAX_BASIC, ebx: text(VENDOR, 0), edx: text(VENDOR, 4), ecx: text(VENDOR, 8) };
    case 1:
      return leaf1(cpu);
    case 5: // MONITOR lines of 64 bytes, no extensions
      return featuresOf(cpu).has("monitor") ? { eax: 64, ebx: 64, ecx: 0, edx: 0 } : ZERO;
    case 6: // the APIC timer always runs
      return { eax: 4, ebx: 0, ecx: 0, edx: 0 };
    case 7:
      return subleaf === 0 ? featureBits(cpu, 7, 0) : ZERO;
    case 0xb:
      return topology(cpu, subleaf);
    case 0xd:
      return xsave(cpu, subleaf);
    case 0x15: // TSC frequency = ecx × ebx / eax
      return frequency < 2 ** 32 ? { eax: 1, ebx: 1, ecx: frequency, edx: 0 } : ZERO;
    case 0x16: {
      const mhz = Math.round(frequency / 1e6);
      return { eax: mhz, ebx: mhz, ecx: Math.round(busFrequency / 1e6), edx: 0 };
    }
    case 0x40000000:
      return {
        eax: MAX_HYPERVISOR,
        ebx: text(HYPERVISOR, 0),
        ecx: text(HYPERVISOR, 4),
        edx: text(HYPERVISOR, 8),
      };
    case 0x40000010: // VMware's convention: TSC and APIC timer in kHz
      return { ...ZERO, eax: Math.round(frequency / 1000), ebx: Math.round(busFrequency / 1000) };
    case 0x80000000:
      return { eax: MAX_EXTENDED, ebx: text(VENDOR, 0), edx: text(VENDOR, 4), ecx: text(VENDOR, 8) };
    case 0x80000001: {
      const bits = featureBits(cpu, 0x80000001, 0);
      const legacy = cores > 1 ? 2 : 0;
      return { ...bits, eax: SIGNATURE, ecx: bits.ecx | legacy, edx: bits.edx | (leaf1(cpu).edx & REPEATED) };
    }
    case 0x80000002:
    case 0x80000003:
    case 0x80000004: {
      const at = ((leaf >>> 0) - 0x80000002) * 16;
      return {
        eax: text(BRAND, at),
        ebx: text(BRAND, at + 4),
        ecx: text(BRAND, at + 8),
        edx: text(BRAND, at + 12),
      };
    }
    case 0x80000005: // L1 TLBs of 64 and 72 entries, fully associative; L1 caches in KiB, ways, lines per tag, line
      return { eax: 0xff48ff40 | 0, ebx: 0xff48ff40 | 0, ecx: 0x20080140, edx: 0x20080140 };
    case 0x80000006: // L2 in KiB and L3 in units of 512 KiB; 6 is eight ways, 8 is sixteen
      return { ...ZERO, ecx: (1024 << 16) | 0x6140, edx: (64 << 18) | 0x8140 };
    case 0x80000007:
      return featureBits(cpu, 0x80000007, 0);
    case 0x80000008:
      return {
        ...ZERO,
        eax: PHYSICAL_BITS | (57 << 8),
        ebx: CAPACITY_EBX,
        ecx: (coreBits << 12) | ((cores - 1) & 0xff),
      };
    case 0x8000001d:
      return cache(cpu, subleaf);
    case 0x8000001e: // a core of one thread, a package of one node
      return { eax: apicId, ebx: apicId & ((1 << coreBits) - 1), ecx: (apicId >>> coreBits) & 0xff, edx: 0 };
    case 0x80000021:
      return { ...ZERO, eax: EXTENDED_2_EAX, ecx: EXTENDED_2_ECX };
    default:
      return ZERO;
  }
}
