/** Expressions by their syntax: what is not here in full is called from here. */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Expression } from "../tree.ts";
import { BOOL, sameType, sizeOf, type Type, typeText } from "../types/type.ts";
import { functionValue, load, newVariable, takeAddress, variablePlace } from "./access.ts";
import { numberValue, utf8WithZero } from "./literals.ts";
import {
  adapt,
  adaptUntyped,
  BYTES,
  constant,
  integer,
  integerOf,
  isTyped,
  isUntyped,
  pointsAlike,
  U8,
  U64,
} from "./operands.ts";
import { binary, conditional, unary } from "./operators.ts";
import { placeOf } from "./place.ts";
import type { Frame, Operand, World } from "./world.ts";

const K = ts.SyntaxKind;

export function expression(
  world: World,
  frame: Frame,
  node: ts.Expression,
  expected: Type | undefined,
): Operand {
  const place = placeOf(node);
  switch (node.kind) {
    case K.TrueKeyword:
    case K.FalseKeyword:
      return integer(node.kind === K.TrueKeyword ? 1n : 0n, BOOL, place);
    case K.NullKeyword:
      return { kind: "null", place };
  }
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)) {
    return { ...world.expression(frame, node.expression, expected), place };
  }
  if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) {
    return { kind: "untyped", value: numberValue(node.getText()), place };
  }
  if (ts.isStringLiteral(node)) {
    return constant({ kind: "string", bytes: utf8WithZero(node.text) }, BYTES, place);
  }
  if (ts.isBinaryExpression(node)) return binary(world, frame, node, expected);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    return unary(world, frame, node, expected);
  }
  if (ts.isConditionalExpression(node)) return conditional(world, frame, node, expected);
  if (world.isAggregate(node)) return aggregate(world, frame, node, expected);
  if (ts.isCallExpression(node)) return world.call(frame, node, expected);
  if (ts.isTaggedTemplateExpression(node)) return world.asm(frame, node);
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node))
    return assertion(world, frame, node, expected);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    const signature = expected?.kind === "ptr" && expected.target.kind === "fn" ? expected.target : undefined;
    const instance = world.liftedOf(node, frame, signature);
    frame.uses.add(instance.symbol);
    return functionValue(instance, place);
  }
  return world.abandon();
}

/** A structure or array that is written out where a value is wanted: a variable without a name. */
function aggregate(world: World, frame: Frame, node: ts.Expression, expected: Type | undefined): Operand {
  const place = placeOf(node);
  const written =
    ts.isCallExpression(node) && node.typeArguments?.[0] !== undefined
      ? world.typeOf(node.typeArguments[0], frame.types)
      : expected;
  if (written === undefined) {
    return world.fail(D.javaScriptValue(place, ts.isArrayLiteralExpression(node) ? "an array" : "an object"));
  }
  if (written.kind !== "struct" && written.kind !== "array") {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      if (node.expression.text === "zeroed") return zero(world, written, node);
    }
    return world.fail(
      D.javaScriptValue(
        place,
        ts.isArrayLiteralExpression(node)
          ? `an array for ${typeText(written)}`
          : `an object for ${typeText(written)}`,
      ),
    );
  }
  world.layOut(written, place);
  const variable = newVariable(frame, "(value)", written, place);
  const to = variablePlace(variable, place);
  const clear: Expression = {
    kind: "intrinsic",
    name: "memset",
    args: [
      {
        kind: "convert",
        conversion: "bits",
        value: takeAddress(world, to, place),
        type: { kind: "ptr", target: { kind: "void" }, volatile: false },
        place,
      },
      integer(0n, U8, place),
      integer(BigInt(sizeOf(written)), U64, place),
    ],
    type: { kind: "void" },
    place,
  };
  return [clear, ...world.store(frame, node, to)].reduceRight<Expression>(
    (then, first) => ({ kind: "sequence", first, then, type: then.type, place }),
    load(to),
  );
}

function zero(world: World, type: Type, node: ts.Node): Expression {
  const place = placeOf(node);
  if (type.kind === "ptr") return integer(0n, type, place);
  if (type.kind === "bool" || type.kind === "enum") return integer(0n, type, place);
  return adaptUntyped(world, { kind: "untyped", value: 0n, place }, type);
}

/** `as`: names a type that the value has already; between an enum and its base, the same bits. */
function assertion(
  world: World,
  frame: Frame,
  node: ts.AsExpression | ts.TypeAssertion,
  expected: Type | undefined,
): Operand {
  if (ts.isConstTypeReference(node.type)) return world.expression(frame, node.expression, expected);
  const to = world.typeOf(node.type, frame.types);
  const operand = world.expression(frame, node.expression, to);
  const place = placeOf(node);
  if (isUntyped(operand) && to.kind === "enum") {
    return { ...adaptUntyped(world, operand, to.base), type: to, place };
  }
  if (!isTyped(operand)) return { ...adapt(world, operand, to), place };
  const from = operand.type;
  if (sameType(from, to)) return { ...operand, place };
  if (from.kind === "ptr" && to.kind === "ptr" && pointsAlike(world, from, to))
    return adapt(world, operand, to);
  const [a, b] = [integerOf(from), integerOf(to)];
  if (a !== undefined && b !== undefined && from.kind !== to.kind && sameType(a, b)) {
    return { kind: "convert", conversion: "integer", value: operand, type: to, place };
  }
  return world.fail(D.assertion(place, from, to));
}

export function condition(world: World, frame: Frame, node: ts.Expression): Expression {
  const operand = world.expression(frame, node);
  if (isTyped(operand) && operand.type.kind === "bool") return operand;
  const text = isTyped(operand) ? typeText(operand.type) : isUntyped(operand) ? "a number" : "null";
  return world.fail(D.condition(placeOf(node), text));
}
