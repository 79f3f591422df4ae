/**
 * Instruction selection: a function of the IR to machine blocks with virtual registers. Which instructions an operation becomes
 * say the select-*.ts files; here is the walk, the machine's own operations, and how control leaves a block.
 */
import type { Block, Edge, Instruction, IrFunction, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import { CC, imm, type MachineBlock, mem, reg, type Size, slotMem } from "./machine.ts";
import { loopDepths, postorder } from "./order.ts";
import { RAX, RBP, RDX, type Reg } from "./registers.ts";
import { selectAsm } from "./select-asm.ts";
import { selectAtomic } from "./select-atomic.ts";
import { selectCall, selectParameters, selectReturn } from "./select-call.ts";
import { flagsFor, inverted, selectComparison, selectSelect } from "./select-compare.ts";
import { selectFloat } from "./select-float.ts";
import { extended, resultOf, selectInteger } from "./select-integer.ts";
import { selectCopy, selectFill, selectLoad, selectStore } from "./select-memory.ts";
import { selectSwitch } from "./select-switch.ts";
import {
  bitsOf,
  type ConstantPool,
  constantOf,
  type GenerateOptions,
  producer,
  Selection,
} from "./selection.ts";

/** Selects a whole function; its blocks are what the entry leads to. */
export function select(
  fn: IrFunction,
  options: GenerateOptions,
  pool: ConstantPool,
): { selection: Selection; entry: MachineBlock } {
  const order = postorder(fn.blocks[0]!);
  const s = new Selection(fn, options, pool, loopDepths(order), order);
  s.machine.framePointer =
    (options.debug && !fn.attributes.naked) ||
    fn.slots.some((slot) => slot.align > 16) ||
    order.some((b) => b.instructions.some((i) => i.op === "frame"));
  for (const block of order) {
    s.beginBlock(block);
    s.atEnd(block);
    selectTerminator(s, block);
    s.closeGroup();
    for (let n = block.instructions.length - 1; n >= 0; n--) {
      const i = block.instructions[n]!;
      if (!isNeeded(s, i)) continue;
      s.at(i);
      selectInstruction(s, i);
      s.closeGroup();
    }
    if (block === fn.blocks[0]) selectParameters(s);
    s.finishBlock();
  }
  return { selection: s, entry: s.blocks.get(fn.blocks[0]!)! };
}

/** Whether an instruction makes code where it stands: it does something, or its own register is wanted. */
function isNeeded(s: Selection, i: Instruction): boolean {
  if (OPS[i.op].effect === "write") return true;
  if (i.details.volatile === true) {
    // One that its only user has folded has happened.
    return !s.foldedVolatile.has(i);
  }
  return i.results.some((v) => s.registers.has(v) && s.root(v) === v) && !s.isRematerialised(i.results[0]!);
}

function selectInstruction(s: Selection, i: Instruction): void {
  switch (i.op) {
    case "icmp":
    case "fcmp":
      selectComparison(s, i);
      return;
    case "select":
      selectSelect(s, i);
      return;
    case "fadd":
    case "fsub":
    case "fmul":
    case "fdiv":
    case "fneg":
    case "fsqrt":
    case "sitof":
    case "uitof":
    case "ftosi":
    case "ftoui":
      selectFloat(s, i);
      return;
    case "load":
      selectLoad(s, i);
      return;
    case "store":
      selectStore(s, i);
      return;
    case "memcpy":
    case "memmove":
      selectCopy(s, i);
      return;
    case "memset":
      selectFill(s, i);
      return;
    case "atomicload":
    case "atomicstore":
    case "atomicrmw":
    case "cmpxchg":
      selectAtomic(s, i);
      return;
    case "call":
    case "callptr":
      selectCall(s, i);
      return;
    case "asm":
      selectAsm(s, i);
      return;
    case "const":
    case "fconst":
    case "symbol":
    case "slot":
    case "barrier":
      return;
    case "fence":
      s.emit("mfence", 64);
      return;
    case "pause":
      s.emit("pause", 64);
      return;
    case "trap":
      s.emit("ud2", 64);
      return;
    case "rdtsc":
      s.emit("rdtsc", 64);
      s.emit("shl", 64, reg(RDX), imm(32));
      s.emit("lea", 64, reg(resultOf(s, i)), mem(RAX, 0, { index: RDX }));
      return;
    case "frame":
      s.copy(resultOf(s, i), RBP);
      return;
    case "retaddr":
      s.emit("mov", 64, reg(resultOf(s, i)), slotMem({ size: 8, align: 8, area: "incoming", offset: -8 }));
      return;
    case "portin":
    case "portout":
      selectPort(s, i);
      return;
    default:
      selectInteger(s, i);
  }
}

function selectPort(s: Selection, i: Instruction): void {
  const [port, value] = [i.args[0]!, i.args[1]];
  const constant = constantOf(port);
  const near = constant !== undefined && constant >= 0n && constant < 256n;
  const size: Size = bitsOf((value ?? i.results[0]!).type);
  const p = near || s.isRematerialised(port) ? undefined : s.use(port);
  if (value) s.into(RAX, value);
  if (!near) {
    if (p === undefined) s.into(RDX, port);
    else s.copy(RDX, p);
  }
  if (near) s.emit(value ? "outimm" : "inimm", size, imm(Number(constant)));
  else s.emit(value ? "out" : "in", size);
  if (value || !s.isRequested(i.results[0]!)) return;
  const d = resultOf(s, i);
  // Narrow ones leave what was above them in rax.
  if (size === 32) s.copy(d, RAX);
  else s.emit(size === 8 ? "movzx8" : "movzx16", 32, reg(d), reg(RAX));
}

// ----------------------------------------------------------------------------------------------------- control

/** Copies of a parallel assignment in an order in which none overwrites what another needs; cycles through a new register. */
function emitEdgeCopies(s: Selection, edge: Edge): void {
  const moves: { to: Reg; from: Reg }[] = [];
  const made: { to: Reg; value: Value }[] = [];
  edge.to.params.forEach((p, n) => {
    if (!s.useCounts.has(p)) return;
    const arg = edge.args[n]!;
    const to = s.placeOf(p);
    if (s.isRematerialised(arg)) made.push({ to, value: arg });
    else {
      const from = s.use(arg);
      if (from !== to) moves.push({ to, from });
    }
  });
  while (moves.length > 0) {
    const free = moves.findIndex((m) => !moves.some((other) => other !== m && other.from === m.to));
    if (free >= 0) {
      const [move] = moves.splice(free, 1);
      s.copy(move!.to, move!.from);
      continue;
    }
    const first = moves[0]!;
    const t = s.fresh(s.machine.fileOf(first.to));
    s.copy(t, first.to);
    for (const m of moves) if (m.from === first.to) m.from = t;
  }
  for (const { to, value } of made) s.into(to, value);
}

/** The block to jump to for an edge: its target, or a block of copies before it. */
export function edgeBlock(s: Selection, edge: Edge): MachineBlock {
  const to = s.blocks.get(edge.to)!;
  if (!edge.to.params.some((p) => s.useCounts.has(p))) return to;
  return s.sideBlock(() => emitEdgeCopies(s, edge), { kind: "jump", to });
}

function selectTerminator(s: Selection, block: Block): void {
  const t = block.terminator;
  switch (t.kind) {
    case "jump":
      emitEdgeCopies(s, t.edge);
      s.end = { kind: "jump", to: s.blocks.get(t.edge.to)! };
      return;
    case "branch":
      selectBranch(s, t);
      return;
    case "toggle":
      s.end = {
        kind: "toggle",
        key: t.key,
        taken: edgeBlock(s, t.then),
        otherwise: edgeBlock(s, t.otherwise),
      };
      return;
    case "switch":
      selectSwitch(
        s,
        t,
        (edge) => edgeBlock(s, edge),
        (v) => extended(s, v, false),
      );
      return;
    case "return":
      s.end = { kind: "return", uses: selectReturn(s, t.values) };
      return;
    case "unreachable":
      s.end = { kind: "none" };
  }
}

type Branch = Extract<Block["terminator"], { kind: "branch" }>;

function selectBranch(s: Selection, t: Branch): void {
  const constant = constantOf(t.condition);
  if (constant !== undefined) {
    const edge = constant === 0n ? t.otherwise : t.then;
    emitEdgeCopies(s, edge);
    s.end = { kind: "jump", to: s.blocks.get(edge.to)! };
    return;
  }
  branchOn(s, t.condition, edgeBlock(s, t.then), edgeBlock(s, t.otherwise), t.likely, 0);
}

/** Branches by the flags of a condition; of two joined by `and` or `or`, one after the other where neither is kept. */
function branchOn(
  s: Selection,
  v: Value,
  then: MachineBlock,
  otherwise: MachineBlock,
  likely: Branch["likely"],
  depth: number,
): void {
  const joined = producer(v, "and", "or");
  if (
    joined &&
    depth < 4 &&
    s.isLocal(joined) &&
    !s.isRequested(v) &&
    joined.args.every((a) => isComparison(s, a))
  ) {
    const [a, b] = [joined.args[0]!, joined.args[1]!];
    // The second comparison's block comes first, as selection goes upwards.
    const second = s.sideBlock(() => branchOn(s, b, then, otherwise, likely, depth + 1), { kind: "none" });
    second.end = s.end;
    if (joined.op === "and") branchOn(s, a, second, otherwise, undefined, depth + 1);
    else branchOn(s, a, then, second, undefined, depth + 1);
    return;
  }
  const found = flagsFor(s, v);
  if (found.parity === undefined) {
    const expected = likely === "then" ? "taken" : likely;
    s.end = { kind: "branch", cc: found.cc, taken: then, otherwise, likely: expected };
    return;
  }
  // Taken if the condition holds and the operands were ordered; of its inverse the other way round.
  const positive = found.parity === "and np" ? found : inverted(found);
  const [yes, no] = found.parity === "and np" ? [then, otherwise] : [otherwise, then];
  const ordered = s.sideBlock(() => {}, {
    kind: "branch",
    cc: positive.cc,
    taken: yes,
    otherwise: no,
    likely: undefined,
  });
  s.end = { kind: "branch", cc: CC.p, taken: no, otherwise: ordered, likely: "otherwise" };
}

const isComparison = (s: Selection, v: Value): boolean => {
  const def = producer(v, "icmp", "and", "or");
  return (
    def !== undefined && s.isLocal(def) && s.useCounts.get(v) === 1 && v.type === "i1" && !s.isRequested(v)
  );
};
