/**
 * The architectural state of one logical processor, as bytes.
 *
 * Every mutable thing that guest code can touch lives in a *CPU block* inside the machine's one linear memory, at the
 * byte offsets given here. The readings that run code (evaluate, handler, region) and the TypeScript helpers all use
 * these offsets, so there is one copy of each register and nothing to keep in step.
 *
 * This file holds offsets and names only; it reads and writes nothing. `machine/cpu.ts` has the typed accessors.
 * Names are those of the SDM, vol. 1 chapter 3 and vol. 3A chapter 2.
 */

/** General-purpose registers, in encoding order (SDM vol. 2A table 3-1). */
export const GPR_NAMES = [
  "rax",
  "rcx",
  "rdx",
  "rbx",
  "rsp",
  "rbp",
  "rsi",
  "rdi",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
] as const;

export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;
export const R11 = 11;

/** Segment registers in encoding order, then the two system segments. */
export const SEGMENT_NAMES = ["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"] as const;
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;
export const LDTR = 6;
export const TR = 7;

// ---------------------------------------------------------------------------------------------- byte offsets

/** 0x000: rax … r15, eight bytes each, little-endian; ah is byte 1 of rax. */
export const GPR = 0x000;
/**
 * 0x080: the instruction pointer (an offset into cs). While a block runs this is the rip of the block's first byte;
 * a record adds its own offset. At every boundary that TypeScript sees, it is the rip of the next instruction.
 */
export const RIP = 0x080;
/** 0x088: always zero. A memory operand without base or index names this slot. */
export const ZERO = 0x088;

// The six status flags are kept as the values they derive from, so that setting them is a few stores.
/** 0x090 i64: zf = (this == 0). */
export const ZF_SOURCE = 0x090;
/** 0x098 i64: sf = bit 63; pf = even parity of the low byte. */
export const SP_SOURCE = 0x098;
/** 0x0a0 i64: of = bit 63. */
export const OF_SOURCE = 0x0a0;
/** 0x0a8 i32: cf, 0 or 1. */
export const CF_SOURCE = 0x0a8;
/** 0x0ac i32: af = bit 4. */
export const AF_SOURCE = 0x0ac;
/** 0x0b0 i32: rflags without the six status flags (bit 1 is always set here). */
export const RFLAGS = 0x0b0;

/** 0x0c0: cr0, cr2, cr3, cr4, cr8 (the task priority), efer, xcr0: i64 each. */
export const CR0 = 0x0c0;
export const CR2 = 0x0c8;
export const CR3 = 0x0d0;
export const CR4 = 0x0d8;
export const CR8 = 0x0e0;
export const EFER = 0x0e8;
export const XCR0 = 0x0f0;
/** 0x100: dr0–dr3, dr6, dr7: i64 each. */
export const DR = 0x100;
export const DR6 = 0x120;
export const DR7 = 0x128;

/** 0x140: eight segments of 32 bytes: base i64, limit u32 (bytes, already scaled), attributes u32, selector u32. */
export const SEGMENTS = 0x140;
const SEGMENT_SIZE = 32;
export const SEGMENT_BASE = 0;
export const SEGMENT_LIMIT = 8;
/** Descriptor bits 40–55 moved to bit 0: type 0–3, S 4, DPL 5–6, P 7, AVL 12, L 13, D/B 14, G 15; bit 16: unusable (null). */
export const SEGMENT_ATTRIBUTES = 12;
export const SEGMENT_SELECTOR = 16;

/** 0x240: gdtr and idtr: base i64, limit u32. */
export const GDTR = 0x240;
export const IDTR = 0x250;

/** 0x260: model-specific registers that instructions use directly, i64 each. */
export const STAR = 0x260;
export const LSTAR = 0x268;
export const CSTAR = 0x270;
export const FMASK = 0x278;
export const KERNEL_GS_BASE = 0x280;
export const SYSENTER_CS = 0x288;
export const SYSENTER_ESP = 0x290;
export const SYSENTER_EIP = 0x298;
export const TSC_AUX = 0x2a0;
export const PAT = 0x2a8;
export const APIC_BASE = 0x2b0;
export const TSC_OFFSET = 0x2b8;
/** 0x2c0: the four PDPTE registers of PAE paging, loaded with cr3 (SDM vol. 3A §4.4.1): i64 each. */
export const PDPTE = 0x2c0;

/** 0x300: x87: fcw u16, fsw u16 (with top), ftw u16 (two bits for each physical register: 3 empty, else not; what kind of number it holds is found when a tag word is stored), fop u16, fip i64, fdp i64. */
export const FCW = 0x300;
export const FSW = 0x302;
export const FTW = 0x304;
export const FOP = 0x306;
export const FIP = 0x308;
export const FDP = 0x310;
export const FCS = 0x318;
export const FDS = 0x31a;
/** 0x320 u32: mxcsr (SDM vol. 1 §10.2.3). */
export const MXCSR = 0x320;
/** 0x340: eight x87 physical registers of 16 bytes (ten used: significand u64, sign and exponent u16); mm0–mm7 are their low halves. */
export const X87 = 0x340;
/** 0x400: ymm0 … ymm15, 32 bytes each; xmm are their low halves. */
export const YMM = 0x400;
export const YMM_SIZE = 32;

// ------------------------------------------------------------------ private to the engine, not architectural

/** 0x600 i64: what a soft-TLB tag must equal beside the page: generation, privilege (engine/tlb.ts). */
export const TLB_KEY = 0x600;
/** 0x608 i32: what a jump-cache tag must equal beside the linear address. */
export const CODE_KEY = 0x608;
/** 0x60c i32: the same for blocks in global pages. */
export const GLOBAL_CODE_KEY = 0x60c;
/** 0x610 i64: instructions << 32 | cycles executed since run() was entered. */
export const ELAPSED = 0x610;
/**
 * 0x618 i32: cycles at which this entry ends, as ELAPSED counts; a block is entered only if it costs less than what is left. (If
 * it costs as much, the end may come before its last instructions, which cost nothing.)
 */
export const LIMIT = 0x618;
/** 0x61c i32: not zero when a slow path has raised a fault that the outer loop must deliver. */
export const FAULT = 0x61c;
/** 0x620 i64: linear address, 0x628 i32: size and access of the slow access in progress. */
export const SLOW_ADDRESS = 0x620;
export const SLOW_INFO = 0x628;
/** 0x62c i32: record that was running when the engine left wasm. */
export const EXIT_RECORD = 0x62c;
/** 0x630 i64: mask of the stack pointer: 0xffff, 0xffffffff or all ones. */
export const STACK_MASK = 0x630;
/** 0x638 u32: SIMD floating-point exceptions raised so far by the instruction in progress (mxcsr bits 0–5). */
export const FP_PENDING = 0x638;
/** 0x63c i32: 1 while a repeated instruction has done iterations before the one in progress. */
export const REPEATED = 0x63c;
/** 0x640: 192 bytes of scratch: arguments and results of slow accesses and pure functions, 16-byte aligned. */
export const SCRATCH = 0x640;

// ------------------------------------------------------------------------- architectural again, seldom used

/** 0x700: model-specific registers that only keep what is written: i64 each, in the order machine/msr.ts gives them. */
export const STORED_MSRS = 0x700;
export const STORED_MSRS_SIZE = 0x200;

// ---------------------------------------------------------------------------------- private to the engine again

/** 0x900 u32: zero while no interrupt waits, so that setting IF need not be seen by the machine. */
export const ATTENTION = 0x900;
/** 0x904 i32: what ELAPSED's instructions were when STI last set IF; −1: it has not in this run. */
export const SHADOW = 0x904;

/** Bytes of a CPU block's registers; the soft TLB and jump cache follow (engine/tlb.ts). */
export const STATE_SIZE = 0x1000;

// ------------------------------------------------------------------------------------------------- flag bits

/** Bits of rflags (SDM vol. 1 §3.4.3). */
export const FLAG = {
  cf: 1 << 0,
  pf: 1 << 2,
  af: 1 << 4,
  zf: 1 << 6,
  sf: 1 << 7,
  tf: 1 << 8,
  if: 1 << 9,
  df: 1 << 10,
  of: 1 << 11,
  iopl: 3 << 12,
  nt: 1 << 14,
  rf: 1 << 16,
  vm: 1 << 17,
  ac: 1 << 18,
  vif: 1 << 19,
  vip: 1 << 20,
  id: 1 << 21,
} as const;
export const STATUS_FLAGS = ["cf", "pf", "af", "zf", "sf", "of"] as const;
export type StatusFlag = (typeof STATUS_FLAGS)[number];
/** cf, pf, af, zf, sf, of as a mask of rflags. */
export const STATUS_MASK = 0x8d5;

/** Byte offset of general-purpose register `index` (0–15). */
export const gprOffset = (index: number): number => GPR + index * 8;
/** Byte offset of segment `index` (es 0 … gs 5, ldtr 6, tr 7). */
export const segmentOffset = (index: number): number => SEGMENTS + index * SEGMENT_SIZE;
/** Byte offset of xmm/ymm register `index` (0–15). */
export const ymmOffset = (index: number): number => YMM + index * YMM_SIZE;
