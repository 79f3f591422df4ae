/** Helpers of the system instructions: what each may touch. Implemented in machine/helpers/system*.ts. */
import type { HelperEffects } from "../helpers.ts";

const NOTHING = { operands: [] } as const satisfies HelperEffects;
const READS = { operands: ["r"] } as const satisfies HelperEffects;
const WRITES = { operands: ["w"] } as const satisfies HelperEffects;

export const SYSTEM_HELPERS = {
  // system-wait.ts
  hlt: NOTHING,
  monitor: { reads: [0, 1, 2], operands: [] },
  mwait: { reads: [0, 1], operands: [] },
  // system-processor.ts
  cpuid: { reads: [0, 1], writes: [0, 1, 2, 3], operands: [] },
  rdmsr: { reads: [1], writes: [0, 2], operands: [] },
  wrmsr: { reads: [0, 1, 2], operands: [] },
  rdtsc: { writes: [0, 2], operands: [] },
  rdtscp: { writes: [0, 1, 2], operands: [] },
  rdpid: WRITES,
  rdpmc: { reads: [1], writes: [0, 2], operands: [] },
  rdrand: { operands: ["w"], flagsWritten: "all" },
  rdseed: { operands: ["w"], flagsWritten: "all" },
  clflush: READS,
  invd: NOTHING,
  wbinvd: NOTHING,
} as const satisfies Record<string, HelperEffects>;

export type SystemHelperName = keyof typeof SYSTEM_HELPERS;
