/**
 * The functions of kernel.d.ts, by name: conversions, layouts, pointers, and the operations of tree.ts's INTRINSICS. Each checks its
 * own arguments exactly.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Conversion, Expression, Intrinsic } from "../tree.ts";
import {
  alignOf,
  BOOL,
  F64,
  type IntType,
  intType,
  NEVER,
  type PointerType,
  sameType,
  sizeOf,
  type Type,
  typeText,
  VOID,
} from "../types/type.ts";
import { entityOf, functionInstance, functionValue, takeAddress } from "./access.ts";
import { fold } from "./constants.ts";
import { utf8 } from "./literals.ts";
import {
  adaptUntyped,
  BYTES,
  constant,
  integer,
  integerOf,
  isTyped,
  isUntyped,
  U8,
  U64,
} from "./operands.ts";
import { placeOf } from "./place.ts";
import { pointerTo } from "./types.ts";
import type { Frame, Operand, World } from "./world.ts";

type Call = (world: World, frame: Frame, node: ts.CallExpression, expected: Type | undefined) => Operand;

const ANY_POINTER: PointerType = pointerTo(VOID);
const convert = (value: Expression, conversion: Conversion, type: Type): Expression => ({
  kind: "convert",
  conversion,
  value,
  type,
  place: value.place,
});

function argument(world: World, node: ts.CallExpression, index: number, count: number): ts.Expression {
  if (node.arguments.length !== count)
    world.fail(D.argumentCount(placeOf(node), count, node.arguments.length));
  return node.arguments[index]!;
}

/** The one type argument, written or wished for. */
function typeArgument(world: World, frame: Frame, node: ts.CallExpression, wish: Type | undefined): Type {
  const written = node.typeArguments?.[0];
  if (written === undefined) return wish ?? world.fail(D.inference(placeOf(node), "T"));
  if (written.kind === ts.SyntaxKind.UnknownKeyword) return VOID;
  return world.typeOf(written, frame.types);
}

const textOf = (world: World, node: ts.Expression): string =>
  ts.isStringLiteral(node)
    ? node.text
    : world.fail(D.literal(placeOf(node), "this must be a string literal"));

// ---------------------------------------------------------------------------------------------- conversions

const fits = (from: IntType, to: IntType): boolean =>
  from.signed === to.signed ? from.bits <= to.bits : !from.signed && from.bits < to.bits;

function toInteger(to: IntType): Call {
  return (world, frame, node) => {
    const operand = world.expression(frame, argument(world, node, 0, 1), to);
    const place = placeOf(node);
    if (isUntyped(operand)) return { ...adaptUntyped(world, operand, to), place };
    if (!isTyped(operand)) return world.fail(D.conversion(place, ANY_POINTER, typeText(to)));
    const from = operand.type;
    if (sameType(from, to)) return operand;
    if (from.kind === "f64") return { ...convert(operand, "from f64", to), place };
    if (from.kind === "bool") return { ...convert(operand, "integer", to), place };
    const source = integerOf(from);
    if (source === undefined) return world.fail(D.conversion(place, from, typeText(to)));
    return { ...convert(operand, fits(source, to) ? "integer" : "check", to), place };
  };
}

const toFloat: Call = (world, frame, node) => {
  const operand = world.expression(frame, argument(world, node, 0, 1));
  const place = placeOf(node);
  if (isUntyped(operand)) return { ...adaptUntyped(world, operand, F64), place };
  const value = world.own(operand);
  if (value.type.kind === "f64") return value;
  if (value.type.kind !== "int") return world.fail(D.conversion(place, value.type, "f64"));
  return { ...convert(value, "to f64", F64), place };
};

const truncate: Call = (world, frame, node, expected) => {
  const to = typeArgument(world, frame, node, expected);
  const value = world.own(world.expression(frame, argument(world, node, 0, 1)));
  const place = placeOf(node);
  const source = integerOf(value.type);
  if (to.kind !== "int" || source === undefined) {
    return world.fail(D.conversion(place, value.type, typeText(to)));
  }
  return { ...convert(value, "integer", to), place };
};

const char: Call = (world, _frame, node) => {
  const literal = argument(world, node, 0, 1);
  const characters = [...textOf(world, literal)];
  if (characters.length !== 1) {
    return world.fail(
      D.literal(placeOf(literal), `char wants one character, and here are ${characters.length}`),
    );
  }
  return { kind: "untyped", value: BigInt(characters[0]!.codePointAt(0)!), place: placeOf(node) };
};

/** `constant<N>()`: what a type parameter that is a number stands for. */
const constantOf: Call = (world, frame, node) => {
  argument(world, node, 0, 0);
  const [written] = node.typeArguments ?? [];
  const value = written === undefined ? undefined : world.typeArgument(written, frame.types);
  if (typeof value !== "bigint")
    return world.fail(D.notConstant(placeOf(written ?? node), "N of constant<N>()"));
  return { kind: "untyped", value, place: placeOf(node) };
};

// ------------------------------------------------------------------------------------------------- pointers

const pointerArgument = (world: World, frame: Frame, node: ts.Expression): Expression => {
  const operand = world.expression(frame, node);
  if (operand.kind === "null") return integer(0n, ANY_POINTER, operand.place);
  const value = world.own(operand);
  return value.type.kind === "ptr" ? value : world.fail(D.mismatch(value.place, value.type, ANY_POINTER));
};

const addressOf: Call = (world, frame, node) =>
  takeAddress(world, world.place(frame, argument(world, node, 0, 1)), placeOf(node));

const cast: Call = (world, frame, node, expected) => {
  const target = typeArgument(world, frame, node, expected?.kind === "ptr" ? expected.target : undefined);
  const value = pointerArgument(world, frame, argument(world, node, 0, 1));
  const volatile = value.type.kind === "ptr" && value.type.volatile;
  return { ...convert(value, "bits", pointerTo(target, volatile)), place: placeOf(node) };
};

const address: Call = (world, frame, node) => ({
  ...convert(pointerArgument(world, frame, argument(world, node, 0, 1)), "bits", U64),
  place: placeOf(node),
});

function fromAddress(volatile: boolean): Call {
  return (world, frame, node, expected) => {
    const target = typeArgument(world, frame, node, expected?.kind === "ptr" ? expected.target : undefined);
    const value = world.typed(frame, argument(world, node, 0, 1), U64);
    return { ...convert(value, "bits", pointerTo(target, volatile)), place: placeOf(node) };
  };
}

const functionAt: Call = (world, frame, node, expected) => {
  const type = typeArgument(world, frame, node, expected);
  const value = world.typed(frame, argument(world, node, 0, 1), U64);
  if (type.kind !== "ptr" || type.target.kind !== "fn") {
    return world.fail(D.conversion(placeOf(node), U64, typeText(type)));
  }
  return { ...convert(value, "bits", type), place: placeOf(node) };
};

const isr: Call = (world, frame, node) => {
  const handler = argument(world, node, 0, 1);
  const declaration = entityOf(world, handler);
  if (
    declaration === undefined ||
    !(ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) ||
    (declaration.typeParameters?.length ?? 0) > 0
  ) {
    return world.fail(D.handlerSignature(placeOf(handler), handler.getText()));
  }
  const instance = functionInstance(world, frame, declaration, placeOf(handler));
  const form = handlerForm(instance.type);
  if (form === undefined) return world.fail(D.handlerSignature(placeOf(handler), instance.name));
  instance.attributes = { ...instance.attributes, isr: form };
  frame.uses.add(instance.symbol);
  return { ...convert(functionValue(instance, placeOf(handler)), "bits", ANY_POINTER), place: placeOf(node) };
};

/** (frame: ptr): void, or with an error code; undefined for anything else. */
export function handlerForm(type: {
  params: readonly Type[];
  result: Type;
}): "plain" | "error code" | undefined {
  const [frame, code] = type.params;
  const result = type.result.kind === "void" || type.result.kind === "never";
  if (!result || frame?.kind !== "ptr" || type.params.length > 2) return undefined;
  if (code === undefined) return "plain";
  return sameType(code, U64) ? "error code" : undefined;
}

// ------------------------------------------------------------------------------------------------- layouts

function layout(of: (type: Type) => number): Call {
  return (world, frame, node) => {
    argument(world, node, 0, 0);
    const type = typeArgument(world, frame, node, undefined);
    if (type.kind === "void" || type.kind === "never") world.fail(D.storage(placeOf(node), type));
    world.layOut(type, placeOf(node));
    return integer(BigInt(of(type)), U64, placeOf(node));
  };
}

const offsetof: Call = (world, frame, node) => {
  const type = typeArgument(world, frame, node, undefined);
  const literal = argument(world, node, 0, 1);
  const name = textOf(world, literal);
  if (type.kind !== "struct") return world.fail(D.noMember(placeOf(literal), typeText(type), name));
  world.layOut(type, placeOf(node));
  const field = type.fields.find((f) => f.name === name);
  if (field === undefined) return world.fail(D.noMember(placeOf(literal), type.name, name));
  if (field.bits !== undefined) return world.fail(D.bitFieldAddress(placeOf(literal), name));
  return integer(BigInt(field.offset), U64, placeOf(node));
};

const bytes: Call = (world, _frame, node) =>
  constant({ kind: "string", bytes: utf8(textOf(world, argument(world, node, 0, 1))) }, BYTES, placeOf(node));

// ---------------------------------------------------------------------------------------------- operations

const intrinsic = (name: Intrinsic, args: readonly Expression[], type: Type, node: ts.Node): Expression => ({
  kind: "intrinsic",
  name,
  args,
  type,
  place: placeOf(node),
});

/** Arguments and result of types that are always the same. */
function fixed(name: Intrinsic, params: readonly Type[], result: Type): Call {
  return (world, frame, node) => {
    if (node.arguments.length !== params.length) {
      world.fail(D.argumentCount(placeOf(node), params.length, node.arguments.length));
    }
    const args = node.arguments.map((arg, i) => world.typed(frame, arg, params[i]!));
    return intrinsic(name, args, result, node);
  };
}

/** `count` arguments of one integer type, which is the result's too. */
function sameIntegers(
  name: Intrinsic,
  count: number,
  allowed: (type: IntType) => boolean = () => true,
): Call {
  return (world, frame, node, expected) => {
    const operands = Array.from({ length: count }, (_, i) =>
      world.expression(frame, argument(world, node, i, count)),
    );
    const known = operands.find(isTyped)?.type ?? expected;
    if (known === undefined) return world.fail(D.untyped(placeOf(node)));
    if (known.kind !== "int" || !allowed(known)) return world.fail(D.operand(placeOf(node), name, known));
    return intrinsic(
      name,
      operands.map((operand) => world.adapt(operand, known)),
      known,
      node,
    );
  };
}

/** On what a pointer points to: integers; pointers, enums and bools by their bits. `values` follow the pointer. */
function atomic(name: Intrinsic, values: number, gives: boolean): Call {
  const computes = /Add|And|Or|Xor/.test(name);
  return (world, frame, node) => {
    const pointer = pointerArgument(world, frame, argument(world, node, 0, values + 1));
    if (pointer.type.kind !== "ptr") return world.abandon();
    const { target } = pointer.type;
    const scalar = target.kind === "ptr" || target.kind === "enum" || target.kind === "bool";
    if (target.kind !== "int" && (!scalar || (computes && target.kind !== "enum"))) {
      return world.fail(D.operand(placeOf(node), name, target));
    }
    const as: IntType =
      target.kind === "int" ? target : target.kind === "ptr" ? U64 : (integerOf(target) ?? U8);
    const how: Conversion = target.kind === "ptr" ? "bits" : "integer";
    const same = target.kind === "int";
    const args = node.arguments.slice(1).map((arg) => {
      const value = world.typed(frame, arg, target);
      return same ? value : convert(value, how, as);
    });
    const at = same ? pointer : convert(pointer, "bits", pointerTo(as, pointer.type.volatile));
    const value = intrinsic(name, [at, ...args], gives ? as : VOID, node);
    return same || !gives ? value : convert(value, target.kind === "bool" ? "to bool" : how, target);
  };
}

function memory(name: "memcpy" | "memmove" | "memset"): Call {
  return (world, frame, node) => {
    const area = (index: number): Expression => {
      const value = pointerArgument(world, frame, argument(world, node, index, 3));
      if (value.type.kind === "ptr" && value.type.volatile) {
        return world.fail(D.mismatch(value.place, value.type, ANY_POINTER));
      }
      return sameType(value.type, ANY_POINTER) ? value : convert(value, "bits", ANY_POINTER);
    };
    const from = name === "memset" ? world.typed(frame, argument(world, node, 1, 3), U8) : area(1);
    const args = [area(0), from, world.typed(frame, argument(world, node, 2, 3), U64)];
    return intrinsic(name, args, VOID, node);
  };
}

/** The key is told by name: code is patched where it is looked at. */
const staticKey: Call = (world, frame, node) => {
  const given = argument(world, node, 0, 1);
  const pointer = pointerArgument(world, frame, given);
  const key = fold(pointer);
  if (key?.kind !== "address") return world.fail(D.notConstant(placeOf(given), "the key of staticKey"));
  const at: Expression = { kind: "constant", value: key, type: pointer.type, place: pointer.place };
  return intrinsic("staticKey", [at], BOOL, node);
};

const U16 = intType("u16");
const U32 = intType("u32");
const integers = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize"] as const;

export const INTRINSIC_CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...integers.map((name): [string, Call] => [name, toInteger(intType(name))]),
  ["isize", toInteger(intType("i64"))],
  ["f64", toFloat],
  ["truncate", truncate],
  ["char", char],
  ["constant", constantOf],
  ["addressOf", addressOf],
  ["cast", cast],
  ["address", address],
  ["pointer", fromAddress(false)],
  ["mmio", fromAddress(true)],
  ["functionAt", functionAt],
  ["isr", isr],
  ["sizeof", layout(sizeOf)],
  ["alignof", layout(alignOf)],
  ["offsetof", offsetof],
  ["bytes", bytes],
  [
    "static_assert",
    (world, frame, node) => {
      world.staticAssert(frame, node);
      return world.fail(D.noValue(placeOf(node), "static_assert"));
    },
  ],
  ["popcount", sameIntegers("popcount", 1)],
  ["clz", sameIntegers("clz", 1)],
  ["ctz", sameIntegers("ctz", 1)],
  ["byteSwap", sameIntegers("byteSwap", 1)],
  ["rotateLeft", sameIntegers("rotateLeft", 2)],
  ["rotateRight", sameIntegers("rotateRight", 2)],
  ["mulHigh", sameIntegers("mulHigh", 2, (type) => type.bits === 64)],
  ["divWide", fixed("divWide", [U64, U64, U64], U64)],
  ["remWide", fixed("remWide", [U64, U64, U64], U64)],
  ["sqrt", fixed("sqrt", [F64], F64)],
  ["atomicLoad", atomic("atomicLoad", 0, true)],
  ["atomicLoadAcquire", atomic("atomicLoadAcquire", 0, true)],
  ["atomicLoadRelaxed", atomic("atomicLoadRelaxed", 0, true)],
  ["atomicStore", atomic("atomicStore", 1, false)],
  ["atomicStoreRelease", atomic("atomicStoreRelease", 1, false)],
  ["atomicStoreRelaxed", atomic("atomicStoreRelaxed", 1, false)],
  ["atomicExchange", atomic("atomicExchange", 1, true)],
  ["atomicAdd", atomic("atomicAdd", 1, true)],
  ["atomicAnd", atomic("atomicAnd", 1, true)],
  ["atomicOr", atomic("atomicOr", 1, true)],
  ["atomicXor", atomic("atomicXor", 1, true)],
  ["atomicCompareExchange", atomic("atomicCompareExchange", 2, true)],
  ["fence", fixed("fence", [], VOID)],
  ["compilerFence", fixed("compilerFence", [], VOID)],
  ["pause", fixed("pause", [], VOID)],
  ["memcpy", memory("memcpy")],
  ["memmove", memory("memmove")],
  ["memset", memory("memset")],
  ["in8", fixed("in8", [U16], U8)],
  ["in16", fixed("in16", [U16], U16)],
  ["in32", fixed("in32", [U16], U32)],
  ["out8", fixed("out8", [U16, U8], VOID)],
  ["out16", fixed("out16", [U16, U16], VOID)],
  ["out32", fixed("out32", [U16, U32], VOID)],
  ["readTsc", fixed("readTsc", [], U64)],
  ["staticKey", staticKey],
  ["unreachable", fixed("unreachable", [], NEVER)],
  ["trap", fixed("trap", [], NEVER)],
  ["frameAddress", fixed("frameAddress", [], ANY_POINTER)],
  ["returnAddress", fixed("returnAddress", [], ANY_POINTER)],
]);
