/**
 * String instructions: MOVS, CMPS, SCAS, LODS, STOS (SDM vol. 2). A semantics is one iteration; the readings repeat it.
 * INS and OUTS are system instructions.
 */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";
import { RAX, RDI, RSI } from "../state.ts";
import { subtractionFlags } from "./arithmetic.ts";

/** Moves the string pointers past one element, down where df is set. */
function advance<V>(o: Ops<V>, ...registers: readonly number[]): void {
  const width = o.addressSize;
  const bytes = o.size / 8;
  const step = o.select(o.direction(), o.const(width, -bytes), o.const(width, bytes));
  for (const r of registers) o.setReg(r, o.add(o.reg(r, width), step));
}

const movs: Semantics = (o) => {
  o.write(0, o.read(1));
  advance(o, RSI, RDI);
};

function compare<V>(o: Ops<V>, a: V, b: V): void {
  subtractionFlags(o, a, b, o.sub(a, b), () => o.ltu(a, b));
}

/** The second operand, at rDI, is read first: silicon faults there where both would. */
const cmps: Semantics = (o) => {
  const b = o.read(1);
  compare(o, o.read(0), b);
  advance(o, RSI, RDI);
};

const stos: Semantics = (o) => {
  o.write(0, o.reg(RAX));
  advance(o, RDI);
};

const lods: Semantics = (o) => {
  o.setReg(RAX, o.read(1));
  advance(o, RSI);
};

const scas: Semantics = (o) => {
  compare(o, o.reg(RAX), o.read(1));
  advance(o, RDI);
};

/** The byte form, and the form for 16, 32 and 64 bits. */
function pair(
  opcode: number,
  name: string,
  bytes: string,
  words: string,
  semantics: Semantics,
  options: RowOptions,
): Row[] {
  const names = { 16: `${name}w`, 32: `${name}d`, 64: `${name}q` };
  return [
    op(opcode, `${name}b`, bytes, semantics, options),
    op(opcode + 1, name, words, semantics, { ...options, names }),
  ];
}

export const STRING: readonly Row[] = [
  ...pair(0xa4, "movs", "Yb,Xb", "Yv,Xv", movs, { rep: "rep", cost: [4, 5] }),
  ...pair(0xa6, "cmps", "Xb,Yb", "Xv,Yv", cmps, { rep: "repe", cost: [4, 6] }),
  ...pair(0xaa, "stos", "Yb,AL", "Yv,rAX", stos, { rep: "rep", cost: [2, 3] }),
  ...pair(0xac, "lods", "AL,Xb", "rAX,Xv", lods, { rep: "rep", cost: [4, 3] }),
  ...pair(0xae, "scas", "AL,Yb", "rAX,Yv", scas, { rep: "repe", cost: [4, 4] }),
];
