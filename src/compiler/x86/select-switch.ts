/**
 * Switches: a table of addresses where the values are dense, else a binary search of comparisons.
 */
import type { Block, Edge, Value } from "../ir/ir.ts";
import { CC, imm, type MachineBlock, mem, reg } from "./machine.ts";
import type { Reg } from "./registers.ts";
import { bitsOf, fitsInt32, type Selection, workSize } from "./selection.ts";

type Switch = Extract<Block["terminator"], { kind: "switch" }>;
interface Case {
  readonly value: bigint;
  readonly to: MachineBlock;
}

/** Fewest cases for a table, and most entries for each. */
const TABLE_CASES = 5;
const TABLE_SPARSE = 4n;
/** Up to so many cases are compared one after the other. */
const LINEAR = 3;

export function selectSwitch(
  s: Selection,
  t: Switch,
  blockFor: (edge: Edge) => MachineBlock,
  extend: (v: Value) => Reg,
): void {
  const bits = bitsOf(t.subject.type);
  const otherwise = blockFor(t.otherwise);
  const cases = t.cases
    .map((c): Case => ({ value: BigInt.asUintN(bits, c.value), to: blockFor(c.edge) }))
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  if (cases.length === 0) {
    s.end = { kind: "jump", to: otherwise };
    return;
  }
  const subject = extend(t.subject);
  choose(s, subject, workSize(t.subject.type), cases, otherwise);
}

/** Emits into the current place what decides among `cases`, and sets how it ends. */
function choose(s: Selection, x: Reg, size: 32 | 64, cases: readonly Case[], otherwise: MachineBlock): void {
  const [low, high] = [cases[0]!.value, cases.at(-1)!.value];
  if (cases.length >= TABLE_CASES && high - low < TABLE_SPARSE * BigInt(cases.length)) {
    const span = Number(high - low);
    const targets: MachineBlock[] = new Array<MachineBlock>(span + 1).fill(otherwise);
    for (const c of cases) targets[Number(c.value - low)] = c.to;
    const index = s.fresh();
    if (low === 0n && size === 32) s.emit("mov", 32, reg(index), reg(x));
    else {
      s.copy(index, x);
      if (low !== 0n) add(s, index, size, -low);
    }
    const jump = s.sideBlock(() => {}, { kind: "table", index, targets });
    s.emit("cmp", size, reg(index), imm(span));
    s.end = { kind: "branch", cc: CC.a, taken: otherwise, otherwise: jump, likely: "otherwise" };
    return;
  }
  if (cases.length <= LINEAR) {
    const [first, ...rest] = cases;
    let next = otherwise;
    if (rest.length > 0) {
      next = s.sideBlock(() => choose(s, x, size, rest, otherwise), { kind: "none" });
      next.end = s.end;
    }
    compare(s, x, size, first!.value);
    s.end = { kind: "branch", cc: CC.e, taken: first!.to, otherwise: next, likely: undefined };
    return;
  }
  const middle = cases.length >> 1;
  const side = (part: readonly Case[]): MachineBlock => {
    const block = s.sideBlock(() => choose(s, x, size, part, otherwise), { kind: "none" });
    block.end = s.end;
    return block;
  };
  const below = side(cases.slice(0, middle));
  const above = side(cases.slice(middle));
  compare(s, x, size, cases[middle]!.value);
  s.end = { kind: "branch", cc: CC.b, taken: below, otherwise: above, likely: undefined };
}

function signed(value: bigint, size: 32 | 64): bigint {
  return BigInt.asIntN(size, value);
}

function compare(s: Selection, x: Reg, size: 32 | 64, value: bigint): void {
  const constant = signed(value, size);
  if (constant === 0n) s.emit("cmp", size, reg(x), imm(0));
  else if (fitsInt32(constant)) s.emit("cmp", size, reg(x), imm(Number(constant)));
  else {
    const t = s.fresh();
    s.constant(t, value);
    s.emit("cmp", size, reg(x), reg(t));
  }
}

function add(s: Selection, r: Reg, size: 32 | 64, value: bigint): void {
  const constant = signed(value, size);
  if (fitsInt32(constant)) s.emit("lea", size, reg(r), mem(r, Number(constant)));
  else {
    const t = s.fresh();
    s.constant(t, BigInt.asUintN(64, constant));
    s.emit("add", size, reg(r), reg(t));
  }
}
