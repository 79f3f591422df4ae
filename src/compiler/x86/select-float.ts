/**
 * Doubles, by scalar SSE2 (SDM vol. 1 chapter 11). Signs are changed by XORPD with a mask in memory.
 * Unsigned conversions take two halves or a subtraction of 2^63, as the ABI's compilers do.
 */
import type { Instruction, Value } from "../ir/ir.ts";
import { CC, imm, type MachineOp, mem, reg } from "./machine.ts";
import { vectorSource } from "./select-compare.ts";
import { memoryOrRegister, resultOf } from "./select-integer.ts";
import type { Selection } from "./selection.ts";

const ARITHMETIC: Partial<Record<Instruction["op"], MachineOp>> = {
  fadd: "addsd",
  fsub: "subsd",
  fmul: "mulsd",
  fdiv: "divsd",
};

function order(s: Selection, i: Instruction): [Value, Value] {
  const [a, b] = [i.args[0]!, i.args[1]!];
  if (i.op !== "fadd" && i.op !== "fmul") return [a, b];
  if (s.canFoldLoad(a) && !s.canFoldLoad(b)) return [b, a];
  return s.livesOn(a) && !s.livesOn(b) && !s.isRematerialised(b) && !s.canFoldLoad(b) ? [b, a] : [a, b];
}

export function selectFloat(s: Selection, i: Instruction): void {
  if (i.op === "uitof" || i.op === "ftoui") {
    selectUnsigned(s, i);
    return;
  }
  const d = resultOf(s, i);
  switch (i.op) {
    case "fneg":
      s.into(d, i.args[0]!);
      s.emit("xorpd", 64, reg(d), mem(-1, 0, { symbol: s.pool.mask(1n << 63n) }));
      return;
    case "fsqrt":
      s.emit("sqrtsd", 64, reg(d), vectorSource(s, i.args[0]!));
      return;
    case "sitof": {
      const source = memoryOrRegister(s, i.args[0]!, 64);
      // It writes only the low half: zeroed before, it waits for nothing.
      s.emit("zerox", 64, reg(d), reg(d));
      s.emit("cvtsi2sd", 64, reg(d), source);
      return;
    }
    case "ftosi":
      s.emit("cvttsd2si", 64, reg(d), vectorSource(s, i.args[0]!));
      return;
  }
  const [a, b] = order(s, i);
  const source = vectorSource(s, b);
  s.into(d, a);
  s.emit(ARITHMETIC[i.op]!, 64, reg(d), source);
}

function selectUnsigned(s: Selection, i: Instruction): void {
  const d = resultOf(s, i);
  const after = s.cut();
  const from = i.args[0]!;
  if (i.op === "uitof") {
    const x = s.use(from);
    const t = s.fresh();
    const u = s.fresh();
    // Above 2^63: half of it, with the lost bit kept for rounding, doubled.
    const large = s.sideBlock(
      () => {
        s.copy(t, x);
        s.copy(u, x);
        s.emit("shr", 64, reg(t), imm(1));
        s.emit("and", 32, reg(u), imm(1));
        s.emit("or", 64, reg(t), reg(u));
        s.emit("zerox", 64, reg(d), reg(d));
        s.emit("cvtsi2sd", 64, reg(d), reg(t));
        s.emit("addsd", 64, reg(d), reg(d));
      },
      { kind: "jump", to: after },
    );
    const small = s.sideBlock(
      () => {
        s.emit("zerox", 64, reg(d), reg(d));
        s.emit("cvtsi2sd", 64, reg(d), reg(x));
      },
      { kind: "jump", to: after },
    );
    s.emit("test", 64, reg(x), reg(x));
    s.end = { kind: "branch", cc: CC.s, taken: large, otherwise: small, likely: "otherwise" };
    return;
  }
  const x = s.use(from);
  const limit = mem(-1, 0, { symbol: s.pool.double(2 ** 63) });
  const large = s.sideBlock(
    () => {
      const y = s.fresh("xmm");
      s.copy(y, x);
      s.emit("subsd", 64, reg(y), limit);
      s.emit("cvttsd2si", 64, reg(d), reg(y));
      s.emit("btc", 64, reg(d), imm(63));
    },
    { kind: "jump", to: after },
  );
  const small = s.sideBlock(() => s.emit("cvttsd2si", 64, reg(d), reg(x)), { kind: "jump", to: after });
  s.emit("ucomisd", 64, reg(x), limit);
  s.end = { kind: "branch", cc: CC.ae, taken: large, otherwise: small, likely: "otherwise" };
}
