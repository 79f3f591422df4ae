/**
 * Structures and arrays that are written out: `{ x: 1 }`, `[1, 2]`, `init({ … })`, `zeroed()`, and `bytes("…")` for arrays of u8.
 * In functions they become stores to a place that holds zeros already, in the order written; of globals they are constants.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Constant, Expression, LValue } from "../tree.ts";
import {
  type ArrayType,
  type Field,
  type StructType,
  sizeOf,
  type Type,
  typeText,
  VOID,
} from "../types/type.ts";
import { entityOf, takeAddress } from "./access.ts";
import { fold, mergeBitFields } from "./constants.ts";
import { utf8 } from "./literals.ts";
import {
  BYTES,
  constant as constantValue,
  integer,
  integerOf,
  isUntyped,
  signedValue,
  U64,
} from "./operands.ts";
import { placeOf } from "./place.ts";
import { pointerTo } from "./types.ts";
import type { Frame, World } from "./world.ts";

const bare = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) ? bare(node.expression) : node;

/** The name of the library function that is called, of those that make aggregates. */
function maker(world: World, node: ts.Expression): "init" | "zeroed" | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const name = node.expression.text;
  if (name !== "init" && name !== "zeroed") return undefined;
  const declaration = entityOf(world, node.expression);
  return declaration !== undefined && world.isLibrary(declaration) ? name : undefined;
}

export function isAggregate(world: World, node: ts.Expression): boolean {
  const inner = bare(node);
  return (
    ts.isObjectLiteralExpression(inner) ||
    ts.isArrayLiteralExpression(inner) ||
    maker(world, inner) !== undefined
  );
}

/** The text of `bytes("…")`. */
function bytesOf(world: World, node: ts.Expression): Uint8Array | undefined {
  const inner = bare(node);
  if (
    !ts.isCallExpression(inner) ||
    !ts.isIdentifier(inner.expression) ||
    inner.expression.text !== "bytes"
  ) {
    return undefined;
  }
  const declaration = entityOf(world, inner.expression);
  const [text] = inner.arguments;
  if (declaration === undefined || !world.isLibrary(declaration)) return undefined;
  return text !== undefined && ts.isStringLiteral(text) ? utf8(text.text) : undefined;
}

const isBytes = (type: Type): type is ArrayType =>
  type.kind === "array" && type.element.kind === "int" && type.element.bits === 8;

function properties(
  world: World,
  node: ts.ObjectLiteralExpression,
  type: StructType,
): { field: Field; value: ts.Expression }[] {
  return node.properties.map((property) => {
    const name = property.name?.getText() ?? "";
    const field = type.fields.find((f) => f.name === name);
    if (field === undefined) return world.fail(D.noMember(placeOf(property), type.name, name));
    if (ts.isPropertyAssignment(property)) return { field, value: property.initializer };
    if (ts.isShorthandPropertyAssignment(property)) return { field, value: property.name };
    return world.abandon();
  });
}

function elements(world: World, node: ts.ArrayLiteralExpression, type: ArrayType): readonly ts.Expression[] {
  if (node.elements.length > type.length) {
    world.fail(D.tooManyElements(placeOf(node), node.elements.length, type.length));
  }
  return node.elements;
}

/** The parts of a written aggregate of that type. Undefined: it is no aggregate, but one value. */
function parts(
  world: World,
  node: ts.Expression,
  type: Type,
): readonly { field?: Field; index?: number; value: ts.Expression }[] | undefined {
  const inner = bare(node);
  if (!isAggregate(world, inner)) return undefined;
  const made = maker(world, inner);
  if (made === "zeroed") return [];
  const literal = made === "init" && ts.isCallExpression(inner) ? inner.arguments[0] : inner;
  if (type.kind === "struct" && literal !== undefined && ts.isObjectLiteralExpression(literal)) {
    return properties(world, literal, type);
  }
  if (type.kind === "array" && literal !== undefined && ts.isArrayLiteralExpression(literal)) {
    return elements(world, literal, type).map((value, index) => ({ index, value }));
  }
  return world.fail(D.javaScriptValue(placeOf(inner), `this for ${typeText(type)}`));
}

function within(to: LValue, part: { field?: Field; index?: number; value: ts.Expression }): LValue {
  const place = placeOf(part.value);
  if (part.field !== undefined) {
    return { kind: "field", base: to, field: part.field, type: part.field.type, place };
  }
  const array = to.type as ArrayType; // `parts` gives indices for arrays only.
  const index = integer(BigInt(part.index!), U64, place);
  return { kind: "element", base: to, array, index, type: array.element, place };
}

/** A constant that a bit field is to hold must fit, as in any other place. */
export function checkBits(world: World, field: Field, value: Expression): void {
  const known = field.bits === undefined ? undefined : fold(value);
  const type = integerOf(field.type);
  if (known?.kind !== "int" || type === undefined || field.bits === undefined) return;
  const { width } = field.bits;
  const number = signedValue(known.value, type);
  const fits = type.signed ? BigInt.asIntN(width, number) : BigInt.asUintN(width, number);
  if (fits !== number) world.fail(D.range(value.place, number, field.type, width));
}

export function store(world: World, frame: Frame, node: ts.Expression, to: LValue): Expression[] {
  const place = placeOf(node);
  const text = isBytes(to.type) ? bytesOf(world, node) : undefined;
  if (text !== undefined && isBytes(to.type)) {
    if (text.length > to.type.length) world.fail(D.tooManyElements(place, text.length, to.type.length));
    const any = pointerTo(VOID);
    const bits = (value: Expression): Expression => ({
      kind: "convert",
      conversion: "bits",
      value,
      type: any,
      place,
    });
    return [
      {
        kind: "intrinsic",
        name: "memcpy",
        args: [
          bits(takeAddress(world, to, place)),
          bits(constantValue({ kind: "string", bytes: text }, BYTES, place)),
          integer(BigInt(text.length), U64, place),
        ],
        type: VOID,
        place,
      },
    ];
  }
  const found =
    to.type.kind === "struct" || to.type.kind === "array" ? parts(world, node, to.type) : undefined;
  if (found === undefined) {
    const value = world.typed(frame, node, to.type);
    if (to.kind === "field") checkBits(world, to.field, value);
    return [{ kind: "assign", to, value, type: to.type, place }];
  }
  return found.flatMap((part) => store(world, frame, part.value, within(to, part)));
}

export function constant(
  world: World,
  frame: Frame,
  node: ts.Expression,
  type: Type,
  what: string,
): Constant {
  const text = isBytes(type) ? bytesOf(world, node) : undefined;
  if (text !== undefined && isBytes(type)) {
    if (text.length > type.length) world.fail(D.tooManyElements(placeOf(node), text.length, type.length));
    return { kind: "bytes", bytes: text };
  }
  const found = type.kind === "struct" || type.kind === "array" ? parts(world, node, type) : undefined;
  if (found !== undefined) {
    if (type.kind === "struct") {
      const values = found.map(({ field, value }) => {
        const known = constant(world, frame, value, field!.type, what);
        checkBits(world, field!, constantValue(known, field!.type, placeOf(value)));
        return { field: field!, value: known };
      });
      return { kind: "aggregate", parts: mergeBitFields(values) };
    }
    const { element } = type as ArrayType; // One or the other: `parts` was asked for them.
    return {
      kind: "aggregate",
      parts: found.map(({ index, value }) => ({
        offset: index! * sizeOf(element),
        type: element,
        value: constant(world, frame, value, element, what),
      })),
    };
  }
  const value = fold(world.typed(frame, node, type));
  if (value === undefined) return world.fail(D.notConstant(placeOf(node), what));
  return value;
}

/** A constant integer of any type, or without one. */
export function constantNumber(world: World, frame: Frame, node: ts.Expression, what: string): bigint {
  const operand = world.expression(frame, node);
  if (isUntyped(operand)) {
    if (typeof operand.value === "bigint") return operand.value;
    return world.fail(D.notConstant(placeOf(node), what));
  }
  const typed = world.own(operand);
  const value = fold(typed);
  if (value?.kind !== "int") return world.fail(D.notConstant(placeOf(node), what));
  const type = integerOf(typed.type);
  return type === undefined ? value.value : signedValue(value.value, type);
}

export function staticAssert(world: World, frame: Frame, node: ts.CallExpression): void {
  const [condition, message] = node.arguments;
  if (condition === undefined) world.fail(D.argumentCount(placeOf(node), 1, 0));
  const value = world.condition(frame, condition);
  const holds = fold(value);
  if (holds?.kind !== "int") world.fail(D.notConstant(placeOf(condition), "the condition"));
  if (holds.value !== 0n) return;
  const text = message !== undefined && ts.isStringLiteral(message) ? message.text : undefined;
  world.report(D.staticAssert(placeOf(node), text, value.kind === "compare" ? sides(value) : ""));
}

/** Both sides of a comparison that failed. */
function sides(value: Extract<Expression, { kind: "compare" }>): string {
  const number = (side: Expression): string => {
    const folded = fold(side);
    if (folded?.kind !== "int") return "?";
    const type = integerOf(side.type);
    return String(type === undefined ? folded.value : signedValue(folded.value, type));
  };
  return ` (${number(value.left)} and ${number(value.right)})`;
}
