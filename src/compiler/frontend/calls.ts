/**
 * Calls: of functions by name, of generic ones with their type arguments written or told from the arguments, of methods, of
 * intrinsics, and through function pointers.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Expression } from "../tree.ts";
import { type FunctionType, type Type, typeText } from "../types/type.ts";
import { entityOf, functionInstance, load, method } from "./access.ts";
import { INTRINSIC_CALLS } from "./intrinsics.ts";
import { isTyped } from "./operands.ts";
import { placeOf } from "./place.ts";
import { infer } from "./types.ts";
import type { Frame, FunctionInstance, Operand, StructInfo, TypeArgument, World } from "./world.ts";

/** Needs its type from outside: has none of its own that could tell a type parameter. */
const dependsOnType = (world: World, node: ts.Expression): boolean =>
  ts.isParenthesizedExpression(node)
    ? dependsOnType(world, node.expression)
    : ts.isArrowFunction(node) || ts.isFunctionExpression(node) || world.isAggregate(node);

function typeArguments(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  declaration: ts.FunctionLikeDeclaration,
  expected: Type | undefined,
): TypeArgument[] {
  const parameters = declaration.typeParameters ?? [];
  const name = declaration.name?.getText() ?? "it";
  if (node.typeArguments !== undefined) {
    if (node.typeArguments.length !== parameters.length) {
      world.fail(D.typeArguments(placeOf(node), name, parameters.length));
    }
    return node.typeArguments.map((argument) => world.typeArgument(argument, frame.types));
  }
  if (parameters.length === 0) return [];
  const symbols = parameters.map((p) => world.symbolOf(p.name)!);
  const wanted = new Set(symbols);
  const found = new Map<ts.Symbol, TypeArgument>();
  declaration.parameters.forEach((parameter, i) => {
    const argument = node.arguments[i];
    if (argument === undefined || parameter.type === undefined || dependsOnType(world, argument)) return;
    const operand = world.expression(frame, argument);
    if (isTyped(operand)) infer(world, parameter.type, operand.type, wanted, found);
  });
  if (expected !== undefined && declaration.type !== undefined) {
    infer(world, declaration.type, expected, wanted, found);
  }
  return parameters.map((parameter, i) => {
    const argument = found.get(symbols[i]!);
    return argument ?? world.fail(D.inference(placeOf(node), parameter.name.text));
  });
}

export function checkArguments(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  params: readonly Type[],
): Expression[] {
  if (node.arguments.length !== params.length) {
    world.fail(D.argumentCount(placeOf(node), params.length, node.arguments.length));
  }
  return node.arguments.map((argument, i) => world.typed(frame, argument, params[i]!));
}

function direct(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  instance: FunctionInstance,
  self: Expression | undefined,
): Expression {
  instance.calledAt ??= placeOf(node);
  frame.uses.add(instance.symbol);
  const { type } = instance;
  const params = self === undefined ? type.params : type.params.slice(1);
  const args = checkArguments(world, frame, node, params);
  return {
    kind: "call",
    callee: { symbol: instance.symbol },
    signature: type,
    args: self === undefined ? args : [self, ...args],
    type: type.result,
    place: placeOf(node),
  };
}

function instanceOf(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  declaration: ts.FunctionDeclaration | ts.MethodDeclaration,
  owner: StructInfo | undefined,
  expected: Type | undefined,
): FunctionInstance {
  const args = typeArguments(world, frame, node, declaration, expected);
  if (owner === undefined && args.length === 0)
    return functionInstance(world, frame, declaration, placeOf(node));
  if (ts.isFunctionDeclaration(declaration) && !ts.isSourceFile(declaration.parent)) {
    return world.fail(D.generic(placeOf(node), declaration.name?.text ?? "it"));
  }
  return world.functionOf(declaration, args, owner, placeOf(node));
}

export function call(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  expected: Type | undefined,
): Operand {
  const place = placeOf(node);
  const declaration = entityOf(world, node.expression);
  if (declaration !== undefined) {
    if (ts.isFunctionDeclaration(declaration) && world.isLibrary(declaration)) {
      const name = declaration.name?.text ?? "";
      const intrinsic = INTRINSIC_CALLS.get(name);
      if (intrinsic === undefined) return world.fail(D.intrinsic(place, name));
      return intrinsic(world, frame, node, expected);
    }
    if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) {
      return direct(
        world,
        frame,
        node,
        instanceOf(world, frame, node, declaration, undefined, expected),
        undefined,
      );
    }
    if (ts.isClassDeclaration(declaration)) {
      return world.fail(D.notCalled(place, `the class ${declaration.name?.text}`));
    }
  } else if (ts.isPropertyAccessExpression(node.expression)) {
    const member = node.expression;
    const found = method(world, frame, member);
    if (found !== undefined) {
      const instance = instanceOf(world, frame, node, found.declaration, found.info, expected);
      return direct(world, frame, node, instance, found.self);
    }
    if (member.name.text === "offset") {
      const moved = offset(world, frame, node, member);
      if (moved !== undefined) return moved;
    }
  }
  const access = world.access(frame, node.expression);
  const callee = "lvalue" in access ? load(access.lvalue) : world.own(access.operand);
  const signature: FunctionType | undefined =
    callee.type.kind === "ptr" && callee.type.target.kind === "fn" ? callee.type.target : undefined;
  if (signature === undefined) return world.fail(D.notCalled(place, typeText(callee.type)));
  return {
    kind: "call",
    callee: { pointer: callee },
    signature,
    args: checkArguments(world, frame, node, signature.params),
    type: signature.result,
    place,
  };
}

/** `p.offset(n)`. */
function offset(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  member: ts.PropertyAccessExpression,
): Expression | undefined {
  const access = world.access(frame, member.expression);
  const pointer = "lvalue" in access ? load(access.lvalue) : world.own(access.operand);
  if (pointer.type.kind !== "ptr" || pointer.type.target.kind === "fn") return undefined;
  if (pointer.type.target.kind === "void") return world.fail(D.voidPointer(placeOf(node)));
  const [count] = node.arguments;
  if (count === undefined || node.arguments.length !== 1) {
    return world.fail(D.argumentCount(placeOf(node), 1, node.arguments.length));
  }
  const index = world.index(frame, count);
  return { kind: "offset", pointer, index, type: pointer.type, place: placeOf(node) };
}
