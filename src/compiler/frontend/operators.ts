/**
 * Operators. Both operands are of one type, and so is the result: no promotion, no conversion. Shift counts may be of any
 * integer type. Numbers without a type take that of the other side; on two of them operators are computed here, exactly.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import { BINARY_OPERATORS, type BinaryOperator, type Comparison, type Expression } from "../tree.ts";
import { BOOL, sameType, type Type } from "../types/type.ts";
import { checkBits } from "./aggregates.ts";
import { compare as compareNumbers, exact, float, fold } from "./constants.ts";
import { adapt, integer, integerOf, isNull, isTyped, isUntyped, pointsAlike } from "./operands.ts";
import { placeOf } from "./place.ts";
import type { Frame, Operand, Untyped, World } from "./world.ts";

const K = ts.SyntaxKind;
const BINARY: ReadonlyMap<ts.SyntaxKind, BinaryOperator> = new Map([
  [K.PlusToken, "add"],
  [K.MinusToken, "sub"],
  [K.AsteriskToken, "mul"],
  [K.SlashToken, "div"],
  [K.PercentToken, "rem"],
  [K.AmpersandToken, "and"],
  [K.BarToken, "or"],
  [K.CaretToken, "xor"],
  [K.LessThanLessThanToken, "shl"],
  [K.GreaterThanGreaterThanToken, "shr"],
]);
const COMPOUND: ReadonlyMap<ts.SyntaxKind, BinaryOperator> = new Map([
  [K.PlusEqualsToken, "add"],
  [K.MinusEqualsToken, "sub"],
  [K.AsteriskEqualsToken, "mul"],
  [K.SlashEqualsToken, "div"],
  [K.PercentEqualsToken, "rem"],
  [K.AmpersandEqualsToken, "and"],
  [K.BarEqualsToken, "or"],
  [K.CaretEqualsToken, "xor"],
  [K.LessThanLessThanEqualsToken, "shl"],
  [K.GreaterThanGreaterThanEqualsToken, "shr"],
]);
const COMPARISON: ReadonlyMap<ts.SyntaxKind, Comparison> = new Map([
  [K.EqualsEqualsEqualsToken, "eq"],
  [K.ExclamationEqualsEqualsToken, "ne"],
  [K.LessThanToken, "lt"],
  [K.LessThanEqualsToken, "le"],
  [K.GreaterThanToken, "gt"],
  [K.GreaterThanEqualsToken, "ge"],
]);

function defined(operator: BinaryOperator, type: Type): boolean {
  if (type.kind === "int") return true;
  if (type.kind === "f64") return BINARY_OPERATORS.indexOf(operator) < BINARY_OPERATORS.indexOf("rem");
  return type.kind === "enum" && (operator === "and" || operator === "or" || operator === "xor");
}

/** The right side of an operator whose left side is of `type`: of the same type, and no constant that is wrong for sure. */
function rightSide(
  world: World,
  operator: BinaryOperator,
  text: string,
  type: Type,
  right: Operand,
): Expression {
  const { place } = right;
  if (operator === "shl" || operator === "shr") {
    if (isUntyped(right)) {
      const bits = integerOf(type)?.bits ?? 0;
      if (typeof right.value !== "bigint" || right.value < 0n || right.value >= BigInt(bits)) {
        world.fail(D.shiftCount(place, BigInt(Math.trunc(Number(right.value))), type));
      }
      return adapt(world, right, type);
    }
    const count = world.own(right);
    if (count.type.kind !== "int") return world.fail(D.operands(place, text, type, count.type));
    if (sameType(count.type, type)) return count;
    return { kind: "convert", conversion: "integer", value: count, type, place };
  }
  if (isTyped(right) && !sameType(right.type, type))
    return world.fail(D.operands(place, text, type, right.type));
  if (
    (operator === "div" || operator === "rem") &&
    isUntyped(right) &&
    right.value === 0n &&
    type.kind === "int"
  ) {
    world.fail(D.divisionByZero(place));
  }
  return adapt(world, right, type);
}

function untypedResult(
  world: World,
  operator: BinaryOperator,
  left: Untyped,
  right: Untyped,
  node: ts.Node,
): Untyped {
  const place = placeOf(node);
  if (typeof left.value === "bigint" && typeof right.value === "bigint") {
    const value = exact(operator, left.value, right.value);
    if (value !== undefined) return { kind: "untyped", value, place };
    return world.fail(
      operator === "div" || operator === "rem"
        ? D.divisionByZero(right.place)
        : D.shiftCount(right.place, right.value, { kind: "int", bits: 64, signed: true }),
    );
  }
  const value = float(operator, Number(left.value), Number(right.value));
  if (value === undefined) return world.fail(D.operand(place, operator, { kind: "f64" }));
  return { kind: "untyped", value, place };
}

function arithmetic(
  world: World,
  frame: Frame,
  node: ts.BinaryExpression,
  operator: BinaryOperator,
  expected: Type | undefined,
): Operand {
  const text = node.operatorToken.getText();
  const shift = operator === "shl" || operator === "shr";
  let left = world.expression(frame, node.left, expected);
  const right = world.expression(frame, node.right, shift ? undefined : isTyped(left) ? left.type : expected);
  if (isUntyped(left)) {
    if (isUntyped(right)) return untypedResult(world, operator, left, right, node);
    const wish =
      shift && (expected?.kind === "int" || expected?.kind === "enum") ? expected : world.own(right).type;
    if (!shift && wish.kind !== "int" && wish.kind !== "f64") {
      return world.fail(D.operand(placeOf(node), text, wish));
    }
    left = adapt(world, left, wish);
  }
  const value = world.own(left);
  const { type } = value;
  if (!defined(operator, type)) {
    if (isTyped(right) && !sameType(right.type, type)) {
      return world.fail(D.operands(placeOf(node), text, type, right.type));
    }
    return world.fail(D.operand(placeOf(node), text, type));
  }
  return {
    kind: "binary",
    operator,
    left: value,
    right: rightSide(world, operator, text, type, right),
    type,
    place: placeOf(node),
  };
}

function comparable(comparison: Comparison, type: Type): boolean {
  const equality = comparison === "eq" || comparison === "ne";
  switch (type.kind) {
    case "int":
    case "f64":
    case "enum":
      return true;
    case "ptr":
      return equality || type.target.kind !== "fn";
    case "bool":
      return equality;
    default:
      return false;
  }
}

function comparison(world: World, frame: Frame, node: ts.BinaryExpression, comparison: Comparison): Operand {
  const text = node.operatorToken.getText();
  const place = placeOf(node);
  let left = world.expression(frame, node.left);
  let right = world.expression(frame, node.right, isTyped(left) ? left.type : undefined);
  if (isUntyped(left) && isUntyped(right)) {
    const [a, b] = [left.value, right.value];
    const holds =
      typeof a === "bigint" && typeof b === "bigint"
        ? compareNumbers(comparison, a, b)
        : compareNumbers(comparison, Number(a), Number(b));
    return integer(holds ? 1n : 0n, BOOL, place);
  }
  if (isNull(left) && isNull(right)) return integer(comparison === "eq" ? 1n : 0n, BOOL, place);
  if (!isTyped(left)) left = adapt(world, left, world.own(right).type);
  if (!isTyped(right)) right = adapt(world, right, left.type);
  const [a, b] = [left.type, right.type];
  if (!sameType(a, b)) {
    if (a.kind === "ptr" && b.kind === "ptr" && pointsAlike(world, a, b)) left = adapt(world, left, b);
    else if (a.kind === "ptr" && b.kind === "ptr" && pointsAlike(world, b, a)) right = adapt(world, right, a);
    else return world.fail(D.operands(place, text, a, b));
  }
  if (!comparable(comparison, left.type)) world.fail(D.operand(place, text, left.type));
  return { kind: "compare", comparison, left, right, type: BOOL, place };
}

function assignment(world: World, frame: Frame, node: ts.BinaryExpression): Expression {
  // Destructuring: syntax.ts has said so.
  if (ts.isArrayLiteralExpression(node.left) || ts.isObjectLiteralExpression(node.left)) world.abandon();
  const to = world.place(frame, node.left);
  world.touch(to);
  const place = placeOf(node);
  const operator = COMPOUND.get(node.operatorToken.kind);
  if (operator === undefined) {
    const value = world.typed(frame, node.right, to.type);
    if (to.kind === "field") checkBits(world, to.field, value);
    return { kind: "assign", to, value, type: to.type, place };
  }
  const text = node.operatorToken.getText();
  const right = world.expression(frame, node.right, to.type);
  if (!defined(operator, to.type)) world.fail(D.operand(place, text, to.type));
  const value = rightSide(world, operator, text, to.type, right);
  return { kind: "update", to, operator, value, gives: "after", type: to.type, place };
}

export function binary(
  world: World,
  frame: Frame,
  node: ts.BinaryExpression,
  expected: Type | undefined,
): Operand {
  const { kind } = node.operatorToken;
  const place = placeOf(node);
  const operator = BINARY.get(kind);
  if (operator !== undefined) return arithmetic(world, frame, node, operator, expected);
  const compared = COMPARISON.get(kind);
  if (compared !== undefined) return comparison(world, frame, node, compared);
  if (kind === K.EqualsToken || COMPOUND.has(kind)) return assignment(world, frame, node);
  if (kind === K.AmpersandAmpersandToken || kind === K.BarBarToken) {
    return {
      kind: kind === K.AmpersandAmpersandToken ? "and" : "or",
      left: world.condition(frame, node.left),
      right: world.condition(frame, node.right),
      type: BOOL,
      place,
    };
  }
  if (kind === K.CommaToken) {
    const first = world.expression(frame, node.left);
    const second = world.expression(frame, node.right, expected);
    if (!isTyped(first)) return second;
    const then =
      isTyped(second) || expected === undefined ? world.own(second) : adapt(world, second, expected);
    return { kind: "sequence", first, then, type: then.type, place };
  }
  return world.abandon();
}

export function unary(
  world: World,
  frame: Frame,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  expected: Type | undefined,
): Operand {
  const place = placeOf(node);
  if (node.operator === K.PlusPlusToken || node.operator === K.MinusMinusToken) {
    const text = node.operator === K.PlusPlusToken ? "++" : "--";
    const to = world.place(frame, node.operand);
    world.touch(to);
    const { type } = to;
    if (type.kind !== "int" && type.kind !== "f64") return world.fail(D.operand(place, text, type));
    return {
      kind: "update",
      to,
      operator: text === "++" ? "add" : "sub",
      value: adapt(world, { kind: "untyped", value: 1n, place }, type),
      gives: ts.isPostfixUnaryExpression(node) ? "before" : "after",
      type,
      place,
    };
  }
  if (node.operator === K.ExclamationToken) {
    return { kind: "not", value: world.condition(frame, node.operand), type: BOOL, place };
  }
  if (node.operator !== K.MinusToken && node.operator !== K.TildeToken) return world.abandon();
  const negate = node.operator === K.MinusToken;
  const operand = world.expression(frame, node.operand, expected);
  if (isUntyped(operand)) {
    const { value } = operand;
    if (typeof value === "bigint") return { kind: "untyped", value: negate ? -value : ~value, place };
    if (negate) return { kind: "untyped", value: -value, place };
    return world.fail(D.operand(place, "~", { kind: "f64" }));
  }
  const value = world.own(operand);
  const { type } = value;
  const fits = type.kind === "int" || (negate ? type.kind === "f64" : type.kind === "enum");
  if (!fits) return world.fail(D.operand(place, negate ? "-" : "~", type));
  return { kind: negate ? "negate" : "complement", value, type, place };
}

/** `c ? a : b`: one type for both, or one side does not return. */
export function conditional(
  world: World,
  frame: Frame,
  node: ts.ConditionalExpression,
  expected: Type | undefined,
): Operand {
  const place = placeOf(node);
  const condition = world.condition(frame, node.condition);
  const first = world.expression(frame, node.whenTrue, expected);
  const second = world.expression(
    frame,
    node.whenFalse,
    expected ?? (isTyped(first) ? first.type : undefined),
  );
  if (isUntyped(first) && isUntyped(second) && expected === undefined) {
    const known = fold(condition);
    if (known?.kind === "int") return { ...(known.value !== 0n ? first : second), place };
  }
  const type = common(world, first, second, expected);
  const side = (operand: Operand): Expression =>
    isTyped(operand) && operand.type.kind === "never" ? operand : adapt(world, operand, type);
  const [then, otherwise] = [side(first), side(second)];
  return { kind: "choose", condition, then, otherwise, type, place };
}

function common(world: World, a: Operand, b: Operand, expected: Type | undefined): Type {
  const left = isTyped(a) && a.type.kind !== "never" ? a.type : undefined;
  const right = isTyped(b) && b.type.kind !== "never" ? b.type : undefined;
  if (left !== undefined && right !== undefined && !sameType(left, right)) {
    if (expected !== undefined && expected.kind === "ptr") return expected;
    if (left.kind === "ptr" && right.kind === "ptr" && pointsAlike(world, left, right)) return right;
    if (left.kind === "ptr" && right.kind === "ptr" && pointsAlike(world, right, left)) return left;
    return world.fail(D.operands(b.place, "? :", left, right));
  }
  return left ?? right ?? expected ?? world.own(isTyped(a) ? b : a).type;
}
