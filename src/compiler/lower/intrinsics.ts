/**
 * The operations of kernel.d.ts that are not calls (`INTRINSICS` of tree.ts), and inline assembly: each is one operation of the IR,
 * or a few.
 */
import type { Details, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import type { AsmTree, Expression, Intrinsic } from "../tree.ts";
import type { Type } from "../types/type.ts";
import { fromMemory, toMemory } from "./access.ts";
import { checkPointer, checkWideDivision, stop } from "./checks.ts";
import type { Lowering } from "./lowering.ts";
import { isNothing, isSigned, memoryType } from "./machine-type.ts";

type Order = NonNullable<Details["order"]>;

/** One operation on values, whose result is of the first argument's type. */
const PLAIN: Partial<Record<Intrinsic, OpName>> = {
  popcount: "popcnt",
  clz: "clz",
  ctz: "ctz",
  rotateLeft: "rotl",
  rotateRight: "rotr",
  divWide: "udivwide",
  remWide: "uremwide",
  sqrt: "fsqrt",
};
/** One operation without a result. */
const EFFECTS: Partial<Record<Intrinsic, OpName>> = {
  fence: "fence",
  compilerFence: "barrier",
  pause: "pause",
  memcpy: "memcpy",
  memmove: "memmove",
  memset: "memset",
  out8: "portout",
  out16: "portout",
  out32: "portout",
};
/** One operation without arguments. */
const READS: Partial<Record<Intrinsic, OpName>> = {
  frameAddress: "frame",
  returnAddress: "retaddr",
  readTsc: "rdtsc",
};
const LOADS: Partial<Record<Intrinsic, Order>> = {
  atomicLoad: "sequential",
  atomicLoadAcquire: "acquire",
  atomicLoadRelaxed: "relaxed",
};
const STORES: Partial<Record<Intrinsic, Order>> = {
  atomicStore: "sequential",
  atomicStoreRelease: "release",
  atomicStoreRelaxed: "relaxed",
};
const RMW: Partial<Record<Intrinsic, NonNullable<Details["rmw"]>>> = {
  atomicExchange: "exchange",
  atomicAdd: "add",
  atomicAnd: "and",
  atomicOr: "or",
  atomicXor: "xor",
};

/** Of staticKey's argument, a constant address. Throws TypeError for another. */
export function keyOf([key]: readonly Expression[]): { readonly symbol: string; readonly offset: number } {
  if (key?.kind !== "constant" || key.value.kind !== "address") throw new TypeError("a key without a name");
  return { symbol: key.value.symbol, offset: key.value.offset };
}

/** The value, if there is one. */
export function intrinsic(
  l: Lowering,
  name: Intrinsic,
  args: readonly Expression[],
  type: Type,
): Value | undefined {
  const { b } = l;
  if (name === "unreachable") {
    if (l.program.debug) stop(l, "unreachable");
    else {
      b.unreachable();
      b.at(b.newBlock());
    }
    return undefined;
  }
  if (name === "trap") {
    stop(l, "trap");
    return undefined;
  }
  if (name === "staticKey") {
    const end = b.newBlock("i1");
    const [on, off] = [b.newBlock(), b.newBlock()];
    b.toggle(keyOf(args), on, off);
    b.at(on);
    b.jump(end, b.const("i1", 1));
    b.at(off);
    b.jump(end, b.const("i1", 0));
    b.at(end);
    return end.params[0]!;
  }
  const values = args.map((arg) => toMemory(l, l.value(arg)));
  const plain = PLAIN[name];
  if (plain !== undefined) {
    if (name === "divWide" || name === "remWide") checkWideDivision(l, values[0]!, values[2]!);
    return b.op(plain, values);
  }
  const effect = EFFECTS[name];
  if (effect !== undefined) {
    b.do(effect, values);
    return undefined;
  }
  const reads = READS[name];
  if (reads !== undefined) return b.op(reads, []);

  switch (name) {
    case "byteSwap":
      return values[0]!.type === "i8" ? values[0]! : b.op("bswap", values);
    case "mulHigh":
      return b.op(isSigned(type) ? "smulh" : "umulh", values);
    case "in8":
    case "in16":
    case "in32":
      return b.op("portin", values, {}, name === "in8" ? "i8" : name === "in16" ? "i16" : "i32");
    default:
      break;
  }

  checkPointer(l, values[0]!);
  const load = LOADS[name];
  if (load !== undefined) {
    return fromMemory(l, b.op("atomicload", values, { order: load }, memoryType(type)), type);
  }
  const store = STORES[name];
  if (store !== undefined) {
    b.do("atomicstore", values, { order: store });
    return undefined;
  }
  const rmw = RMW[name];
  if (rmw !== undefined) {
    return fromMemory(l, b.op("atomicrmw", values, { rmw, order: "sequential" }), type);
  }
  if (name === "atomicCompareExchange") {
    return fromMemory(l, b.op("cmpxchg", values, { order: "sequential" }), type);
  }
  throw new TypeError(`no lowering for ${name}`);
}

/** The output, if there is one. */
export function asm(l: Lowering, tree: AsmTree, type: Type): Value | undefined {
  const args = tree.inputs.map((input) => toMemory(l, l.value(input.value)));
  const code = {
    text: tree.text,
    inputs: tree.inputs.map((input) => input.at),
    output: tree.output,
    clobbers: tree.clobbers,
  };
  if (isNothing(type) || tree.output === undefined) {
    l.b.do("asm", args, { asm: { ...code, output: undefined } });
    if (type.kind === "never") {
      l.b.unreachable();
      l.b.at(l.b.newBlock());
    }
    return undefined;
  }
  const result = l.b.emit("asm", args, [memoryType(type)], { asm: code }).results[0]!;
  return fromMemory(l, result, type);
}
