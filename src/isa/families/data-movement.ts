/**
 * Moves that compute nothing: MOV, MOVSX, MOVSXD, MOVZX, MOVBE, MOVNTI, LEA, XCHG, BSWAP, CBW and kin, CWD and kin,
 * XLAT, LAHF, SAHF (SDM vol. 2). Not here: moves of segment, control and debug registers (system instructions), and what
 * moves under a condition (conditional.ts).
 */
import type { Ops, Semantics, Width } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RAX, RBX, RDX } from "../state.ts";

export const mov: Semantics = (o) => {
  o.write(0, o.read(1));
};

const movsx: Semantics = (o) => {
  o.write(0, o.sext(o.read(1), o.width(0)));
};

const movzx: Semantics = (o) => {
  o.write(0, o.zext(o.read(1), o.width(0)));
};

/** With a 66 prefix it moves 16 bits, but silicon reads 32. */
const movsxd: Semantics = (o) => {
  if (o.size !== 16) o.write(0, o.sext(o.read(1), o.width(0)));
  else if (o.isMemory(1)) o.write(0, o.low(o.loadAt(1, o.address(1), 32), 16));
  else o.write(0, o.read(1));
};

/** Bytes in the opposite order; width 16–64. Exchanges bytes, then pairs, then halves. */
function swapBytes<V>(o: Ops<V>, v: V, width: Width): V {
  let r = v;
  const exchange = (bits: number, mask: bigint): void => {
    const by = o.const(width, bits);
    const m = o.const(width, mask);
    r = o.or(o.and(o.shr(r, by), m), o.shl(o.and(r, m), by));
  };
  if (width === 64) exchange(8, 0x00ff00ff00ff00ffn);
  if (width === 64) exchange(16, 0x0000ffff0000ffffn);
  if (width === 32) exchange(8, 0x00ff00ffn);
  return o.rotl(r, o.const(width, width / 2));
}

/** BSWAP of 16 bits is undefined by the manual; silicon clears them. */
const bswap: Semantics = (o) => {
  const width = o.width(0);
  o.write(0, width === 16 ? o.const(16, 0) : swapBytes(o, o.read(0), width));
};

const movbe: Semantics = (o) => {
  o.write(0, swapBytes(o, o.read(1), o.width(0)));
};

/** The effective address, cut or zero-extended to the operand size. */
const lea: Semantics = (o) => {
  const a = o.address(1);
  const size = o.width(0);
  o.write(0, o.addressSize < size ? o.zext(a, size) : o.low(a, size));
};

const xchg: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  o.write(0, b);
  o.write(1, a);
};

const half = (size: 8 | 16 | 32 | 64): Width => (size === 64 ? 32 : size === 32 ? 16 : 8);

const convert: Semantics = (o) => {
  o.setReg(RAX, o.sext(o.reg(RAX, half(o.size)), o.size));
};

const convertDouble: Semantics = (o) => {
  o.setReg(RDX, o.sar(o.reg(RAX), o.const(o.size, o.size - 1)));
};

/** The operand gives the segment only: the address is rBX + AL. */
const xlat: Semantics = (o) => {
  const width = o.addressSize;
  o.setReg(RAX, o.loadAt(0, o.add(o.reg(RBX, width), o.zext(o.reg(RAX, 8), width)), 8));
};

/** Bits of rflags' low byte (SDM vol. 1 §3.4.3); bit 1 is always set. */
const LOW_FLAGS = [
  ["cf", 0],
  ["pf", 2],
  ["af", 4],
  ["zf", 6],
  ["sf", 7],
] as const;

const lahf: Semantics = (o) => {
  const byte = LOW_FLAGS.reduce(
    (sum, [name, at]) => o.or(sum, o.shl(o.zext(o.flag(name), 8), o.const(8, at))),
    o.const(8, 2),
  );
  o.setReg(RAX, o.insert(o.reg(RAX, 16), 8, byte));
};

const sahf: Semantics = (o) => {
  const ah = o.bits(o.reg(RAX, 16), 8, 8);
  const bit = (at: number) => () => o.bit(ah, at);
  o.setFlags({ cf: bit(0), pf: bit(2), af: bit(4), zf: bit(6), sf: bit(7) });
};

/** Undocumented: AL becomes all ones or zeros by cf. */
const salc: Semantics = (o) => {
  o.setReg(RAX, o.sext(o.flag("cf"), 8));
};

export const DATA_MOVEMENT: readonly Row[] = [
  op(0x88, "mov", "Eb,Gb", mov),
  op(0x89, "mov", "Ev,Gv", mov),
  op(0x8a, "mov", "Gb,Eb", mov),
  op(0x8b, "mov", "Gv,Ev", mov),
  op(0xa0, "mov", "AL,Ob", mov),
  op(0xa1, "mov", "rAX,Ov", mov),
  op(0xa2, "mov", "Ob,AL", mov),
  op(0xa3, "mov", "Ov,rAX", mov),
  op(0xb0, "mov", "Zb,Ib", mov, { plus: true }),
  op(0xb8, "mov", "Zv,Iv", mov, { plus: true }),
  op(0xc6, "mov", "Eb,Ib", mov, { digit: 0 }),
  op(0xc7, "mov", "Ev,Iz", mov, { digit: 0 }),
  op(0x0fc3, "movnti", "My,Gy", mov, { prefix: "none", feature: "sse2" }),
  op(0x63, "movsxd", "Gv,Ez", movsxd, { only: "o64" }),
  op(0x0fb6, "movzx", "Gv,Eb", movzx),
  op(0x0fb7, "movzx", "Gv,Ew", movzx),
  op(0x0fbe, "movsx", "Gv,Eb", movsx),
  op(0x0fbf, "movsx", "Gv,Ew", movsx),
  op(0x0f38f0, "movbe", "Gv,Mv", movbe, { prefix: "none", feature: "movbe" }),
  op(0x0f38f1, "movbe", "Mv,Gv", movbe, { prefix: "none", feature: "movbe" }),
  op(0x8d, "lea", "Gv,Mm", lea),
  op(0x86, "xchg", "Eb,Gb", xchg, { lock: true, cost: [1, 2] }),
  op(0x87, "xchg", "Ev,Gv", xchg, { lock: true, cost: [1, 2] }),
  op(0x90, "xchg", "Zv,rAX", xchg, { plus: true, cost: [1, 2] }),
  op(0x0fc8, "bswap", "Zv", bswap, { plus: true }),
  op(0x98, "cbw", "", convert, { names: { 16: "cbw", 32: "cwde", 64: "cdqe" } }),
  op(0x99, "cwd", "", convertDouble, { names: { 16: "cwd", 32: "cdq", 64: "cqo" } }),
  op(0xd7, "xlatb", "Xb", xlat, { aliases: ["xlat"], cost: [2, 2] }),
  op(0x9f, "lahf", "", lahf, { feature: "lahf_lm" }),
  op(0x9e, "sahf", "", sahf, { feature: "lahf_lm" }),
  op(0xd6, "salc", "", salc, { only: "i64", alternate: true }),
];
