/**
 * Calls, parameters and results by the System V ABI (psABI §3.2): six integer and eight vector registers, the rest and
 * structures on the stack in eightbytes, al the number of vector registers of variadic calls.
 */
import type { Instruction, IrType, Signature, Value } from "../ir/ir.ts";
import { type FrameSlot, imm, type MemoryOperand, reg, slotMem } from "./machine.ts";
import {
  CALLER_SAVED,
  INTEGER_ARGUMENTS,
  INTEGER_RESULTS,
  RAX,
  RCX,
  RDI,
  type Reg,
  RSI,
  VECTOR_ARGUMENTS,
  VECTOR_RESULTS,
} from "./registers.ts";
import { addressOf } from "./select-address.ts";
import { immediateOf } from "./select-integer.ts";
import { copyBytes } from "./select-memory.ts";
import type { Selection } from "./selection.ts";

type Where =
  | { readonly kind: "register"; readonly register: Reg }
  | { readonly kind: "stack"; readonly offset: number; readonly size: number };

interface Layout {
  readonly params: readonly Where[];
  /** Bytes on the stack, a multiple of 8. */
  readonly stack: number;
  readonly vectors: number;
}

/** Where the parameters of a signature travel. */
export function layoutOf(signature: Signature): Layout {
  let integers = 0;
  let vectors = 0;
  let stack = 0;
  const onStack = (size: number, align: number): Where => {
    const to = Math.max(align, 8);
    stack = Math.ceil(stack / to) * to;
    const where: Where = { kind: "stack", offset: stack, size };
    stack += Math.ceil(size / 8) * 8;
    return where;
  };
  const params = signature.params.map((p): Where => {
    if (typeof p === "object") return onStack(p.size, p.align);
    if (p === "f64") {
      const register = VECTOR_ARGUMENTS[vectors];
      if (register === undefined) return onStack(8, 8);
      vectors++;
      return { kind: "register", register };
    }
    const register = INTEGER_ARGUMENTS[integers];
    if (register === undefined) return onStack(8, 8);
    integers++;
    return { kind: "register", register };
  });
  return { params, stack, vectors };
}

function resultRegisters(types: readonly IrType[]): Reg[] {
  let integers = 0;
  let vectors = 0;
  return types.map((type) => {
    const r = type === "f64" ? VECTOR_RESULTS[vectors++] : INTEGER_RESULTS[integers++];
    if (r === undefined) throw new Error(`${types.length} results do not fit the registers`);
    return r;
  });
}

const area = (kind: "incoming" | "outgoing", offset: number): FrameSlot => ({
  size: 8,
  align: 8,
  area: kind,
  offset,
});

/** What a call of an unknown signature is taken for: its arguments' and results' own types. */
const signatureOf = (i: Instruction, args: readonly Value[]): Signature =>
  i.details.signature ?? {
    params: args.map((a) => a.type),
    results: i.results.map((r) => r.type),
    noreturn: false,
    variadic: false,
  };

export function selectCall(s: Selection, i: Instruction): void {
  const args = i.op === "callptr" ? i.args.slice(1) : i.args;
  const signature = signatureOf(i, args);
  const layout = layoutOf(signature);
  s.machine.hasCalls = true;
  s.machine.outgoing = Math.max(s.machine.outgoing, Math.ceil(layout.stack / 16) * 16);
  const loads = i.op === "callptr" ? s.canFoldLoad(i.args[0]!) : undefined;
  let callee: MemoryOperand | undefined;
  let calleeRegister: Reg | undefined;
  if (loads) callee = addressOf(s, loads.args[0]!, loads.details.offset);
  else if (i.op === "callptr") calleeRegister = s.use(i.args[0]!);
  // What goes through memory first: it may need registers of arguments.
  args.forEach((a, n) => {
    const where = layout.params[n]!;
    if (where.kind !== "stack") return;
    const to = slotMem(area("outgoing", where.offset));
    if (typeof signature.params[n] === "object") {
      if (where.size <= 128) copyBytes(s, to, addressOf(s, a), where.size);
      else {
        s.into(RSI, a);
        s.emit("lea", 64, reg(RDI), to);
        s.constant(RCX, BigInt(where.size));
        s.emit("repmovs", 8);
      }
    } else if (a.type === "f64") s.emit("movsd", 64, to, reg(s.use(a)));
    else s.emit("mov", 64, to, immediateOf(a) ?? reg(s.use(a)));
  });
  const uses: Reg[] = [];
  const register = (n: number): Reg | undefined => {
    const where = layout.params[n]!;
    return where.kind === "register" ? where.register : undefined;
  };
  // Values are asked for before any argument register is written; constants are made last, and need none.
  const copies = args.map((a, n) =>
    register(n) !== undefined && !s.isRematerialised(a) ? s.use(a) : undefined,
  );
  copies.forEach((from, n) => {
    if (from !== undefined) s.copy(register(n)!, from);
  });
  args.forEach((a, n) => {
    const r = register(n);
    if (r === undefined) return;
    if (copies[n] === undefined) s.into(r, a);
    uses.push(r);
  });
  if (signature.variadic) {
    s.emit("mov", 32, reg(RAX), imm(layout.vectors));
    uses.push(RAX);
  }
  const call = callee
    ? s.emit("callr", 64, callee)
    : calleeRegister !== undefined
      ? s.emit("callr", 64, reg(calleeRegister))
      : s.emit("call", 64);
  call.symbol = i.op === "call" ? i.details.symbol : undefined;
  call.uses = uses;
  call.defs = CALLER_SAVED;
  const results = resultRegisters(i.results.map((r) => r.type));
  i.results.forEach((r, n) => {
    if (!s.isRequested(r)) return;
    const d = s.registerOf(r);
    // The ABI promises eight bits of a bool; the rest must be zero here.
    if (r.type === "i1") s.emit("movzx8", 32, reg(d), reg(results[n]!));
    else s.copy(d, results[n]!);
  });
}

/** Takes the function's parameters out of their registers and stack slots: at the start of its entry block. */
export function selectParameters(s: Selection): void {
  const { signature, blocks } = s.ir;
  const layout = layoutOf(signature);
  const entry = blocks[0]!;
  s.place = s.ir.place;
  const fromStack: (() => void)[] = [];
  const found: Reg[] = [];
  entry.params.forEach((p, n) => {
    const where = layout.params[n]!;
    if (where.kind === "register") found.push(where.register);
    if (!s.isRequested(p)) return;
    const d = s.registerOf(p);
    if (where.kind === "register") {
      if (p.type === "i1") s.emit("movzx8", 32, reg(d), reg(where.register));
      else s.copy(d, where.register);
      return;
    }
    const at = slotMem(area("incoming", where.offset));
    fromStack.push(() => {
      if (typeof signature.params[n] === "object") s.emit("lea", 64, reg(d), at);
      else if (p.type === "f64") s.emit("movsd", 64, reg(d), at);
      else if (p.type === "i1") s.emit("movzx8", 32, reg(d), at);
      else s.emit("mov", 64, reg(d), at);
    });
  });
  for (const take of fromStack) take();
  s.closeGroup();
  // Gives the argument registers a beginning.
  s.emit("touch", 64).defs = found;
  s.closeGroup();
}

/** Puts results where they travel; gives the registers that the return then reads. */
export function selectReturn(s: Selection, values: readonly Value[]): Reg[] {
  const registers = resultRegisters(values.map((v) => v.type));
  const copies = values.map((v) => (s.isRematerialised(v) ? undefined : s.use(v)));
  copies.forEach((from, n) => {
    if (from !== undefined) s.copy(registers[n]!, from);
  });
  values.forEach((v, n) => {
    if (copies[n] === undefined) s.into(registers[n]!, v);
  });
  return registers;
}
