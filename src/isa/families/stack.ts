/**
 * The stack: PUSH, POP of registers, memory and immediates, PUSHA, POPA, ENTER, LEAVE (SDM vol. 2A, 2B).
 * PUSH and POP of segment registers and of flags are system instructions and are not here.
 */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RBP, RBX, RSP } from "../state.ts";

/** PUSH of rSP pushes the value it had before. */
const push: Semantics = (o) => {
  o.push(o.read(0));
};

/** POP of rSP loads what was on the stack: the move of the pointer comes first. */
const popRegister: Semantics = (o) => {
  const v = o.stack(0, o.width(0));
  o.moveStack(o.size / 8);
  o.write(0, v);
};

/** An address based on rSP counts from the stack pointer after the pop. */
const popMemory: Semantics = (o) => {
  const v = o.stack(0, o.width(0));
  o.storeAt(0, o.addressAfterPop(0, o.size / 8), v);
  o.moveStack(o.size / 8);
};

/** Stack offset `bytes` above rSP, 64 bits wide: accesses cut it to the stack's width. */
const above = <V>(o: Ops<V>, register: number, bytes: number): V =>
  o.add(o.reg(register, 64), o.const(64, bytes));

/** Eight stores before rSP moves once, so that a fault in the middle can be restarted. */
const pusha: Semantics = (o) => {
  const bytes = o.size / 8;
  for (let i = 0; i < 8; i++) o.storeStackAt(above(o, RSP, -bytes * (i + 1)), o.reg(i));
  o.moveStack(-8 * bytes);
};

/** The saved rSP is skipped. */
const popa: Semantics = (o) => {
  const bytes = o.size / 8;
  const registers = [0, 1, 2, RBX, RBP, 6, 7];
  const values = registers.map((r) => o.stack((7 - r) * bytes, o.size));
  o.moveStack(8 * bytes);
  registers.forEach((r, i) => {
    const v = values[i];
    if (v !== undefined) o.setReg(r, v);
  });
};

/** Deepest nesting that ENTER knows: the level is taken modulo 32. */
const DEEPEST = 31;

/**
 * The frame pointers of the levels above are copied from the old frame, then this frame's own is pushed, then come
 * the locals. rBP and rSP move after the last access, which probes the final top of the stack for writing; a fault there
 * leaves the frame written.
 */
const enter: Semantics = (o) => {
  const bytes = o.size / 8;
  const locals = o.zext(o.read(0), 64);
  const level = o.and(o.read(1), o.const(8, DEEPEST));
  o.storeStackAt(above(o, RSP, -bytes), o.reg(RBP));
  const frame = above(o, RSP, -bytes);
  const deeperThan = (n: number) => o.ltu(o.const(8, n), level);
  for (let n = 1; n < DEEPEST; n++) {
    o.when(deeperThan(n), () => {
      o.storeStackAt(above(o, RSP, -bytes * (n + 1)), o.loadStackAt(above(o, RBP, -bytes * n), o.size));
    });
  }
  const pushed = o.mul(o.zext(level, 64), o.const(64, bytes));
  const down = o.add(o.add(pushed, locals), o.const(64, bytes));
  o.when(deeperThan(0), () => {
    o.storeStackAt(o.sub(frame, pushed), o.low(frame, o.size));
  });
  o.probeStackAt(o.sub(o.reg(RSP, 64), down), o.size);
  o.setReg(RBP, o.low(frame, o.size));
  o.moveStack(o.neg(down));
};

const leave: Semantics = (o) => {
  const frame = o.reg(RBP, 64);
  const v = o.loadStackAt(frame, o.size);
  o.moveStack(o.add(o.sub(frame, o.reg(RSP, 64)), o.const(64, o.size / 8)));
  o.setReg(RBP, v);
};

const d64 = { operandSize: "d64" } as const;

export const STACK: readonly Row[] = [
  op(0x50, "push", "Zv", push, { ...d64, plus: true }),
  op(0x58, "pop", "Zv", popRegister, { ...d64, plus: true }),
  op(0x68, "push", "Iz", push, d64),
  op(0x6a, "push", "Ibs", push, d64),
  op(0xff, "push", "Ev", push, { ...d64, digit: 6 }),
  op(0x8f, "pop", "Ev", popMemory, { ...d64, digit: 0, mod: "mem" }),
  op(0x8f, "pop", "Ev", popRegister, { ...d64, digit: 0, mod: "reg", alternate: true }),
  op(0x60, "pusha", "", pusha, { only: "i64", names: { 16: "pusha", 32: "pushad" }, cost: [4, 9] }),
  op(0x61, "popa", "", popa, { only: "i64", names: { 16: "popa", 32: "popad" }, cost: [4, 9] }),
  op(0xc8, "enter", "Iw,Ib", enter, { ...d64, cost: [17, 12] }),
  op(0xc9, "leave", "", leave, d64),
];
