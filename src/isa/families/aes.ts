/** AES-NI and PCLMULQDQ (SDM vol. 2; vol. 1 §12.13). The arithmetic is pure/aes.ts and pure/crypto.ts. */

import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { binary, readVector, sse, unary } from "./vector.ts";
import { halfBy } from "./vector-shuffle.ts";

const round = (name: "aesenc" | "aesenclast" | "aesdec" | "aesdeclast"): Semantics =>
  binary((o, a, b) => o.pure(name, a, b));

const keyGenerationAssist: Semantics = (o) => {
  const b = readVector(o, 1);
  o.write(0, o.pure("aeskeygenassist", b, o.read(2)));
};

/** Bit 0 of the immediate chooses the destination's half, bit 4 the source's. */
const carrylessMultiply: Semantics = (o) => {
  const b = readVector(o, 1);
  const imm8 = o.read(2);
  o.write(0, o.pure("clmul", halfBy(o, o.read(0), o.bit(imm8, 0)), halfBy(o, b, o.bit(imm8, 4))));
};

const aes = sse("66", "aes", [4, 1]);

export const AES: readonly Row[] = [
  op(
    0x0f38db,
    "aesimc",
    "Vdq,Wdq",
    unary((o, a) => o.pure("aesimc", a)),
    aes,
  ),
  op(0x0f38dc, "aesenc", "Vdq,Wdq", round("aesenc"), aes),
  op(0x0f38dd, "aesenclast", "Vdq,Wdq", round("aesenclast"), aes),
  op(0x0f38de, "aesdec", "Vdq,Wdq", round("aesdec"), aes),
  op(0x0f38df, "aesdeclast", "Vdq,Wdq", round("aesdeclast"), aes),
  op(0x0f3adf, "aeskeygenassist", "Vdq,Wdq,Ib", keyGenerationAssist, aes),
  op(0x0f3a44, "pclmulqdq", "Vdq,Wdq,Ib", carrylessMultiply, sse("66", "pclmulqdq", [4, 4])),
];
