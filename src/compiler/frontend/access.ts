/**
 * Names, members and elements: what they mean, and whether they are places. A structure's fields are the same through a value
 * and through a pointer; enum members, static members and members of imported modules are found by name.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Place } from "../place.ts";
import type { Expression, LValue, Variable } from "../tree.ts";
import { type PointerType, type StructType, type Type, typeText } from "../types/type.ts";
import { adapt, I64, integer, integerOf, isTyped, isUntyped, signedValue, U64 } from "./operands.ts";
import { placeOf } from "./place.ts";
import { pointerTo } from "./types.ts";
import type { Access, Frame, FunctionInstance, Operand, StructInfo, Untyped, World } from "./world.ts";

export const load = (from: LValue): Expression => ({
  kind: "load",
  from,
  type: from.type,
  place: from.place,
});
export const variablePlace = (variable: Variable, place: Place): LValue => ({
  kind: "variable",
  variable,
  type: variable.type,
  place,
});
export const deref = (pointer: Expression, type: PointerType, place: Place): LValue => ({
  kind: "deref",
  pointer,
  type: type.target,
  volatile: type.volatile,
  place,
});
export const functionValue = (instance: FunctionInstance, place: Place): Expression => ({
  kind: "function",
  symbol: instance.symbol,
  type: pointerTo(instance.type),
  place,
});

export function newVariable(
  frame: Frame,
  name: string,
  type: Type,
  place: Place,
  { parameter = false, align }: { readonly parameter?: boolean; readonly align?: number | undefined } = {},
): Variable {
  const storage = type.kind === "struct" || type.kind === "array";
  const variable: Variable = {
    name,
    type,
    place,
    parameter,
    ...(align !== undefined && { align }),
    addressTaken: storage,
  };
  frame.variables.push(variable);
  return variable;
}

/** Whether it is, or lies in, what a volatile pointer points to. */
function isVolatile(place: LValue): boolean {
  if (place.kind === "deref") return place.volatile;
  return (place.kind === "field" || place.kind === "element") && isVolatile(place.base);
}

export function takeAddress(world: World, of: LValue, place: Place): Expression {
  if (of.kind === "field" && of.field.bits !== undefined) world.fail(D.bitFieldAddress(place, of.field.name));
  const root = rootOf(of);
  if (root.kind === "variable") root.variable.addressTaken = true;
  world.touch(of);
  return { kind: "address", of, type: pointerTo(of.type, isVolatile(of)), place };
}

const bare = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) ? bare(node.expression) : node;

/** What an import stands for. */
const unaliased = (world: World, symbol: ts.Symbol): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : world.checker.getAliasedSymbol(symbol);

/** What a name, or a name in an imported module or class, is declared as. Undefined: it is an expression. */
export function entityOf(world: World, node: ts.Expression): ts.Declaration | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) {
    const shorthand = ts.isShorthandPropertyAssignment(inner.parent)
      ? world.checker.getShorthandAssignmentValueSymbol(inner.parent)
      : undefined;
    const symbol = shorthand === undefined ? world.symbolOf(inner) : unaliased(world, shorthand);
    return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  }
  if (!ts.isPropertyAccessExpression(inner)) return undefined;
  const owner = entityOf(world, inner.expression);
  if (owner === undefined) return undefined;
  if (ts.isClassDeclaration(owner)) {
    return owner.members.find(
      (m) =>
        (m.name?.getText() ?? "") === inner.name.text &&
        ts.canHaveModifiers(m) &&
        ts.getModifiers(m)?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword),
    );
  }
  if (ts.isEnumDeclaration(owner) || ts.isSourceFile(owner)) {
    const symbol = world.symbolOf(inner.name);
    return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  }
  return undefined;
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  for (let up: ts.Node | undefined = node; up !== undefined; up = up.parent) if (up === outer) return true;
  return false;
}

const isModuleLevel = (declaration: ts.VariableDeclaration): boolean =>
  ts.isVariableStatement(declaration.parent.parent) && ts.isSourceFile(declaration.parent.parent.parent);

/** A variable of the function, or a constant without a type of it or of those around it. */
function localOf(frame: Frame, symbol: ts.Symbol): Variable | Untyped | "failed" | undefined {
  const own = frame.locals.get(symbol);
  if (own !== undefined) return own;
  for (let up = frame.outer; up !== undefined; up = up.outer) {
    const found = up.locals.get(symbol);
    if (found === "failed" || (found !== undefined && "kind" in found)) return found;
  }
  return undefined;
}

/** What a declared name is as an expression. */
export function entity(world: World, frame: Frame, declaration: ts.Declaration, node: ts.Expression): Access {
  const place = placeOf(node);
  if (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) {
    if (world.isLibrary(declaration)) {
      if (declaration.name.getText() === "DEBUG") {
        return { operand: integer(world.debug ? 1n : 0n, { kind: "bool" }, place) };
      }
      return world.fail(D.intrinsic(place, declaration.name.getText()));
    }
    if (ts.isVariableDeclaration(declaration) && isModuleLevel(declaration))
      return global(world, frame, declaration, place);
    const symbol = world.symbolOf(declaration.name);
    const local = symbol === undefined ? undefined : localOf(frame, symbol);
    if (local === "failed") return world.abandon();
    if (local === undefined) {
      if (isWithin(declaration, frame.declaration)) return world.abandon();
      return world.fail(D.closure(place, declaration.name.getText()));
    }
    if ("kind" in local) return { operand: { ...local, place } };
    return { lvalue: variablePlace(local, place) };
  }
  if (ts.isPropertyDeclaration(declaration)) return global(world, frame, declaration, place);
  if (ts.isEnumMember(declaration)) return { operand: world.enumMember(declaration, place) };
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) {
    const name = declaration.name?.getText() ?? "function";
    if (world.isLibrary(declaration)) return world.fail(D.intrinsic(place, name));
    if ((declaration.typeParameters?.length ?? 0) > 0) return world.fail(D.generic(place, name));
    const instance = functionInstance(world, frame, declaration, place);
    frame.uses.add(instance.symbol);
    return { operand: functionValue(instance, place) };
  }
  if (ts.isBindingElement(declaration)) return world.abandon();
  const what = ts.isClassDeclaration(declaration)
    ? `the class ${declaration.name?.text}`
    : ts.isEnumDeclaration(declaration)
      ? `the enum ${declaration.name.text}`
      : "this";
  return world.fail(D.noValue(place, what));
}

/** Of a function without type parameters. */
export function functionInstance(
  world: World,
  frame: Frame,
  declaration: ts.FunctionDeclaration | ts.MethodDeclaration,
  place: Place,
): FunctionInstance {
  if (ts.isMethodDeclaration(declaration) || ts.isSourceFile(declaration.parent)) {
    return world.functionOf(declaration, [], undefined, place);
  }
  return frame.lifted.get(declaration) ?? world.liftedOf(declaration, frame, undefined);
}

function global(
  world: World,
  frame: Frame,
  declaration: ts.VariableDeclaration | ts.PropertyDeclaration,
  place: Place,
): Access {
  const found = world.globalOf(declaration);
  if ("kind" in found) return { operand: { ...found, place } };
  frame.uses.add(found.tree.symbol);
  return { lvalue: { kind: "global", symbol: found.tree.symbol, type: found.tree.type, place } };
}

/** What stands before a dot or bracket. */
export type Base =
  | {
      readonly lvalue: LValue;
      readonly pointer: Expression | undefined;
      readonly struct: StructType | undefined;
    }
  | { readonly value: Expression };

/** A place for a structure or array that is only a value: a variable without a name, filled when it is reached. */
function spill(frame: Frame, value: Expression): LValue {
  const { place, type } = value;
  const to = variablePlace(newVariable(frame, "(value)", type, place), place);
  const then: Expression = { kind: "address", of: to, type: pointerTo(type), place };
  const pointer: Expression = {
    kind: "sequence",
    first: { kind: "assign", to, value, type, place },
    then,
    type: pointerTo(type),
    place,
  };
  return { kind: "deref", pointer, type, volatile: false, place };
}
/** Evaluates it once; a pointer to a structure is taken for the structure. */
export function baseOf(world: World, frame: Frame, node: ts.Expression): Base {
  const access = world.access(frame, node);
  if ("lvalue" in access && access.lvalue.type.kind === "struct") {
    return { lvalue: access.lvalue, pointer: undefined, struct: access.lvalue.type };
  }
  if ("lvalue" in access && access.lvalue.type.kind === "array") {
    return { lvalue: access.lvalue, pointer: undefined, struct: undefined };
  }
  const value = "lvalue" in access ? load(access.lvalue) : world.own(access.operand);
  const { type } = value;
  if (type.kind === "ptr" && type.target.kind === "struct") {
    return { lvalue: deref(value, type, value.place), pointer: value, struct: type.target };
  }
  if (type.kind === "struct" || type.kind === "array") {
    return {
      lvalue: spill(frame, value),
      pointer: undefined,
      struct: type.kind === "struct" ? type : undefined,
    };
  }
  return { value };
}

/** A method of what is before the dot, with the pointer that is its `this`. */
export function methodOf(
  world: World,
  base: Base,
  name: string,
):
  | { readonly info: StructInfo; readonly declaration: ts.MethodDeclaration; readonly self: Expression }
  | undefined {
  if ("value" in base || base.struct === undefined) return undefined;
  const target = world.methodOf(world.infoOf(base.struct), name);
  if (target === undefined) return undefined;
  const self = base.pointer ?? takeAddress(world, base.lvalue, base.lvalue.place);
  return { ...target, self: adapt(world, self, pointerTo(target.info.type)) };
}

function property(world: World, frame: Frame, node: ts.PropertyAccessExpression): Access {
  const declaration = entityOf(world, node);
  if (declaration !== undefined) return entity(world, frame, declaration, node);
  const owner = entityOf(world, node.expression);
  if (owner !== undefined && (ts.isClassDeclaration(owner) || ts.isEnumDeclaration(owner))) {
    return world.fail(D.noMember(placeOf(node.name), owner.name?.text ?? "it", node.name.text));
  }
  return member(world, baseOf(world, frame, node.expression), node);
}

/** A field, or a pointer's or array's own member. */
export function member(world: World, base: Base, node: ts.PropertyAccessExpression): Access {
  const place = placeOf(node);
  const name = node.name.text;
  const value = "value" in base ? base.value : base.pointer;
  if (name === "value" && value?.type.kind === "ptr")
    return { lvalue: target(world, value, value.type, place) };
  if ("value" in base) return world.fail(D.noMember(placeOf(node.name), typeText(base.value.type), name));
  const { struct, lvalue } = base;
  if (struct === undefined) {
    if (lvalue.type.kind === "array" && name === "length") {
      return { operand: integer(BigInt(lvalue.type.length), U64, place) };
    }
    return world.fail(D.noMember(placeOf(node.name), typeText(lvalue.type), name));
  }
  const field = struct.fields.find((f) => f.name === name);
  if (field !== undefined) return { lvalue: { kind: "field", base: lvalue, field, type: field.type, place } };
  const info = world.infoOf(struct);
  if (world.methodOf(info, name) !== undefined) return world.fail(D.noValue(place, `the method ${name}`));
  if (info.faulty.has(name)) return world.abandon();
  return world.fail(D.noMember(placeOf(node.name), struct.name, name));
}

function target(world: World, pointer: Expression, type: PointerType, place: Place): LValue {
  if (type.target.kind === "void") world.fail(D.voidPointer(place));
  if (type.target.kind === "fn") world.fail(D.noMember(place, typeText(type), "value"));
  return deref(pointer, type, place);
}

/** An index as a 64-bit number, extended by its own sign. */
export function indexOf(world: World, frame: Frame, node: ts.Expression, as: Type): Expression {
  const operand = world.expression(frame, node);
  if (!isTyped(operand)) return adapt(world, operand, isUntyped(operand) && operand.value < 0 ? I64 : as);
  const from = integerOf(operand.type);
  if (from === undefined) return adapt(world, operand, as);
  if (from.bits === 64 && operand.type.kind === "int") return operand;
  return {
    kind: "convert",
    conversion: "integer",
    value: operand,
    type: from.signed ? I64 : as,
    place: operand.place,
  };
}

function element(world: World, frame: Frame, node: ts.ElementAccessExpression): Access {
  const place = placeOf(node);
  const base = baseOf(world, frame, node.expression);
  const pointer = "value" in base ? base.value : base.pointer;
  if (pointer?.type.kind === "ptr") {
    const { type } = pointer;
    const index = indexOf(world, frame, node.argumentExpression, U64);
    return { lvalue: target(world, { kind: "offset", pointer, index, type, place }, type, place) };
  }
  if ("value" in base) return world.fail(D.notIndexed(place, base.value.type));
  const { type } = base.lvalue;
  if (type.kind !== "array") return world.fail(D.notIndexed(place, type));
  const index = indexOf(world, frame, node.argumentExpression, U64);
  if (index.kind === "constant" && index.value.kind === "int") {
    const value = index.type.kind === "int" ? signedValue(index.value.value, index.type) : index.value.value;
    if (value < 0n || value >= BigInt(type.length)) {
      world.fail(D.index(placeOf(node.argumentExpression), value, type.length));
    }
  }
  const full: Expression =
    index.type.kind === "int" && index.type.signed
      ? { kind: "convert", conversion: "integer", value: index, type: U64, place: index.place }
      : index;
  return {
    lvalue: { kind: "element", base: base.lvalue, array: type, index: full, type: type.element, place },
  };
}

export function access(world: World, frame: Frame, node: ts.Expression): Access {
  const inner = bare(node);
  if (inner !== node) return access(world, frame, inner);
  if (ts.isIdentifier(node)) {
    const declaration = entityOf(world, node);
    if (declaration !== undefined) return entity(world, frame, declaration, node);
    if (node.text === "undefined" || node.text === "arguments" || node.text === "globalThis") {
      return world.fail(D.javaScriptValue(placeOf(node), node.text));
    }
    return world.abandon();
  }
  if (node.kind === ts.SyntaxKind.ThisKeyword) {
    if (frame.self === undefined) return world.fail(D.superAndThis(placeOf(node), "this"));
    const pointer = load(variablePlace(frame.self, placeOf(node)));
    if (pointer.type.kind !== "ptr") return world.abandon();
    return { lvalue: deref(pointer, pointer.type, placeOf(node)) };
  }
  if (ts.isPropertyAccessExpression(node)) return property(world, frame, node);
  if (ts.isElementAccessExpression(node)) return element(world, frame, node);
  return { operand: world.expression(frame, node) };
}

/** What a field or element is of, in the end. */
export function rootOf(place: LValue): LValue {
  return place.kind === "field" || place.kind === "element" ? rootOf(place.base) : place;
}

/** A place to assign to or to take the address of. */
export function placeAt(world: World, frame: Frame, node: ts.Expression): LValue {
  const found = world.access(frame, node);
  if ("lvalue" in found) return found.lvalue;
  return world.fail(D.notPlace(placeOf(node), found.operand.kind === "function"));
}

/** A place's value: constants of modules are their values. */
export function valueAt(
  world: World,
  place: LValue,
  constants: (symbol: string) => Operand | undefined,
): Operand {
  if (place.type.kind === "void") world.fail(D.voidPointer(place.place));
  if (place.kind === "global") {
    const constant = constants(place.symbol);
    if (constant !== undefined) return { ...constant, place: place.place };
  }
  return load(place);
}
