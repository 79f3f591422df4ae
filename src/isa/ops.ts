/**
 * The abstract machine that instruction semantics are written against.
 *
 * A semantics is a function over `Ops<V>` for *every* V, so it cannot look at concrete values: the same function is
 * run with bigints to execute an instruction (evaluate), with wasm expressions to compile it (handler, region) and
 * with dependency sets to find what it touches (effects). What may be looked at while the function runs is static:
 * the operand size, the address size, the mode, the widths and kinds of operands.
 *
 * Values are bit vectors that know their width (1, 8, 16, 32, 64 or 128 bits), as in Sail. Operators want equal
 * widths and do no conversion; a wrong width is an error when the table is loaded, whichever reading meets it.
 *
 * Order matters, because faults are precise: an instruction first reads, then makes its last access that can fault
 * (usually the write to memory), and only then commits registers and flags. The effects reading checks this.
 */

import type { FpOp } from "./fp.ts";
import type { HelperName } from "./helpers.ts";
import type { LaneOp } from "./lanes.ts";
import type { PureName } from "./pure.ts";
import type { StatusFlag } from "./state.ts";
import type { Width } from "./width.ts";

export type { Width } from "./width.ts";

/** What an instruction does, for every reading. */
export type Semantics = <V>(o: Ops<V>) => void;

/** Exceptions an instruction can raise by itself (SDM vol. 3A table 6-1); page faults come from accesses. */
export type ExceptionName =
  | "DE"
  | "DB"
  | "BP"
  | "OF"
  | "BR"
  | "UD"
  | "NM"
  | "TS"
  | "NP"
  | "SS"
  | "GP"
  | "PF"
  | "MF"
  | "AC"
  | "XM";

/**
 * New values of status flags, as thunks: a reading that does not need a flag never calls its thunk. `result` stands
 * for zf, sf and pf together, from a value of any width; single flags override it. Flags not named keep their value.
 * Thunks must be pure: they may use values computed before, and read no register, flag or memory.
 */
export type FlagThunks<V> = { readonly [F in StatusFlag]?: () => V } & { readonly result?: () => V };

export interface Ops<V> {
  // --- static facts -------------------------------------------------------------------------------------------
  /** Operand size in bits: 8 for byte rows, else 16, 32 or 64 by prefixes and mode. */
  readonly size: 8 | 16 | 32 | 64;
  /** Address size in bits: width of string pointers, counters and effective addresses. */
  readonly addressSize: 16 | 32 | 64;
  /** Width of the stack pointer's arithmetic and of near branches: 64 in 64-bit mode, else as the code segment says. */
  readonly mode: 16 | 32 | 64;
  /** Width in bits of explicit operand `i` (0 is the destination). */
  width(i: number): Width;
  isMemory(i: number): boolean;

  // --- values -------------------------------------------------------------------------------------------------
  const(width: Width, value: number | bigint): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  not(a: V): V;
  neg(a: V): V;
  /** Shifts. The count has the same width as the value and must be below it; the semantics masks. */
  shl(a: V, count: V): V;
  shr(a: V, count: V): V;
  sar(a: V, count: V): V;
  /** Rotates; the count is taken modulo the width. Width 8–64. */
  rotl(a: V, count: V): V;
  rotr(a: V, count: V): V;
  /** High half of the double-width product. Width 8–64. */
  mulhu(a: V, b: V): V;
  mulhs(a: V, b: V): V;
  /** Comparisons; the result has width 1. */
  eq(a: V, b: V): V;
  ne(a: V, b: V): V;
  ltu(a: V, b: V): V;
  lts(a: V, b: V): V;
  isZero(a: V): V;
  /** Whether a 64-bit linear address is canonical, with 48 or 57 bits as cr4.LA57 says (width 1; SDM vol. 1 §3.3.7.1). */
  canonical(a: V): V;
  /** `condition` (width 1) ? a : b. Both are computed. */
  select(condition: V, a: V, b: V): V;
  /** Widening; to the same width it is the identity. Also 64 → 128. */
  zext(a: V, width: Width): V;
  sext(a: V, width: Width): V;
  /** Truncation to the low `width` bits; to the same width it is the identity. */
  low(a: V, width: Width): V;
  /** Bits lo … lo+width−1; `lo` is a multiple of `width` for 128-bit values. */
  bits(a: V, lo: number, width: Width): V;
  /** `a` with bits lo … replaced by `part`; `lo` is a multiple of the part's width for 128-bit values. */
  insert(a: V, lo: number, part: V): V;
  /** Double-width value hi:lo, up to 128 bits. */
  concat(hi: V, lo: V): V;
  /** Bit i as a width-1 value; `msb` is the top bit. Prefer these for flags: readings store the whole value lazily. */
  bit(a: V, i: number): V;
  msb(a: V): V;
  popcount(a: V): V;
  /** Leading and trailing zeros; the width when a is 0. Width 16–64. */
  clz(a: V): V;
  ctz(a: V): V;
  /** A function of pure.ts over bit patterns: tables, bit matrices, ciphers. */
  pure(name: PureName, ...args: readonly V[]): V;
  /** Lane-wise operation on 128-bit vectors, named as in WebAssembly SIMD (lanes.ts). */
  lanes(op: LaneOp, ...args: readonly V[]): V;

  // --- registers, flags, operands -----------------------------------------------------------------------------
  /** Low `width` bits of general-purpose register `index` (0–15), default the operand size. No high bytes. */
  reg(index: number, width?: Width): V;
  /** Writes a register as x86 does: 32 bits clear the upper half, 8 and 16 keep the rest. */
  setReg(index: number, value: V): void;
  flag(name: StatusFlag): V;
  setFlags(flags: FlagThunks<V>): void;
  /** The direction flag, width 1. */
  direction(): V;
  setDirection(value: boolean): void;
  /** Explicit operand `i`, at its own width: register, memory (loads) or immediate. An operand that is also written is accessed for write. */
  read(i: number): V;
  /** Writes operand `i` (its own width): a general-purpose register as setReg, xmm keeps the bits above the width, memory stores. */
  write(i: number, value: V): void;
  /** As write, but an xmm destination's bits up to 128 become zero. */
  writeZext(i: number, value: V): void;
  /** As write, but only the low value-width bits at the operand's place (movlps and kin); memory stores just those. */
  writeLow(i: number, value: V): void;
  /** As read, but only `width` low bits; memory loads just those. */
  readLow(i: number, width: Width): V;
  /** Effective address of memory operand `i`, address-size wide, without segment. */
  address(i: number): V;
  /** As address, but with rsp taken as `bytes` higher where it is the base (SDM vol. 2B, POP). */
  addressAfterPop(i: number, bytes: number): V;
  /** Raises #GP(0) if the 16-byte memory operand `i` is not aligned (SDM vol. 2A §2.4.1). Nothing for registers. */
  requireAligned(i: number): void;
  /** xmm register `index`, 128 bits, for implicit operands. */
  xmm(index: number): V;
  setXmm(index: number, value: V): void;

  /** Leaves x87 for MMX: top 0, all tags valid (SDM vol. 1 §9.5.1). */
  enterMmx(): void;

  // --- memory beside the explicit operands --------------------------------------------------------------------
  /** Loads at the segment of memory operand `i`, effective address `offset` (address-size wide). */
  loadAt(i: number, offset: V, width: Width): V;
  storeAt(i: number, offset: V, value: V): void;
  /** Reads the stack at rsp + displacement without moving it; `width` is also the access size. */
  stack(displacement: number, width: Width): V;
  /** Stores at rsp − its width, then moves rsp down: one access, precise. */
  push(value: V): void;
  /** Moves rsp up by `bytes` (number or a value as wide as the stack pointer's arithmetic is at least 16). */
  moveStack(bytes: number | V): void;
  /** The same accesses at an arbitrary stack offset (enter, leave): ss:[offset]. */
  loadStackAt(offset: V, width: Width): V;
  storeStackAt(offset: V, value: V): void;
  /** Raises what a store of `width` bits there would raise, and stores nothing. */
  probeStackAt(offset: V, width: Width): void;

  // --- control ------------------------------------------------------------------------------------------------
  /** Runs `then` where condition (width 1) holds, else `otherwise`. Values made inside must not be used outside; use `variable`. */
  when(condition: V, then: () => void, otherwise?: () => void): void;
  /** A mutable cell that survives `when`. */
  variable(initial: V): { get(): V; set(value: V): void };
  /** Ends the instruction with an exception; with no error code unless given (a constant). */
  raise(exception: ExceptionName, errorCode?: number): void;
  raiseIf(condition: V, exception: ExceptionName, errorCode?: number): void;
  /** rip of the next instruction, operand-size wide. */
  nextRip(): V;
  /** Near branch to `target` (operand-size wide, zero-extended into rip). Ends the block. */
  jump(target: V): void;
  /** Near branch to the relative operand `i`; with a condition (width 1), else falls through. Ends the block. */
  jumpRelative(i: number, condition?: V): void;
  /** Calls a helper of helpers.ts on the whole machine state; may fault; its table entry says what it touches. */
  helper(name: HelperName): void;

  // --- SSE floating point -------------------------------------------------------------------------------------
  /** Operation of the float table (fp.ts) on bit patterns, each with mxcsr's rounding; exceptions are collected. */
  fp(op: FpOp, ...args: readonly V[]): V;
  /** Raises #XM if a collected exception is unmasked (before anything is committed), else sets mxcsr's sticky bits. */
  fpCommit(): void;
}
