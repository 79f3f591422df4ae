/**
 * What debug builds check: null pointers, array bounds, conversions that must keep the value, divisions, and `unreachable`. A check
 * that fails calls the program's `__trap(reason, file, line)` if it has one, and stops with `trap`. Release builds check nothing.
 */
import type { Value } from "../ir/ir.ts";
import { constantOf, definingInstruction } from "../ir/uses.ts";
import type { Place } from "../place.ts";
import { convention } from "./abi.ts";
import type { Lowering } from "./lowering.ts";

const HANDLER = "__trap";
const encoder = new TextEncoder();

/** Ends the current block in a trap, with reason and place in debug builds; what follows goes to a block that nothing reaches. */
export function stop(l: Lowering, reason: string | undefined): void {
  const { b, program } = l;
  if (program.debug && reason !== undefined) {
    report(l, reason, b.place ?? l.tree.place);
    b.do("trap", [], { reason });
  } else b.do("trap", []);
  b.unreachable();
  b.at(b.newBlock());
}

function report(l: Lowering, reason: string, place: Place): void {
  const handler = l.program.functions.get(HANDLER);
  // A trap in the handler itself must not start over.
  if (handler === undefined || l.tree.symbol === HANDLER) return;
  const { b } = l;
  const { signature } = convention(handler.type, true);
  const text = (s: string): Value => b.symbol(l.program.data.string(encoder.encode(`${s}\0`)));
  const args = [() => text(reason), () => text(place.file), () => b.const("i32", place.line)];
  b.call(
    HANDLER,
    signature,
    signature.params.map((type, i) => (type === "i64" && i === 2 ? b.const(type, place.line) : args[i]!())),
  );
}

/** Traps if the condition, an i1, is true. */
function trapIf(l: Lowering, condition: Value, reason: string): void {
  const { b } = l;
  const bad = b.newBlock();
  const good = b.newBlock();
  b.branch(condition, bad, good, "otherwise");
  b.at(bad);
  stop(l, reason);
  b.at(good);
}

/** A pointer that is about to be followed. */
export function checkPointer(l: Lowering, pointer: Value): void {
  if (!l.program.debug) return;
  const op = definingInstruction(pointer)?.op;
  const constant = constantOf(pointer);
  if (op === "slot" || op === "symbol" || (constant !== undefined && constant !== 0n)) return;
  trapIf(l, l.b.icmp("eq", pointer, l.b.const("i64", 0)), "null pointer");
}

/** An index into an array. */
export function checkIndex(l: Lowering, index: Value, length: number): void {
  if (!l.program.debug) return;
  const constant = constantOf(index);
  if (constant !== undefined && constant < BigInt(length)) return;
  trapIf(l, l.b.icmp("uge", index, l.b.const("i64", length)), "index out of range");
}

/** The operands of an integer division. */
export function checkDivision(l: Lowering, left: Value, right: Value, signed: boolean): void {
  if (!l.program.debug) return;
  const { b } = l;
  const bits = BigInt(right.type.slice(1));
  const minusOne = (1n << bits) - 1n;
  const constant = constantOf(right);
  if (constant === undefined || constant === 0n) {
    trapIf(l, b.icmp("eq", right, b.const(right.type, 0)), "division by zero");
  }
  if (!signed || (constant !== undefined && constant !== minusOne)) return;
  const least = b.icmp("eq", left, b.const(left.type, 1n << (bits - 1n)));
  const negated = b.icmp("eq", right, b.const(right.type, minusOne));
  trapIf(l, b.op("and", [least, negated]), "division overflow");
}

/** A division of 128 by 64 bits whose quotient must fit. */
export function checkWideDivision(l: Lowering, high: Value, divisor: Value): void {
  if (!l.program.debug) return;
  const { b } = l;
  trapIf(l, b.icmp("eq", divisor, b.const("i64", 0)), "division by zero");
  trapIf(l, b.icmp("uge", high, divisor), "division overflow");
}

/** A conversion between integers that must keep the value; `changed`, an i1, says that it does not. */
export function checkConversion(l: Lowering, changed: Value): void {
  if (!l.program.debug) return;
  trapIf(l, changed, "value does not fit");
}
