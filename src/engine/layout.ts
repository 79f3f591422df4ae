/**
 * Where the engine keeps things in linear memory: records, block headers, soft TLB, jump cache, and the exit codes
 * that generated code returns. Offsets only.
 */
import { STATE_SIZE } from "../isa/state.ts";

// --------------------------------------------------------------------------------------------------- soft TLB
// Two direct-mapped arrays in each CPU block, 16-byte entries: tag i64, addend i32, key and attributes i32 (soft-tlb.ts).
// Tag: linear page | key. A hit gives the byte's place in linear memory as low 32 bits of address + addend.

export const TLB_BITS = 11;
export const TLB_ENTRIES = 1 << TLB_BITS;
export const TLB_ENTRY = 16;
export const TLB_READ = STATE_SIZE;
export const TLB_WRITE = TLB_READ + TLB_ENTRIES * TLB_ENTRY;
/** Direct-mapped, by linear address of a block: tag i64 (linear address), key i32, block header i32. */
export const JUMP_CACHE = TLB_WRITE + TLB_ENTRIES * TLB_ENTRY;
export const JUMP_BITS = 14;
export const JUMP_ENTRIES = 1 << JUMP_BITS;
export const JUMP_ENTRY = 16;
/** The jump cache's index for a linear address, of which the low and high halves are given; runtime.ts computes the same. */
export function jumpIndex(lo: number, hi: number): number {
  const shifted = (lo >>> JUMP_BITS) | (hi << (32 - JUMP_BITS));
  return (lo ^ shifted) & (JUMP_ENTRIES - 1);
}
/** Bytes of a CPU block with all its tables. */
export const CPU_BLOCK_SIZE = JUMP_CACHE + JUMP_ENTRIES * JUMP_ENTRY;

// ----------------------------------------------------------------------------------------------------- blocks
// Header, 16 bytes: cost i64 (instructions << 32 | cycles), then 8 unused; records follow, 32 bytes each.

export const HEADER_COST = 0;
export const HEADER_SIZE = 16;
export const RECORD_SIZE = 32;

/** u32: index of the handler in the function table. */
export const RECORD_HANDLER = 0;
/** u16: offset of this instruction, and of the next, from the first byte of the block. */
export const RECORD_START = 4;
export const RECORD_NEXT = 6;
/** Four u16: place in the CPU block of register operand 0–3. */
export const RECORD_REGISTERS = 8;
/** u16 each: places of base, index and segment base in the CPU block (ZERO for none); u8 scale. */
export const RECORD_BASE = 16;
export const RECORD_INDEX = 18;
export const RECORD_SEGMENT = 20;
export const RECORD_SCALE = 22;
/** i32; also the low half of a 64-bit immediate or offset. */
export const RECORD_DISPLACEMENT = 24;
/** i32. */
export const RECORD_IMMEDIATE = 28;
// Relative branches keep their targets in place of the memory operand: rip deltas from the start of the block …
export const RECORD_TAKEN_DELTA = 16;
export const RECORD_NEXT_DELTA = 20;
// … and the headers of the blocks they lead to.
export const RECORD_TAKEN_LINK = 24;
export const RECORD_NEXT_LINK = 28;

// ------------------------------------------------------------------------------------------------- exit codes

export const EXIT = {
  /** FAULT in the CPU block says what; EXIT_RECORD which instruction. */
  fault: 1,
  /** rip is set; the block for it is not linked (or does not fit the budget). */
  taken: 2,
  next: 3,
  /** rip is set; not in the jump cache. */
  lookup: 4,
  /** A helper changed rip or the context; rip is set. */
  flow: 5,
  /** A repeated string instruction has used up the budget; rip is the instruction. */
  repeat: 6,
} as const;

/**
 * FAULT: a JavaScript Fault is waiting; or the instruction wants to be run by itself, for it is charged more than fits;
 * or 0x80000000 | hasError << 8 | vector with the error code in SLOW_INFO.
 */
export const FAULT_THROWN = 1;
export const FAULT_RESTART = 2;
export const FAULT_RAISED = 0x80000000;
