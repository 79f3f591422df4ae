/**
 * Compare and exchange: CMPXCHG, CMPXCHG8B, CMPXCHG16B, XADD (SDM vol. 2A, 2D). XCHG is in data-movement.ts. What LOCK
 * adds is the engine's: here an instruction is a read and a write.
 */
import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RAX, RBX, RCX, RDX } from "../state.ts";
import { additionFlags, subtractionFlags } from "./arithmetic.ts";

/** Memory is written back even where the comparison fails; a register then keeps all of its bits. */
const cmpxchg: Semantics = (o) => {
  const width = o.width(0);
  const destination = o.read(0);
  const source = o.read(1);
  const accumulator = o.reg(RAX, width);
  const equal = o.eq(accumulator, destination);
  if (o.isMemory(0)) o.write(0, o.select(equal, source, destination));
  o.when(
    equal,
    () => {
      if (!o.isMemory(0)) o.write(0, source);
    },
    () => {
      o.setReg(RAX, destination);
    },
  );
  const r = o.sub(accumulator, destination);
  subtractionFlags(o, accumulator, destination, r, () => o.ltu(accumulator, destination));
};

/** Compares rDX:rAX with a pair of 32 or 64 bits, and stores rCX:rBX or loads. */
const cmpxchgPair =
  (half: 32 | 64): Semantics =>
  (o) => {
    if (half === 64) o.requireAligned(0);
    const pair = o.read(0);
    const lo = o.low(pair, half);
    const hi = o.bits(pair, half, half);
    const same = o.and(o.eq(lo, o.reg(RAX, half)), o.eq(hi, o.reg(RDX, half)));
    o.write(0, o.concat(o.select(same, o.reg(RCX, half), hi), o.select(same, o.reg(RBX, half), lo)));
    o.when(
      same,
      () => {},
      () => {
        o.setReg(RAX, lo);
        o.setReg(RDX, hi);
      },
    );
    o.setFlags({ zf: () => same });
  };

/** Where both operands are one register the sum wins. */
const xadd: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const r = o.add(a, b);
  if (o.isMemory(0)) {
    o.write(0, r);
    o.write(1, a);
  } else {
    o.write(1, a);
    o.write(0, r);
  }
  additionFlags(o, a, b, r, () => o.ltu(r, a));
};

const lock = true;

export const ATOMIC: readonly Row[] = [
  op(0x0fb0, "cmpxchg", "Eb,Gb", cmpxchg, { lock, cost: [3, 5] }),
  op(0x0fb1, "cmpxchg", "Ev,Gv", cmpxchg, { lock, cost: [3, 6] }),
  op(0x0fc7, "cmpxchg8b", "Mq", cmpxchgPair(32), { lock, digit: 1, w: 0, feature: "cx8", cost: [10, 18] }),
  op(0x0fc7, "cmpxchg16b", "Mdq", cmpxchgPair(64), { lock, digit: 1, w: 1, feature: "cx16", cost: [14, 27] }),
  op(0x0fc0, "xadd", "Eb,Gb", xadd, { lock, cost: [1, 2] }),
  op(0x0fc1, "xadd", "Ev,Gv", xadd, { lock, cost: [1, 2] }),
];
