/**
 * Atomic operations. Loads and stores of aligned values are plain moves, under which x86 orders all but a store before a later load
 * (SDM vol. 3A §9.2.3); sequential stores are XCHG, which is locked by itself. Others are LOCK forms, or CMPXCHG in a loop.
 */
import type { Instruction } from "../ir/ir.ts";
import { CC, reg } from "./machine.ts";
import { RAX } from "./registers.ts";
import { addressOf } from "./select-address.ts";
import { immediateOf, resultOf } from "./select-integer.ts";
import { emitLoad } from "./select-memory.ts";
import { bitsOf, type Selection, workSize } from "./selection.ts";

export function selectAtomic(s: Selection, i: Instruction): void {
  const offset = i.details.offset ?? 0;
  switch (i.op) {
    case "atomicload":
      emitLoad(s, resultOf(s, i), bitsOf(i.results[0]!.type), false, addressOf(s, i.args[0]!, offset));
      return;
    case "atomicstore": {
      const value = i.args[1]!;
      const size = bitsOf(value.type);
      if ((i.details.order ?? "sequential") === "sequential") {
        const t = s.fresh();
        s.into(t, value);
        s.emit("xchg", size, addressOf(s, i.args[0]!, offset), reg(t));
      } else {
        const source = immediateOf(value) ?? reg(s.use(value));
        s.emit("mov", size, addressOf(s, i.args[0]!, offset), source);
      }
      return;
    }
    case "atomicrmw":
      selectReadModifyWrite(s, i, offset);
      return;
    case "cmpxchg": {
      const [to, expected, value] = [i.args[0]!, i.args[1]!, i.args[2]!];
      const source = s.use(value);
      const at = addressOf(s, to, offset);
      s.into(RAX, expected);
      s.emit("cmpxchg", bitsOf(value.type), at, reg(source)).lock = true;
      if (isWanted(s, i)) s.copy(resultOf(s, i), RAX);
      return;
    }
    default:
      throw new Error(`${i.op} is not atomic`);
  }
}

const isWanted = (s: Selection, i: Instruction): boolean => s.isRequested(i.results[0]!);

function selectReadModifyWrite(s: Selection, i: Instruction, offset: number): void {
  const [to, value] = [i.args[0]!, i.args[1]!];
  const size = bitsOf(value.type);
  const operation = i.details.rmw ?? "add";
  const wanted = isWanted(s, i);
  if (operation === "exchange") {
    const t = wanted ? resultOf(s, i) : s.fresh();
    s.into(t, value);
    s.emit("xchg", size, addressOf(s, to, offset), reg(t));
    return;
  }
  if (!wanted) {
    const source = immediateOf(value) ?? reg(s.use(value));
    s.emit(operation, size, addressOf(s, to, offset), source).lock = true;
    return;
  }
  const d = resultOf(s, i);
  if (operation === "add") {
    s.into(d, value);
    s.emit("xadd", size, addressOf(s, to, offset), reg(d)).lock = true;
    return;
  }
  const after = s.cut();
  const at = addressOf(s, to, offset);
  const source = s.use(value);
  const loop = s.sideBlock(
    () => {
      const t = s.fresh();
      s.copy(RAX, d);
      s.copy(t, d);
      s.emit(operation, workSize(value.type), reg(t), reg(source));
      s.emit("cmpxchg", size, at, reg(t)).lock = true;
      // MOV leaves the flags alone.
      s.copy(d, RAX);
    },
    { kind: "none" },
  );
  loop.end = { kind: "branch", cc: CC.ne, taken: loop, otherwise: after, likely: "otherwise" };
  emitLoad(s, d, size, false, at);
  s.end = { kind: "jump", to: loop };
}
