/**
 * Stacks of control transfers: where frames go when a gate, an interrupt or a return changes the stack (SDM vol. 3A
 * §5.8.5, §6.12.1, §6.14). A frame is checked as a whole before a byte of it is written.
 *
 * PUSH and POP of ordinary instructions are not here.
 */
import * as S from "../isa/state.ts";
import { isCanonical } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import {
  checkStackSegment,
  type Descriptor,
  fillNull,
  fillSegment,
  linearAddress,
  selectorError,
  setAccessed,
} from "./segmentation.ts";

/** A stack that is about to be used. */
export interface Stack {
  readonly selector: number;
  /** What becomes of ss: it stays, becomes null, or is loaded from a descriptor. */
  readonly ss: Descriptor | "null" | "keep";
  readonly base: bigint;
  readonly limit: number;
  readonly attributes: number;
  readonly width: 16 | 32 | 64;
  readonly sp: bigint;
  /** Privilege level that accesses are made with. */
  readonly cpl: number;
}

/** The stack in use, with the width its pointer has. */
export function presentStack(cpu: Cpu, width: 16 | 32 | 64 = cpu.stackWidth): Stack {
  const ss = cpu.segment(S.SS);
  return {
    selector: ss.selector,
    ss: "keep",
    base: width === 64 ? 0n : ss.base,
    limit: ss.limit,
    attributes: ss.attributes,
    width,
    sp: cpu.reg(S.RSP, width),
    cpl: cpu.cpl,
  };
}

/** A stack from an ss descriptor. */
export function stackOf(selector: number, descriptor: Descriptor, sp: bigint, cpl: number): Stack {
  const width = descriptor.big ? 32 : 16;
  return {
    selector,
    ss: descriptor,
    base: descriptor.base,
    limit: descriptor.limit,
    attributes: descriptor.attributes,
    width,
    sp: BigInt.asUintN(width, sp),
    cpl,
  };
}

/** A flat 64-bit stack; where the privilege level changes, ss becomes null with that level as RPL. */
const flatStack = (sp: bigint, cpl: number, ss: "null" | "keep"): Stack => ({
  selector: cpl,
  ss,
  base: 0n,
  limit: 0,
  attributes: 0,
  width: 64,
  sp,
  cpl,
});

/** The stack of privilege level `cpl` from the current TSS (SDM vol. 3A §7.2.1, §7.7). Throws #TS, #SS. */
export function innerStack(cpu: Cpu, cpl: number, ext = 0): Stack {
  const tr = cpu.segment(S.TR);
  const read = (offset: number, size: number): bigint => {
    if (offset + size - 1 > tr.limit) throw new Fault("TS", selectorError(tr.selector, ext));
    return cpu.memory.readSystem(linearAddress(cpu, tr.base + BigInt(offset)), size);
  };
  if (cpu.longMode) return flatStack(read(4 + cpl * 8, 8), cpl, "null");
  let selector: number;
  let sp: bigint;
  if ((tr.attributes & 8) !== 0) {
    sp = read(4 + cpl * 8, 4);
    selector = Number(read(8 + cpl * 8, 2));
  } else {
    sp = read(2 + cpl * 4, 2);
    selector = Number(read(4 + cpl * 4, 2));
  }
  return stackOf(selector, checkStackSegment(cpu, selector, cpl, "TS", ext), sp, cpl);
}

/** The stack of an interrupt stack table entry, 1–7 (SDM vol. 3A §6.14.5). */
export function interruptStack(cpu: Cpu, ist: number, cpl: number, ext: number): Stack {
  const tr = cpu.segment(S.TR);
  const offset = 0x1c + ist * 8;
  if (offset + 7 > tr.limit) throw new Fault("TS", selectorError(tr.selector, ext));
  const sp = cpu.memory.readSystem(linearAddress(cpu, tr.base + BigInt(offset)), 8);
  return flatStack(sp, cpl, cpl === cpu.cpl ? "keep" : "null");
}

/** Throws #SS(`code`) unless `size` bytes at `offset` lie within the stack. */
function checkRoom(cpu: Cpu, stack: Stack, offset: bigint, size: number, code: number): void {
  const last = offset + BigInt(size) - 1n;
  let good: boolean;
  if (stack.width === 64) good = isCanonical(cpu, offset) && isCanonical(cpu, BigInt.asUintN(64, last));
  else if ((stack.attributes & 0x1c) === 0x14) {
    const top = stack.attributes & 0x4000 ? 0xffffffffn : 0xffffn;
    good = offset > BigInt(stack.limit) && last <= top;
  } else good = last <= BigInt(stack.limit);
  if (!good) throw new Fault("SS", code);
}

/** Throws #SS(`code`) unless a frame of `bytes` fits. A frame that wraps in a 16-bit stack is checked when it is written. */
export function checkFrame(cpu: Cpu, stack: Stack, bytes: number, code: number): void {
  const sp = BigInt.asUintN(stack.width, stack.sp - BigInt(bytes));
  if (sp + BigInt(bytes) <= 1n << BigInt(stack.width)) checkRoom(cpu, stack, sp, bytes, code);
}

/**
 * Pushes `values` (first pushed first) of `size` bytes each and returns the new stack pointer, without committing it.
 * `code` is the error code of a stack fault. A frame that runs through the end of a 16-bit stack wraps.
 */
export function pushFrame(
  cpu: Cpu,
  stack: Stack,
  values: readonly bigint[],
  size: number,
  code: number,
): bigint {
  const supervisor = stack.cpl < 3 && cpu.cpl === 3;
  const bits = BigInt(size * 8);
  const write = (at: bigint, bytes: number, value: bigint): void => {
    const address = stack.width === 64 ? at : linearAddress(cpu, stack.base + at);
    if (supervisor) cpu.memory.writeSystem(address, bytes, value);
    else cpu.memory.write(address, bytes, value);
  };
  const total = size * values.length;
  const sp = BigInt.asUintN(stack.width, stack.sp - BigInt(total));
  if (sp + BigInt(total) > 1n << BigInt(stack.width)) {
    let at = stack.sp;
    for (const value of values) {
      at = BigInt.asUintN(stack.width, at - BigInt(size));
      checkRoom(cpu, stack, at, size, code);
      write(at, size, BigInt.asUintN(size * 8, value));
    }
    return sp;
  }
  checkRoom(cpu, stack, sp, total, code);
  // In pieces of at most 64 bytes, each one access; the last pushed comes first in memory.
  for (let first = values.length; first > 0; ) {
    // At level 3 the alignment checked is that of one value.
    const count = cpu.cpl === 3 && !supervisor ? 1 : Math.min(first, Math.floor(64 / size));
    let image = 0n;
    for (let i = 0; i < count; i++) {
      image |= BigInt.asUintN(size * 8, values[first - 1 - i] ?? 0n) << (bits * BigInt(i));
    }
    write(sp + BigInt((values.length - first) * size), size * count, image);
    first -= count;
  }
  return sp;
}

/** Makes a stack the present one: ss (if it is another) and rsp. Its accessed bit has been set by `touchStack`. */
export function enterStack(cpu: Cpu, stack: Stack, sp: bigint): void {
  if (stack.ss === "null") fillNull(cpu, S.SS, stack.selector, stack.cpl);
  else if (stack.ss !== "keep") fillSegment(cpu, S.SS, stack.selector, stack.ss);
  cpu.setReg(S.RSP, sp, stack.width);
}

/** Sets the accessed bit of a new stack's descriptor; before anything is committed, since it may fault. */
export function touchStack(cpu: Cpu, stack: Stack): void {
  if (typeof stack.ss === "object") setAccessed(cpu, stack.ss);
}

/** Reads `size` bytes of the present stack at rsp + `displacement`, as POP would. Throws #SS(0), page faults. */
export function peekStack(cpu: Cpu, displacement: number, size: number): bigint {
  const offset = BigInt.asUintN(cpu.stackWidth, cpu.reg(S.RSP) + BigInt(displacement));
  return cpu.read(cpu.linear(S.SS, offset, size, false), size);
}

/** Moves rsp by `bytes` at the present stack's width. */
export function moveStack(cpu: Cpu, bytes: number): void {
  const width = cpu.stackWidth;
  cpu.setReg(S.RSP, BigInt.asUintN(width, cpu.reg(S.RSP) + BigInt(bytes)), width);
}
