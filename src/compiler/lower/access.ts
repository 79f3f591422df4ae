/**
 * Reading and writing places: scalars, bit fields, copies of aggregates, and the eightbytes of structures that travel in registers.
 * A volatile scalar or bit field is accessed exactly once for a read; a bit field's write or update is one read and one write of its
 * storage unit, unless the update's value may itself change memory.
 */
import type { Details, IrType, Value } from "../ir/ir.ts";
import type { Type } from "../types/type.ts";
import type { Part } from "./abi.ts";
import type { Location, Lowering } from "./lowering.ts";
import { isSigned, memoryType, storageSize, valueType } from "./machine-type.ts";

function details({ offset, volatile }: Location): Details {
  return { ...(offset !== 0 && { offset }), ...(volatile && { volatile }) };
}

/** The address itself, the offset added. */
export function addressOf(l: Lowering, { address, offset }: Location): Value {
  return offset === 0 ? address : l.b.op("add", [address, l.b.const("i64", offset)]);
}

/** A byte of memory as a bool. */
export function toCondition(l: Lowering, byte: Value): Value {
  return l.b.icmp("ne", byte, l.b.const(byte.type, 0));
}
/** A scalar in hand as it is in memory. */
export function toMemory(l: Lowering, value: Value): Value {
  return value.type === "i1" ? l.b.op("zext", [value], {}, "i8") : value;
}
/** A scalar of memory in hand. */
export function fromMemory(l: Lowering, value: Value, type: Type): Value {
  return type.kind === "bool" ? toCondition(l, value) : value;
}

/** The scalar kept at a place. */
export function read(l: Lowering, from: Location): Value {
  return readUnit(l, from).value;
}
/** With the storage unit that it was in, for `write`. */
export function readUnit(l: Lowering, from: Location): { readonly value: Value; readonly unit: Value } {
  const unit = l.b.load(memoryType(from.type), from.address, details(from));
  const field = from.bits ? extract(l, unit, from.type, from.bits) : unit;
  return { value: fromMemory(l, field, from.type), unit };
}

/**
 * Gives the value that is then kept: of a bit field what fits. `known`: what a bit field's storage unit holds; it is not read again.
 */
export function write(l: Lowering, to: Location, value: Value, known?: Value): Value {
  const { b } = l;
  const { bits } = to;
  const whole = toMemory(l, value);
  const width = storageSize(to.type) * 8;
  if (!bits || bits.width === width) {
    b.store(to.address, whole, details(to));
    return value;
  }
  const type = memoryType(to.type);
  const mask = ((1n << BigInt(bits.width)) - 1n) << BigInt(bits.offset);
  const shifted = bits.offset === 0 ? whole : b.op("shl", [whole, b.const(type, bits.offset)]);
  const field = b.op("and", [shifted, b.const(type, mask)]);
  const unit = known ?? b.load(type, to.address, details(to));
  const rest = b.op("and", [unit, b.const(type, ~mask)]);
  b.store(to.address, b.op("or", [rest, field]), details(to));
  return fromMemory(l, extract(l, field, to.type, bits), to.type);
}

/** A bit field out of its storage unit, extended by its signedness. */
function extract(l: Lowering, unit: Value, type: Type, bits: { offset: number; width: number }): Value {
  const { b } = l;
  const width = storageSize(type) * 8;
  const shift = (op: "shl" | "lshr" | "ashr", value: Value, by: number): Value =>
    by === 0 ? value : b.op(op, [value, b.const(unit.type, by)]);
  if (isSigned(type)) {
    return shift("ashr", shift("shl", unit, width - bits.width - bits.offset), width - bits.width);
  }
  const low = shift("lshr", unit, bits.offset);
  if (bits.offset + bits.width === width) return low;
  return b.op("and", [low, b.const(unit.type, (1n << BigInt(bits.width)) - 1n)]);
}

/** Copies an aggregate. The two may be the same, else they do not overlap. */
export function copy(l: Lowering, to: Location, from: Location): void {
  const size = storageSize(to.type);
  if (size === 0) return;
  const volatile = to.volatile || from.volatile;
  l.b.do(
    "memcpy",
    [addressOf(l, to), addressOf(l, from), l.b.const("i64", size)],
    volatile ? { volatile } : {},
  );
}

/** Zeros of any type. */
export function clear(l: Lowering, to: Location): void {
  const { b } = l;
  if (to.type.kind === "struct" || to.type.kind === "array") {
    const size = storageSize(to.type);
    if (size > 0) b.do("memset", [addressOf(l, to), b.const("i8", 0), b.const("i64", size)]);
  } else write(l, to, zero(l, to.type));
}

/** Of a scalar type. */
export function zero(l: Lowering, type: Type): Value {
  const ir = valueType(type);
  return ir === "f64" ? l.b.fconst(0) : l.b.const(ir, 0);
}

/** Powers of two that make up a part's bytes, with their places in it. */
function pieces(part: Part): { type: IrType; at: number }[] {
  const found: { type: IrType; at: number }[] = [];
  let at = 0;
  for (const size of [8, 4, 2, 1]) {
    if (part.size - at < size) continue;
    found.push({ type: size === 8 ? "i64" : size === 4 ? "i32" : size === 2 ? "i16" : "i8", at });
    at += size;
  }
  return found;
}

/** An eightbyte of a structure as a register has it. Bytes after the structure's end are not read; they are zero. */
export function readPart(l: Lowering, from: Location, part: Part): Value {
  const { b } = l;
  const at = (offset: number): Details => details({ ...from, offset: from.offset + part.offset + offset });
  if (part.type === "f64") return b.load("f64", from.address, at(0));
  let whole: Value | undefined;
  for (const piece of pieces(part)) {
    const loaded = b.load(piece.type, from.address, at(piece.at));
    let value = piece.type === "i64" ? loaded : b.op("zext", [loaded], {}, "i64");
    if (piece.at > 0) value = b.op("shl", [value, b.const("i64", 8 * piece.at)]);
    whole = whole ? b.op("or", [whole, value]) : value;
  }
  return whole!;
}

/** Stores an eightbyte; bytes after the structure's end are left alone. */
export function writePart(l: Lowering, to: Location, part: Part, value: Value): void {
  const { b } = l;
  const at = (offset: number): Details => details({ ...to, offset: to.offset + part.offset + offset });
  if (part.type === "f64") {
    b.store(to.address, value, at(0));
    return;
  }
  for (const piece of pieces(part)) {
    const shifted = piece.at > 0 ? b.op("lshr", [value, b.const("i64", 8 * piece.at)]) : value;
    const cut = piece.type === "i64" ? shifted : b.op("trunc", [shifted], {}, piece.type);
    b.store(to.address, cut, at(piece.at));
  }
}
