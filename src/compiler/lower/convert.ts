/**
 * Conversions of scalars (`Conversion` of tree.ts): integers, enums and bools by truncation or extension, to and from f64, and
 * between pointers and 64-bit integers, which changes nothing.
 */
import { bitsOf } from "../ir/construct.ts";
import type { IrType, Value } from "../ir/ir.ts";
import type { Conversion } from "../tree.ts";
import type { Type } from "../types/type.ts";
import { checkConversion } from "./checks.ts";
import type { Lowering } from "./lowering.ts";
import { isSigned, valueType } from "./machine-type.ts";

/** An integer cut to a type, or extended to it by the signedness of where it comes from. */
export function resize(l: Lowering, value: Value, to: IrType, signed: boolean): Value {
  const [have, want] = [bitsOf(value.type), bitsOf(to)];
  if (have === want) return value;
  return l.b.op(want < have ? "trunc" : signed ? "sext" : "zext", [value], {}, to);
}

/** Whether all values of the one are values of the other. Both have bits and a sign; a bool has one bit. */
function fits(from: Type, to: Type): boolean {
  const [a, b] = [bitsOf(valueType(from)), bitsOf(valueType(to))];
  return isSigned(from) === isSigned(to) ? b >= a : isSigned(to) && b > a;
}

export function convert(l: Lowering, value: Value, from: Type, to: Type, how: Conversion): Value {
  const { b } = l;
  const type = valueType(to);
  switch (how) {
    case "integer":
      return resize(l, value, type, isSigned(from));
    case "check": {
      const result = resize(l, value, type, isSigned(from));
      if (l.program.debug && !fits(from, to)) checkConversion(l, changed(l, value, from, result, to));
      return result;
    }
    case "to f64": {
      const wide = resize(l, value, "i64", isSigned(from));
      return b.op(value.type === "i64" && !isSigned(from) ? "uitof" : "sitof", [wide]);
    }
    case "from f64": {
      const wide = b.op(type === "i64" && !isSigned(to) ? "ftoui" : "ftosi", [value]);
      return resize(l, wide, type, true);
    }
    case "bits":
      return value;
    case "to bool":
      if (value.type === "i1") return value;
      if (value.type === "f64") return b.op("fcmp", [value, b.fconst(0)], { condition: "ne" });
      return b.icmp("ne", value, b.const(value.type, 0));
  }
}

/** Whether a converted integer is another number: both compared in the wider of the types. */
function changed(l: Lowering, value: Value, from: Type, result: Value, to: Type): Value {
  const { b } = l;
  const wide = bitsOf(value.type) > bitsOf(result.type) ? value.type : result.type;
  const before = resize(l, value, wide, isSigned(from));
  const after = resize(l, result, wide, isSigned(to));
  const differs = before === after ? undefined : b.icmp("ne", before, after);
  if (isSigned(from) === isSigned(to)) return differs ?? b.const("i1", 0);
  // The same bits are the same number unless the signed one is negative.
  const signed = isSigned(from) ? before : after;
  const negative = b.icmp("slt", signed, b.const(wide, 0));
  return differs ? b.op("or", [differs, negative]) : negative;
}
