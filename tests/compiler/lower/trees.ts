/*
 * Short ways to write typed trees by hand, and to run them: lowered, verified, interpreted.
 */
import { type HostFunction, Interpreter, type Outcome } from "../../../src/compiler/ir/interpreter.ts";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";
import { lowerProgram } from "../../../src/compiler/lower/lower.ts";
import type { Place } from "../../../src/compiler/place.ts";
import type {
  Attributes,
  BinaryOperator,
  Comparison,
  Constant,
  Conversion,
  Expression,
  FunctionTree,
  GlobalTree,
  Intrinsic,
  Label,
  LValue,
  Statement,
  Variable,
} from "../../../src/compiler/tree.ts";
import {
  type ArrayType,
  alignOf,
  BOOL,
  type Field,
  type FunctionType,
  intType,
  type PointerType,
  type StructType,
  sizeOf,
  type Type,
  VOID,
} from "../../../src/compiler/types/type.ts";

export const place: Place = { file: "t.ts", line: 3, column: 1, offset: 0, length: 1 };

export const u8 = intType("u8");
export const u16 = intType("u16");
export const u32 = intType("u32");
export const u64 = intType("u64");
export const i8 = intType("i8");
export const i32 = intType("i32");
export const i64 = intType("i64");
export const pointer = (target: Type, volatile = false): PointerType => ({ kind: "ptr", target, volatile });
export const array = (element: Type, length: number): ArrayType => ({ kind: "array", element, length });
/** Fields in C's layout; a number after the type makes a bit field of the storage unit before. */
export function struct(
  name: string,
  fields: Record<string, Type | readonly [Type, number, number, number]>,
): StructType {
  let at = 0;
  const list: Field[] = [];
  for (const [key, what] of Object.entries(fields)) {
    if ("kind" in what) {
      at = Math.ceil(at / alignOf(what)) * alignOf(what);
      list.push({ name: key, type: what, offset: at, bits: undefined, place });
      at += sizeOf(what);
    } else {
      const [type, offset, first, width] = what;
      list.push({ name: key, type, offset, bits: { offset: first, width }, place });
      at = Math.max(at, offset + sizeOf(type));
    }
  }
  const align = Math.max(...list.map((f) => alignOf(f.type)));
  return {
    kind: "struct",
    name,
    union: false,
    fields: list,
    align,
    size: Math.ceil(at / align) * align,
    place,
  };
}

export const variable = (name: string, type: Type, parameter = false): Variable => ({
  name,
  type,
  place,
  parameter,
  addressTaken: false,
});
export const label = (): Label => ({ name: undefined });

// ------------------------------------------------------------------------------------------------------ places
export const v = (x: Variable): LValue => ({ kind: "variable", variable: x, type: x.type, place });
export const global = (symbol: string, type: Type): LValue => ({ kind: "global", symbol, type, place });
export function deref(p: Expression): LValue {
  if (p.type.kind !== "ptr") throw new TypeError("no pointer");
  return { kind: "deref", pointer: p, type: p.type.target, volatile: p.type.volatile, place };
}
export function field(base: LValue, name: string): LValue {
  if (base.type.kind !== "struct") throw new TypeError("no structure");
  const found = base.type.fields.find((f) => f.name === name);
  if (!found) throw new TypeError(`no field ${name}`);
  return { kind: "field", base, field: found, type: found.type, place };
}
export function element(base: LValue, index: Expression): LValue {
  if (base.type.kind !== "array") throw new TypeError("no array");
  return { kind: "element", base, array: base.type, index, type: base.type.element, place };
}

// ------------------------------------------------------------------------------------------------- expressions
export const int = (type: Type, value: bigint | number): Expression => ({
  kind: "constant",
  type,
  place,
  value: { kind: "int", value: BigInt.asUintN(type.kind === "bool" ? 8 : sizeOf(type) * 8, BigInt(value)) },
});
export const constant = (type: Type, value: Constant): Expression => ({
  kind: "constant",
  type,
  place,
  value,
});
export const load = (from: LValue): Expression => ({ kind: "load", from, type: from.type, place });
export const get = (x: Variable): Expression => load(v(x));
export const address = (of: LValue): Expression => ({ kind: "address", of, type: pointer(of.type), place });
export const binary = (operator: BinaryOperator, left: Expression, right: Expression): Expression => ({
  kind: "binary",
  operator,
  left,
  right,
  type: left.type,
  place,
});
export const compare = (comparison: Comparison, left: Expression, right: Expression): Expression => ({
  kind: "compare",
  comparison,
  left,
  right,
  type: BOOL,
  place,
});
export const both = (kind: "and" | "or", left: Expression, right: Expression): Expression => ({
  kind,
  left,
  right,
  type: BOOL,
  place,
});
export const unary = (kind: "negate" | "complement" | "not", value: Expression): Expression => ({
  kind,
  value,
  type: value.type,
  place,
});
export const convert = (type: Type, conversion: Conversion, value: Expression): Expression => ({
  kind: "convert",
  conversion,
  value,
  type,
  place,
});
export const offset = (p: Expression, index: Expression): Expression => ({
  kind: "offset",
  pointer: p,
  index,
  type: p.type,
  place,
});
export const assign = (to: LValue, value: Expression): Expression => ({
  kind: "assign",
  to,
  value,
  type: to.type,
  place,
});
export const update = (
  to: LValue,
  operator: BinaryOperator,
  value: Expression,
  gives: "before" | "after" = "after",
): Expression => ({ kind: "update", to, operator, value, gives, type: to.type, place });
export const call = (fn: FunctionTree, ...args: Expression[]): Expression => ({
  kind: "call",
  callee: { symbol: fn.symbol },
  signature: fn.type,
  args,
  type: fn.type.result,
  place,
});
export const callPointer = (p: Expression, signature: FunctionType, ...args: Expression[]): Expression => ({
  kind: "call",
  callee: { pointer: p },
  signature,
  args,
  type: signature.result,
  place,
});
export const intrinsic = (name: Intrinsic, type: Type, ...args: Expression[]): Expression => ({
  kind: "intrinsic",
  name,
  args,
  type,
  place,
});
/** `c ? a : b`. */
export function choose(condition: Expression, ...[a, b]: readonly [Expression, Expression]): Expression {
  const [then, otherwise] = [a, b];
  return { kind: "choose", condition, then, otherwise, type: then.type, place };
}

// -------------------------------------------------------------------------------------------------- statements
export const run = (value: Expression): Statement => ({ kind: "expression", value, place });
export const declare = (x: Variable, value?: Expression): Statement => ({
  kind: "declare",
  variable: x,
  value,
  place,
});
export const block = (...body: Statement[]): Statement => ({ kind: "block", body, place });
export const giveBack = (value?: Expression): Statement => ({ kind: "return", value, place });
export function when(
  condition: Expression,
  ...[then, otherwise]: readonly [Statement, Statement?]
): Statement {
  return { kind: "if", condition, then, otherwise, place };
}
export const loop = (
  condition: Expression | undefined,
  body: Statement,
  more: { step?: Expression; atEnd?: boolean; label?: Label } = {},
): Statement => ({
  kind: "loop",
  condition,
  body,
  step: more.step,
  atEnd: more.atEnd ?? false,
  label: more.label ?? label(),
  place,
});

/** A function; variables other than parameters are found in its `declare` statements. */
export function fn(
  name: string,
  params: readonly Variable[],
  result: Type,
  body: readonly Statement[] | undefined,
  attributes: Attributes = {},
): FunctionTree {
  const variables = [...params];
  const visit = (s: Statement): void => {
    if (s.kind === "declare") variables.push(s.variable);
    else if (s.kind === "block") s.body.forEach(visit);
    else if (s.kind === "if") {
      visit(s.then);
      if (s.otherwise) visit(s.otherwise);
    } else if (s.kind === "loop" || s.kind === "labelled") visit(s.body);
    else if (s.kind === "switch") for (const c of s.cases) c.body.forEach(visit);
  };
  body?.forEach(visit);
  return {
    symbol: name,
    name,
    type: { kind: "fn", params: params.map((p) => p.type), result },
    params,
    variables,
    body: body && block(...body),
    attributes,
    place,
  };
}

export interface Sources {
  readonly functions: readonly FunctionTree[];
  readonly globals?: readonly GlobalTree[];
  readonly debug?: boolean;
}
export function lower({ functions, globals = [], debug = false }: Sources): IrProgram {
  const program = lowerProgram({ functions, globals, types: [], files: [] }, { debug });
  verify(program, "lowering");
  return program;
}
/** Interprets `main`. */
export function interpret(
  sources: Sources,
  args: readonly (bigint | number)[] = [],
  functions: Record<string, HostFunction> = {},
): Outcome {
  return new Interpreter(lower(sources), { host: { functions } }).run("main", args);
}
/** The one result of `main`. */
export function result(
  sources: Sources,
  args: readonly (bigint | number)[] = [],
): bigint | number | undefined {
  const outcome = interpret(sources, args);
  if (outcome.kind !== "returned")
    throw new Error(JSON.stringify(outcome, (_k, x) => (typeof x === "bigint" ? String(x) : x)));
  return outcome.values[0];
}
export { BOOL, VOID };
