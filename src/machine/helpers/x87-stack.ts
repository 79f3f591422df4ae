/**
 * The x87 register stack and its words, as every x87 helper uses them: status and exception bookkeeping, tags, stack
 * faults, instruction and data pointers (SDM vol. 1 §8.1, §8.5.1; vol. 3A §2.5). It computes no numbers: isa/float does.
 *
 * The tag word in the CPU block only tells empty (11) from not empty: engines store 00 for any number. What kind of
 * number a register holds is found when a tag word is stored, as processors since the Pentium do (`tagWord`).
 *
 * FSW's ES and B always agree with flags and masks here, so that "an exception is pending" is one bit. With CR0.NE
 * clear a PC reports it as interrupt 13 over the FERR# pin, which this machine does not have: it goes unreported, as
 * with IGNNE# held active.
 */
import { Environment, IE } from "../../isa/float/environment.ts";
import { EXTENDED } from "../../isa/float/format.ts";
import { C0, C1, C2, C3 } from "../../isa/float/x87.ts";
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";

/** Exceptions after which an operation delivers nothing, if they are not masked: invalid, denormal, zero divide. */
export const STOPPING = 7;
/** FSW: stack fault, error summary and busy, top. */
const SF = 0x40;
const ES_AND_B = 0x8080;
const ES = 0x80;
const CONDITION_CODES = C0 | C1 | C2 | C3;
const TOP = 0x3800;
const CR0_NE = 0x20;

export const INDEFINITE = EXTENDED.indefinite;
/** Tag word of an empty stack. */
const ALL_EMPTY = 0xffff;

const shared = new Environment();

/** The arithmetic environment of the control word, cleared. One object serves every helper: instructions do not nest. */
export function environment(cpu: Cpu): Environment {
  return shared.setControlWord(cpu.view.getUint16(S.FCW, true));
}

/** What a waiting instruction does first: #MF if an unmasked exception is pending (SDM vol. 1 §8.7). */
export function wait(cpu: Cpu): void {
  if ((cpu.view.getUint16(S.FSW, true) & ES) !== 0 && (cpu.cr0 & CR0_NE) !== 0) throw new Fault("MF");
}

// ------------------------------------------------------------------------------------------------------ the words

/** Stores the status word, with ES and B as flags and masks say. */
export function setStatus(cpu: Cpu, fsw: number): void {
  const pending = (fsw & ~cpu.view.getUint16(S.FCW, true) & 0x3f) !== 0;
  cpu.view.setUint16(S.FSW, pending ? fsw | ES_AND_B : fsw & ~ES_AND_B, true);
}

/** Stores the control word: bit 6 reads as one, 7 and 13–15 as zero. ES and B follow the masks. */
export function setControl(cpu: Cpu, fcw: number): void {
  cpu.view.setUint16(S.FCW, (fcw & 0x1f3f) | 0x40, true);
  setStatus(cpu, cpu.view.getUint16(S.FSW, true));
}

/** Replaces the condition codes of `mask` by those of `codes`. */
export function setCodes(cpu: Cpu, codes: number, mask: number = CONDITION_CODES): void {
  const fsw = cpu.view.getUint16(S.FSW, true);
  cpu.view.setUint16(S.FSW, (fsw & ~mask) | (codes & mask), true);
}

/** Merges an operation's flags and C1 into FSW. True if its result may be delivered. */
export function report(cpu: Cpu, env: Environment): boolean {
  const fsw = cpu.view.getUint16(S.FSW, true) & ~C1;
  setStatus(cpu, fsw | env.flags | (env.c1 ? C1 : 0));
  return (env.unmasked & STOPPING) === 0;
}

/** A stack fault: IE, SF, and C1 if it is an overflow. True if masked: the indefinite is to be delivered. */
export function stackFault(cpu: Cpu, overflow: boolean): boolean {
  const fsw = cpu.view.getUint16(S.FSW, true) & ~C1;
  setStatus(cpu, fsw | IE | SF | (overflow ? C1 : 0));
  return (cpu.view.getUint16(S.FCW, true) & IE) !== 0;
}

/**
 * Records where the instruction and its memory operand are: FIP, FCS, FOP; FDP and FDS (SDM vol. 1 §8.1.8). Every
 * instruction but the control ones does so, whether or not it raises an exception, as AMD's processors do.
 */
export function recordPointers(cpu: Cpu, insn: Instruction): void {
  const { view } = cpu;
  view.setBigUint64(S.FIP, view.getBigUint64(S.RIP, true), true);
  view.setUint16(S.FCS, view.getUint16(S.segmentOffset(S.CS) + S.SEGMENT_SELECTOR, true), true);
  view.setUint16(S.FOP, ((insn.row.opcode & 7) << 8) | insn.modrm, true);
  const operand = insn.operands[0];
  if (operand?.kind !== "memory") return;
  view.setBigUint64(S.FDP, cpu.effectiveAddress(insn, operand), true);
  view.setUint16(S.FDS, view.getUint16(S.segmentOffset(operand.segment) + S.SEGMENT_SELECTOR, true), true);
}

// ------------------------------------------------------------------------------------------------------ the stack

/** Number of the physical register that is st(i). */
export function physical(cpu: Cpu, i: number): number {
  return ((cpu.view.getUint16(S.FSW, true) >> 11) + i) & 7;
}

export function isEmpty(cpu: Cpu, i: number): boolean {
  return ((cpu.view.getUint16(S.FTW, true) >> (2 * physical(cpu, i))) & 3) === 3;
}

/** The 80 bits of physical register `n`. */
export function physicalValue(cpu: Cpu, n: number): bigint {
  const at = S.X87 + 16 * n;
  return (BigInt(cpu.view.getUint16(at + 8, true)) << 64n) | cpu.view.getBigUint64(at, true);
}

export function setPhysicalValue(cpu: Cpu, n: number, value: bigint): void {
  const at = S.X87 + 16 * n;
  cpu.view.setBigUint64(at, BigInt.asUintN(64, value), true);
  cpu.view.setUint16(at + 8, Number(value >> 64n), true);
}

/** The 80 bits of st(i), empty or not. */
export function st(cpu: Cpu, i: number): bigint {
  return physicalValue(cpu, physical(cpu, i));
}

/** Index of st(i) in cpu.words, in the layout of isa/float/limbs.ts. */
export function stWords(cpu: Cpu, i: number): number {
  return (S.X87 >> 2) + 4 * physical(cpu, i);
}

/** Index in cpu.words of a place for a number on its way between memory and the stack. */
export const SPARE_WORDS = S.SCRATCH >> 2;

/** Writes st(i), which is then not empty. */
export function setSt(cpu: Cpu, i: number, value: bigint): void {
  const n = physical(cpu, i);
  setPhysicalValue(cpu, n, value);
  cpu.view.setUint16(S.FTW, cpu.view.getUint16(S.FTW, true) & ~(3 << (2 * n)), true);
}

/** Marks st(i) empty; its bits stay. */
export function free(cpu: Cpu, i: number): void {
  cpu.view.setUint16(S.FTW, cpu.view.getUint16(S.FTW, true) | (3 << (2 * physical(cpu, i))), true);
}

/** Moves the top of the stack by `change` registers, touching no tag. */
export function moveTop(cpu: Cpu, change: number): void {
  const fsw = cpu.view.getUint16(S.FSW, true);
  cpu.view.setUint16(S.FSW, (fsw & ~TOP) | ((fsw + (change << 11)) & TOP), true);
}

export function pop(cpu: Cpu): void {
  free(cpu, 0);
  moveTop(cpu, 1);
}

/** Makes the register above the top the top: what it holds is pushed. There is known to be room. */
export function pushHeld(cpu: Cpu): void {
  moveTop(cpu, -1);
  const ftw = cpu.view.getUint16(S.FTW, true);
  cpu.view.setUint16(S.FTW, ftw & ~(3 << (2 * physical(cpu, 0))), true);
}

/** Pushes a value where there is known to be room. */
export function push(cpu: Cpu, value: bigint): void {
  moveTop(cpu, -1);
  setSt(cpu, 0, value);
}

/** Whether a push would overflow. */
export function isFull(cpu: Cpu): boolean {
  return !isEmpty(cpu, 7);
}

/** Pushes a value, or on overflow raises the stack fault and, if it is masked, pushes the indefinite. */
export function pushChecked(cpu: Cpu, value: bigint): void {
  if (!isFull(cpu)) {
    push(cpu, value);
  } else if (stackFault(cpu, true)) {
    push(cpu, INDEFINITE);
  }
}

const EXPONENT = 0x7fffn << 64n;
export const isNan = (value: bigint): boolean =>
  (value & EXPONENT) === EXPONENT && BigInt.asUintN(63, value) !== 0n;

/** Operand `i` as the number of a stack register; operands that are none are st(0), the implicit one. */
export function stackOperand(insn: Instruction, i: number): number {
  const operand = insn.operands[i];
  return operand?.kind === "register" && operand.file === "st" ? operand.index : 0;
}

/** The tag word as the processor stores it: each register empty (3), zero (1), special (2) or valid (0). */
export function tagWord(cpu: Cpu): number {
  const ftw = cpu.view.getUint16(S.FTW, true);
  let tags = 0;
  for (let n = 7; n >= 0; n--) {
    const empty = ((ftw >> (2 * n)) & 3) === 3;
    tags = (tags << 2) | (empty ? 3 : tagOf(physicalValue(cpu, n)));
  }
  return tags;
}

function tagOf(value: bigint): number {
  const exponent = Number(value >> 64n) & 0x7fff;
  const significand = BigInt.asUintN(64, value);
  if (exponent === 0) return significand === 0n ? 1 : 2;
  return exponent === 0x7fff || significand >> 63n === 0n ? 2 : 0;
}

/** Stores which registers are empty, from a tag word of two bits each. */
export function setTagWord(cpu: Cpu, tags: number): void {
  const empty = tags & (tags >> 1) & 0x5555;
  cpu.view.setUint16(S.FTW, empty * 3, true);
}

/** FNINIT's state: control 037F, all registers empty (their bits stay), no pointers. */
export function initialize(cpu: Cpu): void {
  cpu.view.setUint16(S.FCW, 0x37f, true);
  cpu.view.setUint16(S.FSW, 0, true);
  cpu.view.setUint16(S.FTW, ALL_EMPTY, true);
  cpu.view.setUint16(S.FOP, 0, true);
  cpu.view.setBigUint64(S.FIP, 0n, true);
  cpu.view.setBigUint64(S.FDP, 0n, true);
  cpu.view.setUint16(S.FCS, 0, true);
  cpu.view.setUint16(S.FDS, 0, true);
}
