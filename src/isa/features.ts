/**
 * CPUID features (SDM vol. 2A, CPUID): the name a row gives, and the bit that announces it. A test holds the rows
 * and the CPUID helper together. Only what rows or machine code implement is listed.
 */
export interface FeatureBit {
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: "eax" | "ebx" | "ecx" | "edx";
  readonly bit: number;
}

const bit = (leaf: number, register: FeatureBit["register"], n: number, subleaf = 0): FeatureBit => ({
  leaf,
  subleaf,
  register,
  bit: n,
});

/** Names are those of /proc/cpuinfo, which are the manual's in lower case. */
export const FEATURES = {
  fpu: bit(1, "edx", 0),
  de: bit(1, "edx", 2),
  pse: bit(1, "edx", 3),
  tsc: bit(1, "edx", 4),
  msr: bit(1, "edx", 5),
  pae: bit(1, "edx", 6),
  mce: bit(1, "edx", 7),
  cx8: bit(1, "edx", 8),
  apic: bit(1, "edx", 9),
  sep: bit(1, "edx", 11),
  mtrr: bit(1, "edx", 12),
  pge: bit(1, "edx", 13),
  mca: bit(1, "edx", 14),
  cmov: bit(1, "edx", 15),
  pat: bit(1, "edx", 16),
  pse36: bit(1, "edx", 17),
  clflush: bit(1, "edx", 19),
  mmx: bit(1, "edx", 23),
  fxsr: bit(1, "edx", 24),
  sse: bit(1, "edx", 25),
  sse2: bit(1, "edx", 26),
  pni: bit(1, "ecx", 0),
  pclmulqdq: bit(1, "ecx", 1),
  monitor: bit(1, "ecx", 3),
  ssse3: bit(1, "ecx", 9),
  cx16: bit(1, "ecx", 13),
  pcid: bit(1, "ecx", 17),
  sse4_1: bit(1, "ecx", 19),
  sse4_2: bit(1, "ecx", 20),
  x2apic: bit(1, "ecx", 21),
  movbe: bit(1, "ecx", 22),
  popcnt: bit(1, "ecx", 23),
  tsc_deadline_timer: bit(1, "ecx", 24),
  aes: bit(1, "ecx", 25),
  xsave: bit(1, "ecx", 26),
  rdrand: bit(1, "ecx", 30),
  hypervisor: bit(1, "ecx", 31),
  fsgsbase: bit(7, "ebx", 0),
  bmi1: bit(7, "ebx", 3),
  smep: bit(7, "ebx", 7),
  bmi2: bit(7, "ebx", 8),
  erms: bit(7, "ebx", 9),
  invpcid: bit(7, "ebx", 10),
  rdseed: bit(7, "ebx", 18),
  adx: bit(7, "ebx", 19),
  smap: bit(7, "ebx", 20),
  clflushopt: bit(7, "ebx", 23),
  clwb: bit(7, "ebx", 24),
  sha_ni: bit(7, "ebx", 29),
  umip: bit(7, "ecx", 2),
  la57: bit(7, "ecx", 16),
  rdpid: bit(7, "ecx", 22),
  xsaveopt: bit(0xd, "eax", 0, 1),
  xsavec: bit(0xd, "eax", 1, 1),
  xgetbv1: bit(0xd, "eax", 2, 1),
  xsaves: bit(0xd, "eax", 3, 1),
  lahf_lm: bit(0x80000001, "ecx", 0),
  abm: bit(0x80000001, "ecx", 5),
  topoext: bit(0x80000001, "ecx", 22),
  prefetchw: bit(0x80000001, "ecx", 8),
  syscall: bit(0x80000001, "edx", 11),
  nx: bit(0x80000001, "edx", 20),
  pdpe1gb: bit(0x80000001, "edx", 26),
  rdtscp: bit(0x80000001, "edx", 27),
  lm: bit(0x80000001, "edx", 29),
  invtsc: bit(0x80000007, "edx", 8),
  eff_freq_ro: bit(0x80000007, "edx", 10),
} as const satisfies Record<string, FeatureBit>;

export type Feature = keyof typeof FEATURES;
