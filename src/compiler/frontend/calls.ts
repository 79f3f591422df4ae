/**
 * Calls: of functions by name, of generic ones with their type arguments written or told from the arguments, of methods, of
 * intrinsics, and through function pointers.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Expression } from "../tree.ts";
import { type FunctionType, type Type, typeText } from "../types/type.ts";
import { baseOf, entityOf, functionInstance, load, member, methodOf } from "./access.ts";
import { INTRINSIC_CALLS } from "./intrinsics.ts";
import { isTyped } from "./operands.ts";
import { placeOf } from "./place.ts";
import { infer } from "./types.ts";
import type { Access, Frame, FunctionInstance, Operand, StructInfo, TypeArgument, World } from "./world.ts";

/** Needs its type from outside: has none of its own that could tell a type parameter. */
function dependsOnType(world: World, node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return dependsOnType(world, node.expression);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return node.type === undefined || node.parameters.some((p) => p.type === undefined);
  }
  return world.isAggregate(node);
}

/** Arguments that were looked at to tell type parameters: each is evaluated once. */
type Known = readonly (Operand | undefined)[];

function inferred(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  declaration: ts.FunctionLikeDeclaration,
  expected: Type | undefined,
): { readonly args: TypeArgument[]; readonly known: Known } {
  const parameters = declaration.typeParameters ?? [];
  const name = declaration.name?.getText() ?? "it";
  if (node.typeArguments !== undefined) {
    if (node.typeArguments.length !== parameters.length) {
      world.fail(D.typeArguments(placeOf(node), name, parameters.length));
    }
    return { args: node.typeArguments.map((a) => world.typeArgument(a, frame.types)), known: [] };
  }
  if (parameters.length === 0) return { args: [], known: [] };
  const symbols = parameters.map((p) => world.symbolOf(p.name)!);
  const wanted = new Set(symbols);
  const found = new Map<ts.Symbol, TypeArgument>();
  const known = node.arguments.map((argument, i) => {
    if (dependsOnType(world, argument)) return undefined;
    const operand = world.expression(frame, argument);
    const type = declaration.parameters[i]?.type;
    if (isTyped(operand) && type !== undefined) infer(world, type, operand.type, wanted, found);
    return operand;
  });
  if (expected !== undefined && declaration.type !== undefined) {
    infer(world, declaration.type, expected, wanted, found);
  }
  const args = parameters.map((parameter, i) => {
    const argument = found.get(symbols[i]!);
    return argument ?? world.fail(D.inference(placeOf(node), parameter.name.text));
  });
  return { args, known };
}

function checkArguments(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  params: readonly Type[],
  known: Known,
): Expression[] {
  if (node.arguments.length !== params.length) {
    world.fail(D.argumentCount(placeOf(node), params.length, node.arguments.length));
  }
  return node.arguments.map((argument, i) => {
    const operand = known[i];
    const type = params[i]!;
    return operand === undefined ? world.typed(frame, argument, type) : world.adapt(operand, type);
  });
}

function direct(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  { declaration, owner, self }: Callee,
  expected: Type | undefined,
): Expression {
  const { args: types, known } = inferred(world, frame, node, declaration, expected);
  const instance = instanceOf(world, frame, node, declaration, types, owner);
  instance.calledAt ??= placeOf(node);
  frame.uses.add(instance.symbol);
  const { type } = instance;
  const params = self === undefined ? type.params : type.params.slice(1);
  const args = checkArguments(world, frame, node, params, known);
  return {
    kind: "call",
    callee: { symbol: instance.symbol },
    signature: type,
    args: self === undefined ? args : [self, ...args],
    type: type.result,
    place: placeOf(node),
  };
}

interface Callee {
  readonly declaration: ts.FunctionDeclaration | ts.MethodDeclaration;
  readonly owner: StructInfo | undefined;
  readonly self: Expression | undefined;
}

function instanceOf(
  world: World,
  frame: Frame,
  node: ts.CallExpression,
  declaration: Callee["declaration"],
  args: readonly TypeArgument[],
  owner: StructInfo | undefined,
): FunctionInstance {
  if (owner === undefined && args.length === 0) {
    return functionInstance(world, frame, declaration, placeOf(node));
  }
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
      return direct(world, frame, node, { declaration, owner: undefined, self: undefined }, expected);
    }
    if (ts.isClassDeclaration(declaration)) {
      return world.fail(D.notCalled(place, `the class ${declaration.name?.text}`));
    }
  }
  let access: Access;
  if (declaration === undefined && ts.isPropertyAccessExpression(node.expression)) {
    const { expression, name } = node.expression;
    const base = baseOf(world, frame, expression);
    const found = methodOf(world, base, name.text);
    if (found !== undefined) return direct(world, frame, node, { ...found, owner: found.info }, expected);
    const pointer = "value" in base ? base.value : base.pointer;
    if (name.text === "offset" && pointer?.type.kind === "ptr") return offset(world, frame, node, pointer);
    access = member(world, base, node.expression);
  } else access = world.access(frame, node.expression);
  const callee = "lvalue" in access ? load(access.lvalue) : world.own(access.operand);
  const signature: FunctionType | undefined =
    callee.type.kind === "ptr" && callee.type.target.kind === "fn" ? callee.type.target : undefined;
  if (signature === undefined) return world.fail(D.notCalled(place, typeText(callee.type)));
  return {
    kind: "call",
    callee: { pointer: callee },
    signature,
    args: checkArguments(world, frame, node, signature.params, []),
    type: signature.result,
    place,
  };
}

/** `p.offset(n)`. */
function offset(world: World, frame: Frame, node: ts.CallExpression, pointer: Expression): Expression {
  const place = placeOf(node);
  const target = pointer.type.kind === "ptr" ? pointer.type.target.kind : "void";
  if (target === "void") return world.fail(D.voidPointer(place));
  if (target === "fn") return world.fail(D.noMember(place, typeText(pointer.type), "offset"));
  const [count] = node.arguments;
  if (count === undefined || node.arguments.length !== 1) {
    return world.fail(D.argumentCount(place, 1, node.arguments.length));
  }
  return { kind: "offset", pointer, index: world.index(frame, count), type: pointer.type, place };
}
