/**
 * Near control transfer and the flags one sets directly: JMP, CALL, RET, Jcc, LOOPcc, JrCXZ, CLC, STC, CMC, CLD, STD,
 * UD0, UD1, UD2, BOUND (SDM vol. 2). Far transfers, INT n and IRET are system instructions.
 *
 * In 64-bit mode near branches have 64-bit operands whatever the prefixes (the SDM's f64). AMD's processors honour 66
 * there and cut rip to 16 bits; nobody's code wants that. The target of an indirect branch must be canonical: the
 * branch itself faults, as silicon does. A target beyond the limit of cs is found when it is fetched.
 */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RCX } from "../state.ts";
import { CONDITION_NAMES, condition } from "./condition.ts";

/** Raises #GP(0) in 64-bit mode unless the target is canonical (SDM vol. 1 §3.3.7.1). */
function requireCanonical<V>(o: Ops<V>, target: V): void {
  if (o.mode !== 64) return;
  o.raiseIf(o.not(o.canonical(target)), "GP", 0);
}

const jmp: Semantics = (o) => {
  o.jumpRelative(0);
};

const jmpIndirect: Semantics = (o) => {
  const target = o.read(0);
  requireCanonical(o, target);
  o.jump(target);
};

const call: Semantics = (o) => {
  o.push(o.nextRip());
  o.jumpRelative(0);
};

const callIndirect: Semantics = (o) => {
  const target = o.read(0);
  requireCanonical(o, target);
  o.push(o.nextRip());
  o.jump(target);
};

const ret: Semantics = (o) => {
  const target = o.stack(0, o.size);
  requireCanonical(o, target);
  o.moveStack(o.size / 8);
  o.jump(target);
};

/** RET imm16 also drops the caller's arguments. */
const retDrop: Semantics = (o) => {
  const target = o.stack(0, o.size);
  requireCanonical(o, target);
  o.moveStack(o.add(o.zext(o.read(0), 64), o.const(64, o.size / 8)));
  o.jump(target);
};

const jcc =
  (cc: number): Semantics =>
  (o) => {
    o.jumpRelative(0, condition(o, cc));
  };

/** Counts rCX down and branches while it is not 0 (and, with `equal`, while zf is that); flags stay. */
const loop =
  (equal?: boolean): Semantics =>
  (o) => {
    const width = o.addressSize;
    const left = o.sub(o.reg(RCX, width), o.const(width, 1));
    const more = o.ne(left, o.const(width, 0));
    const zf = equal === undefined ? undefined : o.flag("zf");
    const again = zf === undefined ? more : o.and(more, equal ? zf : o.xor(zf, o.const(1, 1)));
    o.setReg(RCX, left);
    o.jumpRelative(0, again);
  };

const jcxz: Semantics = (o) => {
  o.jumpRelative(0, o.isZero(o.reg(RCX, o.addressSize)));
};

const setCarry =
  (value: 0 | 1): Semantics =>
  (o) => {
    o.setFlags({ cf: () => o.const(1, value) });
  };

const cmc: Semantics = (o) => {
  const cf = o.flag("cf");
  o.setFlags({ cf: () => o.xor(cf, o.const(1, 1)) });
};

const setDirection =
  (value: boolean): Semantics =>
  (o) => {
    o.setDirection(value);
  };

const undefinedInstruction: Semantics = (o) => {
  o.raise("UD");
};

/** The index is signed and must lie between the two words in memory, both included. */
const bound: Semantics = (o) => {
  const index = o.read(0);
  const bounds = o.read(1);
  const lower = o.low(bounds, o.size);
  const upper = o.bits(bounds, o.size, o.size);
  o.raiseIf(o.or(o.lts(index, lower), o.lts(upper, index)), "BR");
};

const f64 = { operandSize: "f64" } as const;

export const CONTROL: readonly Row[] = [
  ...CONDITION_NAMES.flatMap(([name, ...others], cc) => {
    const options = { ...f64, aliases: others.map((n) => `j${n}`) };
    return [
      op(0x70 + cc, `j${name}`, "Jb", jcc(cc), options),
      op(0x0f80 + cc, `j${name}`, "Jz", jcc(cc), options),
    ];
  }),
  op(0xeb, "jmp", "Jb", jmp, f64),
  op(0xe9, "jmp", "Jz", jmp, f64),
  op(0xff, "jmp", "Ev", jmpIndirect, { ...f64, digit: 4 }),
  op(0xe8, "call", "Jz", call, f64),
  op(0xff, "call", "Ev", callIndirect, { ...f64, digit: 2 }),
  op(0xc3, "ret", "", ret, f64),
  op(0xc2, "ret", "Iw", retDrop, f64),
  op(0xe0, "loopne", "Jb", loop(false), { ...f64, aliases: ["loopnz"] }),
  op(0xe1, "loope", "Jb", loop(true), { ...f64, aliases: ["loopz"] }),
  op(0xe2, "loop", "Jb", loop(), f64),
  op(0xe3, "jrcxz", "Jb", jcxz, {
    ...f64,
    names: { 16: "jcxz", 32: "jecxz", 64: "jrcxz" },
    namedBy: "address size",
  }),
  op(0xf8, "clc", "", setCarry(0)),
  op(0xf9, "stc", "", setCarry(1)),
  op(0xf5, "cmc", "", cmc),
  op(0xfc, "cld", "", setDirection(false), { cost: [3, 1] }),
  op(0xfd, "std", "", setDirection(true), { cost: [100, 3] }),
  op(0x0fff, "ud0", "Gv,Ev", undefinedInstruction),
  op(0x0fb9, "ud1", "Gv,Ev", undefinedInstruction),
  op(0x0f0b, "ud2", "", undefinedInstruction),
  op(0x62, "bound", "Gv,Ma", bound, { only: "i64" }),
];
