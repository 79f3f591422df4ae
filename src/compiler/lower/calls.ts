/**
 * Calls by the System V ABI (abi.ts): arguments are evaluated from left to right and put where the convention has them; a result in
 * memory is written to a place that the caller gives.
 */
import type { Value } from "../ir/ir.ts";
import type { Expression, LValue } from "../tree.ts";
import { convention, type Passing } from "./abi.ts";
import { addressOf, copy, fromMemory, readPart, toMemory, writePart } from "./access.ts";
import { checkPointer } from "./checks.ts";
import { resize } from "./convert.ts";
import type { Location, Lowering } from "./lowering.ts";
import { isAggregate } from "./machine-type.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** Makes the call. A scalar result is given back; one of an aggregate goes to `to`, which must be fresh memory. */
export function call(l: Lowering, e: Call, to: Location | undefined): Value | undefined {
  const { b } = l;
  const tree = "symbol" in e.callee ? l.program.functions.get(e.callee.symbol) : undefined;
  const noreturn = e.signature.result.kind === "never" || (tree?.attributes.noreturn ?? false);
  const { signature, params, result } = convention(e.signature, noreturn);
  const pointer = "pointer" in e.callee ? l.value(e.callee.pointer) : undefined;
  const args: Value[] = [];
  if (result.kind === "memory") args.push(addressOf(l, to ?? l.temporary(e.signature.result)));
  e.args.forEach((arg, i) => {
    const later = e.args.slice(i + 1).some(changesMemory);
    args.push(...argument(l, arg, params[i]!, later));
  });
  let results: readonly Value[];
  if ("symbol" in e.callee) results = b.call(e.callee.symbol, signature, args);
  else {
    checkPointer(l, pointer!);
    results = b.callPointer(pointer!, signature, args);
  }
  if (noreturn) {
    b.unreachable();
    b.at(b.newBlock());
    return undefined;
  }
  if (result.kind === "parts" && to) {
    for (const [i, part] of result.parts.entries()) writePart(l, to, part, results[i]!);
  }
  return result.kind === "scalar" ? fromMemory(l, results[0]!, e.signature.result) : undefined;
}

/** The machine values of one argument. `later`: what is evaluated after it may change memory. */
function argument(l: Lowering, arg: Expression, passing: Passing, later: boolean): Value[] {
  switch (passing.kind) {
    case "nothing":
      l.effect(arg);
      return [];
    case "scalar": {
      const value = l.value(arg);
      if (passing.extended === undefined) return [toMemory(l, value)];
      return [resize(l, value, passing.type, passing.extended === "signed")];
    }
    case "parts": {
      const from = l.aggregate(arg);
      return passing.parts.map((part) => readPart(l, from, part));
    }
    case "memory": {
      const from = l.aggregate(arg);
      const own = arg.kind === "call" || arg.kind === "choose" || arg.kind === "constant";
      if (own || !later) return [addressOf(l, from)];
      const kept = l.temporary(arg.type);
      copy(l, kept, from);
      return [addressOf(l, kept)];
    }
  }
}

/** Whether evaluating it may change what is in memory. */
export function changesMemory(e: Expression): boolean {
  switch (e.kind) {
    case "constant":
    case "function":
      return false;
    case "load":
      return placeChanges(e.from);
    case "address":
      return placeChanges(e.of);
    case "negate":
    case "complement":
    case "not":
    case "convert":
      return changesMemory(e.value);
    case "binary":
    case "compare":
    case "and":
    case "or":
      return changesMemory(e.left) || changesMemory(e.right);
    case "choose":
      return [e.condition, e.then, e.otherwise].some(changesMemory);
    case "offset":
      return changesMemory(e.pointer) || changesMemory(e.index);
    case "sequence":
      return changesMemory(e.first) || changesMemory(e.then);
    case "assign":
    case "update":
    case "call":
    case "intrinsic":
    case "asm":
      return true;
  }
}
function placeChanges(place: LValue): boolean {
  switch (place.kind) {
    case "variable":
    case "global":
      return false;
    case "deref":
      return changesMemory(place.pointer);
    case "field":
      return placeChanges(place.base);
    case "element":
      return placeChanges(place.base) || changesMemory(place.index);
  }
}

/** The values that a function returns. `memory`: the address that it was given for a result in memory. */
export function returned(
  l: Lowering,
  e: Expression | undefined,
  result: Passing,
  memory: Value | undefined,
): Value[] {
  if (e === undefined) return [];
  switch (result.kind) {
    case "nothing":
      l.effect(e);
      return [];
    case "scalar":
      return [toMemory(l, l.value(e))];
    case "parts": {
      const from = l.aggregate(e);
      return result.parts.map((part) => readPart(l, from, part));
    }
    case "memory": {
      const to: Location = { address: memory!, offset: 0, type: e.type, volatile: false, bits: undefined };
      if (isAggregate(e.type)) l.into(e, to, true);
      return [memory!];
    }
  }
}
