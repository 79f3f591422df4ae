/**
 * Type nodes to types. Only what is written counts: tsc's inferred types are not asked. A union with null is the type beside
 * null; whether a pointer may be null is for tsc alone.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import {
  BOOL,
  F64,
  type FunctionType,
  intType,
  NEVER,
  type PointerType,
  sameType,
  type Type,
  typeText,
  VOID,
} from "../types/type.ts";
import { placeOf } from "./place.ts";
import type { TypeArgument, TypeArguments, World } from "./world.ts";

/** Names of kernel.d.ts that are types by themselves. */
const NAMED = new Map<string, Type>([
  ...["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize"].map((name): [string, Type] => [
    name,
    intType(name),
  ]),
  ["isize", intType("i64")],
  ["bool", BOOL],
  ["f64", F64],
]);

export const pointerTo = (target: Type, volatile = false): PointerType => ({ kind: "ptr", target, volatile });
export const sameArgument = (a: TypeArgument, b: TypeArgument): boolean =>
  typeof a === "bigint" || typeof b === "bigint" ? a === b : sameType(a, b);
export const argumentText = (argument: TypeArgument): string =>
  typeof argument === "bigint" ? String(argument) : typeText(argument);

/** Fails for types without values. */
export function storable(world: World, type: Type, node: ts.Node): Type {
  if (type.kind === "void" || type.kind === "never") return world.fail(D.storage(placeOf(node), type));
  return type;
}

/** The type beside `| null`; the node itself if it is no such union. */
export function withoutNull(node: ts.TypeNode): ts.TypeNode {
  if (ts.isParenthesizedTypeNode(node)) return withoutNull(node.type);
  if (!ts.isUnionTypeNode(node)) return node;
  const rest = node.types.filter(
    (part) => !(ts.isLiteralTypeNode(part) && part.literal.kind === ts.SyntaxKind.NullKeyword),
  );
  return rest.length === 1 && rest.length < node.types.length ? withoutNull(rest[0]!) : node;
}

export function signatureOf(world: World, node: ts.SignatureDeclaration, types: TypeArguments): FunctionType {
  const params = node.parameters.map((parameter) => {
    if (parameter.dotDotDotToken !== undefined)
      world.fail(D.parameters(placeOf(parameter), "rest parameters"));
    if (parameter.questionToken !== undefined)
      world.fail(D.parameters(placeOf(parameter), "optional parameters"));
    if (parameter.initializer !== undefined) world.fail(D.parameters(placeOf(parameter), "default values"));
    if (!ts.isIdentifier(parameter.name)) world.fail(D.destructuring(placeOf(parameter)));
    if (parameter.type === undefined)
      return world.fail(D.noType(placeOf(parameter), parameter.name.getText()));
    return storable(world, world.typeOf(parameter.type, types), parameter.type);
  });
  if (node.type === undefined) return world.fail(D.noType(placeOf(node.name ?? node), "the result"));
  return { kind: "fn", params, result: world.typeOf(node.type, types) };
}

export function typeOf(world: World, node: ts.TypeNode, types: TypeArguments): Type {
  const bare = withoutNull(node);
  if (bare !== node) {
    const type = world.typeOf(bare, types);
    if (type.kind !== "ptr" && ts.isUnionTypeNode(node))
      world.fail(D.typeForm(placeOf(node), node.getText()));
    return type;
  }
  switch (node.kind) {
    case ts.SyntaxKind.VoidKeyword:
      return VOID;
    case ts.SyntaxKind.NeverKeyword:
      return NEVER;
    case ts.SyntaxKind.BooleanKeyword:
      return BOOL;
  }
  if (ts.isFunctionTypeNode(node)) {
    if (node.typeParameters !== undefined) world.fail(D.typeForm(placeOf(node), node.getText()));
    return pointerTo(signatureOf(world, node, types));
  }
  if (ts.isTypeReferenceNode(node)) return reference(world, node, types);
  return world.fail(D.typeForm(placeOf(node), node.getText()));
}

function reference(world: World, node: ts.TypeReferenceNode, types: TypeArguments): Type {
  const symbol = world.symbolOf(node.typeName);
  const declaration = symbol?.declarations?.find(
    (d) =>
      ts.isTypeAliasDeclaration(d) ||
      ts.isClassDeclaration(d) ||
      ts.isEnumDeclaration(d) ||
      ts.isTypeParameterDeclaration(d) ||
      ts.isInterfaceDeclaration(d),
  );
  if (symbol === undefined || declaration === undefined) return world.abandon();
  if (ts.isTypeParameterDeclaration(declaration)) {
    const argument = types.get(symbol);
    if (argument === undefined || typeof argument === "bigint") {
      return world.fail(D.typeForm(placeOf(node), node.getText()));
    }
    return argument;
  }
  if (world.isLibrary(declaration)) return libraryType(world, node, symbol.name, types);
  if (ts.isEnumDeclaration(declaration)) return world.enumOf(declaration);
  if (ts.isInterfaceDeclaration(declaration)) return world.fail(D.interfaceValue(placeOf(node), symbol.name));
  const args = (node.typeArguments ?? []).map((argument) => world.typeArgument(argument, types));
  const wanted = declaration.typeParameters?.length ?? 0;
  if (args.length !== wanted) world.fail(D.typeArguments(placeOf(node), symbol.name, wanted));
  if (ts.isClassDeclaration(declaration)) return world.structOf(declaration, args, placeOf(node)).type;
  return alias(world, declaration, bind(world, declaration.typeParameters, args, types), node);
}

/** What a name stands for; it cannot need itself, since types have no names of their own but structures and enums. */
function alias(
  world: World,
  declaration: ts.TypeAliasDeclaration,
  types: TypeArguments,
  node: ts.TypeNode,
): Type {
  const { openAliases } = world;
  if (openAliases.has(declaration)) world.fail(D.endlessAlias(placeOf(node), declaration.name.text));
  openAliases.add(declaration);
  try {
    return world.typeOf(declaration.type, types);
  } finally {
    openAliases.delete(declaration);
  }
}

/** Type parameters with what they stand for, on top of those of what is around. */
export function bind(
  world: World,
  parameters: readonly ts.TypeParameterDeclaration[] | undefined,
  args: readonly TypeArgument[],
  outer: TypeArguments,
): TypeArguments {
  if (parameters === undefined || parameters.length === 0) return outer;
  const types = new Map(outer);
  parameters.forEach((parameter, i) => {
    const symbol = world.symbolOf(parameter.name);
    const argument = args[i];
    if (symbol !== undefined && argument !== undefined) types.set(symbol, argument);
  });
  return types;
}

function libraryType(world: World, node: ts.TypeReferenceNode, name: string, types: TypeArguments): Type {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  const [first, second] = node.typeArguments ?? [];
  if ((name === "ptr" || name === "mmio") && first !== undefined) {
    const target = first.kind === ts.SyntaxKind.UnknownKeyword ? VOID : world.typeOf(first, types);
    if (target.kind === "never") world.fail(D.storage(placeOf(first), target));
    return pointerTo(target, name === "mmio");
  }
  if (name === "fn" && first !== undefined) {
    const type = world.typeOf(first, types);
    if (type.kind !== "ptr" || type.target.kind !== "fn") {
      return world.fail(D.typeForm(placeOf(node), node.getText()));
    }
    return type;
  }
  if (name === "array" && first !== undefined && second !== undefined) {
    const element = storable(world, world.typeOf(first, types), first);
    const length = world.typeArgument(second, types);
    if (typeof length !== "bigint" || length < 1n || length >= 1n << 31n) {
      return world.fail(D.arrayLength(placeOf(second)));
    }
    return { kind: "array", element, length: Number(length) };
  }
  return world.fail(D.typeForm(placeOf(node), node.getText()));
}

/** A type, or the number of a literal, of `typeof CONSTANT`, or of a type parameter for one. */
export function typeArgument(world: World, node: ts.TypeNode, types: TypeArguments): TypeArgument {
  if (ts.isLiteralTypeNode(node) && ts.isNumericLiteral(node.literal)) {
    const text = node.literal.getText().replace(/_/g, "");
    if (!/^(0[xob])?[\da-f]+$/i.test(text)) return world.fail(D.arrayLength(placeOf(node)));
    return BigInt(text);
  }
  if (ts.isTypeQueryNode(node)) {
    const declaration = world.symbolOf(node.exprName)?.valueDeclaration;
    if (declaration === undefined) return world.abandon();
    if (ts.isEnumMember(declaration)) {
      const member = world.enumMember(declaration, placeOf(node));
      if (member.kind === "constant" && member.value.kind === "int") return member.value.value;
    }
    if (ts.isVariableDeclaration(declaration) && ts.isSourceFile(declaration.parent.parent.parent)) {
      const global = world.globalOf(declaration);
      if ("kind" in global) {
        if (typeof global.value === "bigint") return global.value;
      } else if (global.tree.readOnly && global.tree.initial?.kind === "int")
        return global.tree.initial.value;
    }
    return world.fail(D.arrayLength(placeOf(node)));
  }
  if (ts.isTypeReferenceNode(node) && node.typeArguments === undefined) {
    const symbol = world.symbolOf(node.typeName);
    const argument = symbol === undefined ? undefined : types.get(symbol);
    if (argument !== undefined) return argument;
  }
  return world.typeOf(node, types);
}

/**
 * What type parameters must be for `type` to be of the form that `node` writes. Adds to `found`; what disagrees is found when
 * the argument is adapted.
 */
export function infer(
  world: World,
  node: ts.TypeNode,
  type: Type,
  wanted: ReadonlySet<ts.Symbol>,
  found: Map<ts.Symbol, TypeArgument>,
): void {
  const bare = withoutNull(node);
  if (ts.isFunctionTypeNode(bare)) {
    if (type.kind !== "ptr" || type.target.kind !== "fn") return;
    const { params, result } = type.target;
    bare.parameters.forEach((p, i) => {
      if (p.type !== undefined && params[i] !== undefined) infer(world, p.type, params[i], wanted, found);
    });
    infer(world, bare.type, result, wanted, found);
    return;
  }
  if (!ts.isTypeReferenceNode(bare)) return;
  const symbol = world.symbolOf(bare.typeName);
  if (symbol === undefined) return;
  if (wanted.has(symbol)) {
    if (!found.has(symbol)) found.set(symbol, type);
    return;
  }
  const [first, second] = bare.typeArguments ?? [];
  const declaration = symbol.declarations?.[0];
  if (first === undefined || declaration === undefined) return;
  if (world.isLibrary(declaration)) {
    if ((symbol.name === "ptr" || symbol.name === "mmio") && type.kind === "ptr") {
      infer(world, first, type.target, wanted, found);
    } else if (symbol.name === "fn") infer(world, first, type, wanted, found);
    else if (symbol.name === "array" && type.kind === "array") {
      infer(world, first, type.element, wanted, found);
      const length =
        second !== undefined && ts.isTypeReferenceNode(second) ? world.symbolOf(second.typeName) : undefined;
      if (length !== undefined && wanted.has(length) && !found.has(length))
        found.set(length, BigInt(type.length));
    }
  } else if (ts.isClassDeclaration(declaration) && type.kind === "struct") {
    const info = world.infoOf(type);
    if (info.declaration !== declaration) return;
    bare.typeArguments?.forEach((argument, i) => {
      const actual = info.args[i];
      if (actual === undefined) return;
      if (typeof actual !== "bigint") infer(world, argument, actual, wanted, found);
      else if (ts.isTypeReferenceNode(argument)) {
        const parameter = world.symbolOf(argument.typeName);
        if (parameter !== undefined && wanted.has(parameter) && !found.has(parameter))
          found.set(parameter, actual);
      }
    });
  }
}
