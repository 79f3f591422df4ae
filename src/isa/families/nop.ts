/**
 * Instructions that do nothing here: NOP, PAUSE, ENDBR32, ENDBR64, PREFETCHh, PREFETCHW, and the rest of the hint space
 * 0F 18 – 0F 1F, which processors without the feature execute as NOP (SDM vol. 2B, NOP; vol. 2D table A-3).
 * A prefetch neither faults nor loads. Shadow stacks and branch tracking do not exist here, so that RDSSP leaves
 * its register alone, as the manual says it does then.
 */
import type { Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";

const nothing: Semantics = () => {};

const reserved = (opcode: number, operands: string, options: RowOptions): Row =>
  op(opcode, "nop", operands, nothing, { ...options, alternate: true });

const PREFETCHES = ["prefetchnta", "prefetcht0", "prefetcht1", "prefetcht2"] as const;

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const prefetchw: RowOptions = { feature: "prefetchw" };

export const NOP: readonly Row[] = [
  // 90 without REX.B, which decoding prefers to xchg: xchg eax,eax would clear the upper half of rax.
  op(0x90, "nop", "", nothing),
  op(0x90, "pause", "", nothing, { prefix: "f3", cost: [64, 8] }),
  op(0x0f1f, "nop", "Ev", nothing, { digit: 0 }),
  ...range(1, 7).map((digit) => reserved(0x0f1f, "Ev", { digit })),

  ...PREFETCHES.flatMap((name, digit) => [
    op(0x0f18, name, "Mb", nothing, { digit, feature: "sse" }),
    reserved(0x0f18, "Ev", { digit, mod: "reg" }),
  ]),
  ...range(4, 7).map((digit) => reserved(0x0f18, "Ev", { digit })),
  ...range(0x19, 0x1d).map((byte) => reserved(0x0f00 | byte, "Ev,Gv", {})),

  op(0x0f1e, "endbr64", "", nothing, { prefix: "f3", modrm: 0xfa }),
  op(0x0f1e, "endbr32", "", nothing, { prefix: "f3", modrm: 0xfb }),
  reserved(0x0f1e, "Ev,Gv", {}),

  // Every memory form is a prefetch on AMD (APM vol. 3, PREFETCH); register forms are #UD.
  op(0x0f0d, "prefetch", "Mb", nothing, { ...prefetchw, digit: 0 }),
  op(0x0f0d, "prefetchw", "Mb", nothing, { ...prefetchw, digit: 1 }),
  ...range(2, 7).map((digit) =>
    op(0x0f0d, "prefetch", "Mb", nothing, { digit, feature: "prefetchw", alternate: true }),
  ),
];
