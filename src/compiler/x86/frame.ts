/**
 * The frame: where slots lie, what a function saves, and the instructions that make and undo it.
 *
 *   CFA →  incoming arguments (CFA + 0 …)
 *          return address; of interrupt handlers RIP of the gate's frame, and under it the error code
 *          rbp, if it is the frame pointer; registers that are saved
 *          slots
 *   rsp →  outgoing arguments
 *
 * Source: psABI §3.2.2; interrupt frames: SDM vol. 3A §6.14.2.
 */
import type { Attributes } from "../tree.ts";
import {
  type FrameSlot,
  imm,
  instruction,
  type MachineFunction,
  type MachineInstruction,
  type MemoryOperand,
  mem,
  reg,
} from "./machine.ts";
import { CALLER_SAVED_INTEGERS, RBP, RDI, type Reg, RSI, RSP, registerName } from "./registers.ts";

/** How far the CFA is from a register after an instruction, and what has been saved by then. */
export interface Unwinding {
  readonly register: "rsp" | "rbp";
  readonly displacement: number;
  readonly saved: readonly { readonly register: string; readonly offset: number }[];
}

export interface Frame {
  readonly prologue: MachineInstruction[];
  /** Without the return itself. */
  readonly epilogue: MachineInstruction[];
  readonly ret: MachineInstruction;
  /** Unwinding after each instruction that changes it. */
  readonly unwinding: Map<MachineInstruction, Unwinding>;
  /** At the first instruction, and in the body. */
  readonly atEntry: Unwinding;
  readonly atBody: Unwinding;
  /** The operand for a place in a slot. */
  readonly place: (slot: FrameSlot, m: MemoryOperand) => MemoryOperand;
  /** A slot's address less the CFA; undefined where the frame is aligned while running. */
  readonly fromCfa: (slot: FrameSlot) => number | undefined;
}

const RED_ZONE = 128;
const align = (n: number, to: number): number => Math.ceil(n / to) * to;

export function layOutFrame(
  machine: MachineFunction,
  saved: readonly Reg[],
  attributes: Attributes,
  redZone: boolean,
): Frame {
  const isr = attributes.isr;
  const used = machine.slots.filter((s) => s.area === "local");
  const largest = used.reduce((a, s) => Math.max(a, s.align), 8);
  const realigned = largest > 16;
  let size = machine.outgoing;
  // The most aligned first, so that nothing is lost between them.
  for (const slot of [...used].sort((a, b) => b.align - a.align)) {
    size = align(size, slot.align);
    slot.offset = size;
    size += slot.size;
  }
  const pushes: Reg[] = [];
  if (machine.framePointer) pushes.push(RBP);
  if (isr !== undefined) pushes.push(...CALLER_SAVED_INTEGERS);
  pushes.push(...saved);
  const errorCode = isr === "error code" ? 8 : 0;
  const above = 8 + errorCode + 8 * pushes.length;
  const inRedZone =
    redZone && !machine.hasCalls && !machine.hasAsm && isr === undefined && size <= RED_ZONE && !realigned;
  size = align(size, 8);
  // Bytes that rsp moves beyond the pushes: slots below it are the red zone's.
  if (!inRedZone && (machine.hasCalls || largest >= 16) && (size + above) % 16 !== 0) size += 8;
  if (inRedZone && largest >= 16 && (size + above) % 16 !== 0) size += 8;
  const moved = inRedZone ? 0 : size;

  const unwinding = new Map<MachineInstruction, Unwinding>();
  const record: { register: string; offset: number }[] = [];
  let distance = 8 + errorCode;
  let cfa: Unwinding = { register: "rsp", displacement: distance, saved: [] };
  const atEntry = cfa;
  const prologue: MachineInstruction[] = [];
  const epilogue: MachineInstruction[] = [];
  const put = (list: MachineInstruction[], i: MachineInstruction, next?: Unwinding): void => {
    list.push(i);
    if (next) unwinding.set(i, next);
  };
  const states: Unwinding[] = [cfa];
  for (const r of pushes) {
    distance += 8;
    record.push({ register: registerName(r), offset: -distance });
    cfa = { register: "rsp", displacement: distance, saved: [...record] };
    put(prologue, instruction("push", 64, reg(r)), cfa);
    states.push(cfa);
    if (r === RBP && machine.framePointer) {
      cfa = { register: "rbp", displacement: distance, saved: [...record] };
      put(prologue, instruction("mov", 64, reg(RBP), reg(RSP)), cfa);
    }
    if (machine.framePointer && r !== RBP) {
      cfa = { register: "rbp", displacement: 16 + errorCode, saved: [...record] };
      unwinding.set(prologue.at(-1)!, cfa);
    }
  }
  if (moved > 0) {
    const lower = machine.framePointer ? cfa : { ...cfa, displacement: distance + moved };
    put(prologue, instruction("sub", 64, reg(RSP), imm(moved)), lower);
    cfa = lower;
  }
  if (realigned) prologue.push(instruction("and", 64, reg(RSP), imm(-largest)));
  if (isr !== undefined) {
    prologue.push(instruction("cld", 64));
    const base = machine.framePointer ? RBP : RSP;
    const rip = machine.framePointer ? 8 + errorCode : moved + 8 * pushes.length + errorCode;
    prologue.push(instruction("lea", 64, reg(RDI), mem(base, rip)));
    if (errorCode > 0) prologue.push(instruction("mov", 64, reg(RSI), mem(base, rip - 8)));
  }
  const atBody = cfa;

  const rest = pushes.filter((r) => !(machine.framePointer && r === RBP));
  if (realigned) {
    epilogue.push(instruction("lea", 64, reg(RSP), mem(RBP, -8 * rest.length)));
  } else if (moved > 0)
    put(
      epilogue,
      instruction("add", 64, reg(RSP), imm(moved)),
      machine.framePointer ? undefined : states.at(-1),
    );
  for (let n = pushes.length - 1; n >= 0; n--) {
    const r = pushes[n]!;
    const before = states[n]!;
    put(epilogue, instruction("pop", 64, reg(r)), machine.framePointer && n > 0 ? undefined : before);
  }
  if (errorCode > 0) {
    put(epilogue, instruction("add", 64, reg(RSP), imm(8)), { register: "rsp", displacement: 8, saved: [] });
  }

  const fromRsp = (slot: FrameSlot): number => {
    if (slot.area === "incoming") return moved + above - errorCode + errorCode + slot.offset;
    return slot.area === "outgoing" ? slot.offset : slot.offset - (inRedZone ? size : 0);
  };
  return {
    prologue,
    epilogue,
    ret: isr === undefined ? instruction("ret", 64) : instruction("iret", 64),
    unwinding,
    atEntry,
    atBody,
    place: (slot, m) => {
      const viaRbp = slot.area === "incoming" && machine.framePointer;
      const base = viaRbp ? RBP : RSP;
      const offset = viaRbp ? 16 + errorCode + slot.offset : fromRsp(slot);
      return { ...m, slot: undefined, base, displacement: m.displacement + offset };
    },
    fromCfa: (slot) => (realigned ? undefined : fromRsp(slot) - moved - above),
  };
}

/** Puts real addresses for slots into instructions. */
export function placeSlots(i: MachineInstruction, frame: Frame): void {
  if (i.operands.some((o) => o.kind === "mem" && o.slot !== undefined)) {
    i.operands = i.operands.map((o) =>
      o.kind === "mem" && o.slot !== undefined ? frame.place(o.slot, o) : o,
    );
  }
}
