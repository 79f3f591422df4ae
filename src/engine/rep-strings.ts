/**
 * Repeated string instructions, many iterations at once: REP MOVS and STOS, REPE and REPNE CMPS and SCAS, in 64-bit mode with
 * 64-bit addresses and the direction up. It goes before an iteration of the loop in handler-ops.ts, whose last and
 * whose first on each page it leaves to it, with all that can fault, end or miss the soft TLB.
 *
 * What it does cannot be told from that many iterations: only elements that lie whole in pages which the TLB knows, no
 * more than the budget admits, each charged. Comparisons leave the element after theirs in the same page, so that
 * flags are set before anything can fault. SDM vol. 2B, REP.
 */
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at, type Emitter } from "./code.ts";
import * as L from "./layout.ts";
import { place, probe } from "./memory-access.ts";
import type { Node } from "./node.ts";

export type BulkKind = "movs" | "stos" | "cmps" | "scas";

/** What many iterations of `insn` can be made of at once, if they can. */
export function bulkKind(insn: Instruction): BulkKind | undefined {
  if (insn.row.rep === undefined || insn.mode !== 64 || insn.addressSize !== 64) return undefined;
  return (["movs", "stos", "cmps", "scas"] as const).find((name) => insn.row.mnemonic.startsWith(name));
}

/** Linear addresses of the operands in rSI and rDI, as they are now. */
export interface BulkOperands {
  readonly kind: BulkKind;
  /** Bytes of an element. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** rSI's; not for STOS and SCAS. */
  readonly source: Node | undefined;
  /** rDI's. */
  readonly destination: Node;
  /** CMPS and SCAS go on while elements are equal, or while they differ. */
  readonly whileEqual: boolean;
}

const CPU = 0;
/** Fewer iterations are not worth the way here; shorter moves not the call of memory.copy. */
const LEAST = 4;
const LEAST_CALL = 256;

const LOAD = { 1: "i64.load8_u", 2: "i64.load16_u", 4: "i64.load32_u", 8: "i64.load" } as const;
const STORE = { 1: "i64.store8", 2: "i64.store16", 4: "i64.store32", 8: "i64.store" } as const;
const SPLAT = { 1: 0x0101010101010101n, 2: 0x0001000100010001n, 4: 0x0000000100000001n, 8: 1n } as const;

export function writeBulk(e: Emitter, operands: BulkOperands): void {
  const { f } = e;
  const { kind, bytes, source, destination } = operands;
  const compares = kind === "cmps" || kind === "scas";
  const log2 = 31 - Math.clz32(bytes);
  const count = f.local("i64");
  const n = f.local("i32");
  const from = f.local("i32");
  const to = f.local("i32");
  const done = f.local("i64");

  const skip = f.block();
  // All iterations but the last, as far as there is budget to charge for the next.
  f.localGet(CPU)
    .op("i64.load", at(S.gprOffset(S.RCX)))
    .i64(1)
    .op("i64.sub")
    .localSet(count);
  f.localGet(CPU).op("i64.load32_u", at(S.LIMIT)).localGet(CPU).op("i64.load32_u", at(S.ELAPSED));
  f.op("i64.sub").localTee(done).localGet(count).localGet(done).localGet(count).op("i64.lt_s");
  // rcx counts unsigned: what looks negative is more than any budget.
  f.localGet(count).i64(0).op("i64.lt_s").op("i32.or").select().localTee(count);
  f.i64(LEAST).op("i64.lt_s").brIf(skip);
  f.localGet(CPU).op("i32.load", at(S.RFLAGS)).i32(S.FLAG.df).op("i32.and").brIf(skip);
  f.localGet(count)
    .i64(4096)
    .localGet(count)
    .i64(4096)
    .op("i64.lt_s")
    .select()
    .op("i32.wrap_i64")
    .localSet(n);

  const hit = (linear: Node, table: number, result: number): void => {
    const entry = f.local("i32");
    probe(e, linear, 1, table, entry, pushKey);
    f.op("i32.eqz").brIf(skip);
    place(e, linear, table, entry);
    f.localSet(result);
    // Whole elements up to the page's end.
    f.i32(4096);
    e.value(linear);
    f.op("i32.wrap_i64").i32(4095).op("i32.and").op("i32.sub").i32(log2).op("i32.shr_u");
    if (compares) f.i32(1).op("i32.sub");
    const room = f.local("i32");
    f.localTee(room).localGet(n).localGet(room).localGet(n).op("i32.lt_s").select().localSet(n);
  };
  if (source !== undefined) hit(source, L.TLB_READ, from);
  hit(destination, compares ? L.TLB_READ : L.TLB_WRITE, to);
  f.localGet(n).i32(LEAST).op("i32.lt_s").brIf(skip);

  f.localGet(n).op("i64.extend_i32_u").localSet(done);
  if (kind === "movs") move(f, bytes, log2, { from, to, n });
  else if (kind === "stos") fill(f, bytes, log2, { to, n });
  else {
    compare(f, operands, { from, to, n });
    // What has been gone past is what is not left.
    f.localGet(done).localGet(n).op("i64.extend_i32_u").op("i64.sub").localSet(done);
  }

  const addTo = (offset: number, push: () => void): void => {
    f.localGet(CPU).localGet(CPU).op("i64.load", at(offset));
    push();
    f.op("i64.add").op("i64.store", at(offset));
  };
  const pushBytes = (): void => void f.localGet(done).i64(log2).op("i64.shl");
  if (source !== undefined) addTo(S.gprOffset(S.RSI), pushBytes);
  addTo(S.gprOffset(S.RDI), pushBytes);
  addTo(S.gprOffset(S.RCX), () => f.i64(0).localGet(done).op("i64.sub"));
  f.localGet(CPU).i32(1).op("i32.store", at(S.REPEATED));
  addTo(S.ELAPSED, () =>
    f
      .localGet(done)
      .i64((1n << 32n) + 1n)
      .op("i64.mul"),
  );
  f.end();
}

const pushKey = ({ f }: Emitter): void => void f.localGet(CPU).op("i64.load", at(S.TLB_KEY));

/** Adds `step` to each of `locals`. */
function advance(f: FunctionBuilder, locals: readonly number[], step: number): void {
  for (const local of locals) f.localGet(local).i32(step).op("i32.add").localSet(local);
}

/** Moves `n` elements as single moves in order would, each seeing what those before it have written. */
function move(
  f: FunctionBuilder,
  bytes: 1 | 2 | 4 | 8,
  log2: number,
  { from, to, n }: { from: number; to: number; n: number },
): void {
  const size = f.local("i32");
  const end = f.block();
  const single = f.block();
  f.localGet(n).i32(log2).op("i32.shl").localSet(size);
  // The destination begins inside the source, behind its first byte.
  f.localGet(to).localGet(from).op("i32.sub").i32(1).op("i32.sub").localGet(size).i32(1).op("i32.sub");
  f.op("i32.lt_u").brIf(single);
  f.localGet(size).i32(LEAST_CALL).op("i32.ge_u");
  f.if();
  f.localGet(to).localGet(from).localGet(size).op("memory.copy").br(end);
  f.end();
  f.localGet(size).i32(16).op("i32.ge_u");
  f.if();
  const wide = f.loop();
  f.localGet(to).localGet(from).op("v128.load", at(0)).op("v128.store", at(0));
  advance(f, [from, to], 16);
  f.localGet(size).i32(16).op("i32.sub").localTee(size).i32(16).op("i32.ge_u").brIf(wide);
  f.end();
  f.end();
  f.localGet(size).op("i32.eqz").brIf(end);
  f.end();
  const loop = f.loop();
  f.localGet(to).localGet(from).op(LOAD[bytes], at(0)).op(STORE[bytes], at(0));
  advance(f, [from, to], bytes);
  f.localGet(size).i32(bytes).op("i32.sub").localTee(size).brIf(loop);
  f.end();
  f.end();
}

/** Stores rAX `n` times. */
function fill(
  f: FunctionBuilder,
  bytes: 1 | 2 | 4 | 8,
  log2: number,
  { to, n }: { to: number; n: number },
): void {
  const size = f.local("i32");
  const value = f.local("i64");
  const end = f.block();
  f.localGet(n).i32(log2).op("i32.shl").localSet(size);
  f.localGet(CPU)
    .op(LOAD[bytes], at(S.gprOffset(S.RAX)))
    .i64(SPLAT[bytes])
    .op("i64.mul")
    .localSet(value);
  f.localGet(size).i32(LEAST_CALL).op("i32.ge_u");
  // Equal bytes.
  f.localGet(value).i64(8).op("i64.rotl").localGet(value).op("i64.eq").op("i32.and");
  f.if();
  f.localGet(to).localGet(value).op("i32.wrap_i64").localGet(size).op("memory.fill").br(end);
  f.end();
  f.localGet(size).i32(16).op("i32.ge_u");
  f.if();
  const wide = f.loop();
  f.localGet(to).localGet(value).op("i64x2.splat").op("v128.store", at(0));
  advance(f, [to], 16);
  f.localGet(size).i32(16).op("i32.sub").localTee(size).i32(16).op("i32.ge_u").brIf(wide);
  f.end();
  f.end();
  f.localGet(size).op("i32.eqz").brIf(end);
  const loop = f.loop();
  f.localGet(to).localGet(value).op(STORE[bytes], at(0));
  advance(f, [to], bytes);
  f.localGet(size).i32(bytes).op("i32.sub").localTee(size).brIf(loop);
  f.end();
  f.end();
}

/** Goes past at most `n` elements after which the instruction goes on; `n` is then what is left. */
function compare(
  f: FunctionBuilder,
  { kind, bytes, whileEqual }: BulkOperands,
  { from, to, n }: { from: number; to: number; n: number },
): void {
  const value = f.local("i64");
  if (kind === "scas")
    f.localGet(CPU)
      .op(LOAD[bytes], at(S.gprOffset(S.RAX)))
      .localSet(value);
  const end = f.block();
  const loop = f.loop();
  if (kind === "scas") f.localGet(value);
  else f.localGet(from).op(LOAD[bytes], at(0));
  f.localGet(to).op(LOAD[bytes], at(0));
  f.op(whileEqual ? "i64.ne" : "i64.eq").brIf(end);
  advance(f, kind === "scas" ? [to] : [from, to], bytes);
  f.localGet(n).i32(1).op("i32.sub").localTee(n).brIf(loop);
  f.end();
  f.end();
}
