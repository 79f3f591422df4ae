/** Helpers of the system instructions: what each may touch. Implemented in machine/helpers/system*.ts. */
import type { HelperEffects } from "../helper-effects.ts";

const NOTHING = { operands: [] } as const satisfies HelperEffects;
const READS = { operands: ["r"] } as const satisfies HelperEffects;
const WRITES = { operands: ["w"] } as const satisfies HelperEffects;
/** Writes operand 0 from operand 1. */
const MOVES = { operands: ["w", "r"] } as const satisfies HelperEffects;
/** Writes operand 0 or not, as ZF then says. */
const INSPECTS = {
  operands: ["rw", "r"],
  memory: true,
  flagsWritten: ["zf"],
} as const satisfies HelperEffects;
/** Goes elsewhere through the stack and descriptor tables; a task switch changes every register. */
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const TRANSFERS = {
  reads: ALL,
  writes: ALL,
  flagsRead: "all",
  flagsWritten: "all",
  memory: true,
  flow: true,
} as const satisfies HelperEffects;
const STACK = { reads: [4], writes: [4], memory: true } as const satisfies HelperEffects;

export const SYSTEM_HELPERS = {
  // system-wait.ts
  hlt: NOTHING,
  monitor: { reads: [0, 1, 2], memory: true, operands: [] },
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
  // system-control.ts
  readCr: MOVES,
  writeCr: MOVES,
  readDr: MOVES,
  writeDr: MOVES,
  clts: NOTHING,
  lmsw: READS,
  smsw: WRITES,
  invlpg: { operands: ["r"] },
  invpcid: { operands: ["r", "r"] },
  xgetbv: { reads: [1], writes: [0, 2], operands: [] },
  xsetbv: { reads: [0, 1, 2], operands: [] },
  clac: NOTHING,
  stac: NOTHING,
  // system-tables.ts
  lgdt: READS,
  lidt: READS,
  sgdt: WRITES,
  sidt: WRITES,
  lldt: { operands: ["r"], memory: true },
  ltr: { operands: ["r"], memory: true },
  sldt: WRITES,
  str: WRITES,
  lar: INSPECTS,
  lsl: INSPECTS,
  verr: { operands: ["r"], memory: true, flagsWritten: ["zf"] },
  verw: { operands: ["r"], memory: true, flagsWritten: ["zf"] },
  arpl: { operands: ["rw", "r"], flagsWritten: ["zf"] },
  // system-segments.ts
  readSegment: MOVES,
  loadSegment: { operands: ["w", "r"], memory: true },
  pushSegment: { ...STACK, operands: ["r"] },
  popSegment: { ...STACK, operands: ["w"] },
  les: { operands: ["w", "r"], memory: true },
  lds: { operands: ["w", "r"], memory: true },
  lss: { operands: ["w", "r"], memory: true },
  lfs: { operands: ["w", "r"], memory: true },
  lgs: { operands: ["w", "r"], memory: true },
  rdfsbase: WRITES,
  rdgsbase: WRITES,
  wrfsbase: READS,
  wrgsbase: READS,
  swapgs: NOTHING,
  // system-flags.ts
  cli: NOTHING,
  sti: NOTHING,
  pushf: { ...STACK, flagsRead: "all", operands: [] },
  popf: { ...STACK, flagsWritten: "all", operands: [] },
  // system-io.ts
  in: { reads: [2], writes: [0], memory: true, operands: ["w", "r"] },
  out: { reads: [0, 2], memory: true, operands: ["r", "r"] },
  ins: { reads: [2, 7], writes: [7], memory: true, operands: ["w", "r"] },
  outs: { reads: [2, 6], writes: [6], memory: true, operands: ["r", "r"] },
  // system-far.ts
  jmpFar: { ...TRANSFERS, operands: ["r"] },
  callFar: { ...TRANSFERS, operands: ["r"] },
  retFar: { ...TRANSFERS, operands: ["r"] },
  // system-interrupt.ts
  int: { ...TRANSFERS, operands: ["r"] },
  int3: { ...TRANSFERS, operands: [] },
  into: { ...TRANSFERS, operands: [] },
  int1: { ...TRANSFERS, operands: [] },
  iret: { ...TRANSFERS, operands: [] },
  // system-fast.ts
  syscall: { writes: [1, 11], flagsRead: "all", flagsWritten: "all", flow: true, operands: [] },
  sysret: { reads: [1, 11], flagsWritten: "all", flow: true, operands: [] },
  sysenter: { writes: [4], flow: true, operands: [] },
  sysexit: { reads: [1, 2], writes: [4], flow: true, operands: [] },
} as const satisfies Record<string, HelperEffects>;

export type SystemHelperName = keyof typeof SYSTEM_HELPERS;
