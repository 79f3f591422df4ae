/**
 * Variables of modules and static members of classes. Their initial values are constants. A `const` that is a number without a type
 * is no variable at all, and one of a scalar type is its value wherever it is read, unless its address is taken.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Constant, GlobalTree } from "../tree.ts";
import type { Type } from "../types/type.ts";
import { fold } from "./constants.ts";
import { isDeclared, type ModuleNames } from "./module-names.ts";
import { constant as constantValue, isUntyped } from "./operands.ts";
import { placeOf } from "./place.ts";
import { mangle } from "./symbols.ts";
import { storageAttributes } from "./tags.ts";
import { storable } from "./types.ts";
import type { Frame, GlobalInstance, Operand, Untyped, World } from "./world.ts";

type Declaration = ts.VariableDeclaration | ts.PropertyDeclaration;

export class Globals {
  readonly #world: World;
  readonly #names: ModuleNames;
  readonly #frame: (node: ts.Node) => Frame;
  readonly #addressed: ReadonlySet<ts.Node>;
  readonly #found = new Map<Declaration, GlobalInstance | Untyped | "working" | "failed">();
  /** By symbol, in the order of their first use. */
  readonly all = new Map<string, GlobalInstance>();

  /** `addressed`: declarations of variables that may change through their addresses. */
  constructor(
    world: World,
    names: ModuleNames,
    frame: (node: ts.Node) => Frame,
    addressed: ReadonlySet<ts.Node>,
  ) {
    this.#world = world;
    this.#names = names;
    this.#frame = frame;
    this.#addressed = addressed;
  }

  globalOf(declaration: Declaration): GlobalInstance | Untyped {
    const found = this.#found.get(declaration);
    if (found === "failed") return this.#world.abandon();
    if (found === "working") {
      return this.#world.fail(D.noType(placeOf(declaration.name), declaration.name.getText()));
    }
    if (found !== undefined) return found;
    this.#found.set(declaration, "working");
    const worked = this.#world.attempt(() => this.#read(declaration));
    const now = this.#found.get(declaration);
    if (!worked && (now === "working" || now === undefined)) this.#found.set(declaration, "failed");
    return worked && now !== undefined && typeof now !== "string" ? now : this.#world.abandon();
  }

  #read(declaration: Declaration): void {
    const world: World = this.#world;
    if (!ts.isIdentifier(declaration.name)) world.abandon();
    const place = placeOf(declaration.name);
    const frame = this.#frame(declaration);
    const own = declaration.name.text;
    const readOnly = isConstant(declaration);
    const written = declaration.type === undefined ? undefined : world.typeOf(declaration.type, frame.types);
    const initializer = declaration.initializer;
    let type = written;
    let initial: Constant | undefined;
    if (type === undefined) {
      if (initializer === undefined) world.fail(D.noType(place, own));
      const operand = world.expression(frame, initializer);
      if (isUntyped(operand) && readOnly) {
        this.#found.set(declaration, operand);
        return;
      }
      const value = world.own(operand);
      type = value.type;
      initial = fold(value);
      if (initial === undefined) world.fail(D.notConstant(placeOf(initializer), own));
    }
    world.layOut(type, place);
    const instance = this.#declare(
      declaration,
      own,
      storable(world, type, declaration.type ?? declaration),
      readOnly,
      frame,
    );
    instance.tree = { ...instance.tree, initial };
    if (written !== undefined && initializer !== undefined) {
      instance.tree = {
        ...instance.tree,
        initial: orZeros(world.constant(frame, initializer, written, own)),
      };
    }
  }

  #declare(
    declaration: Declaration,
    own: string,
    type: Type,
    readOnly: boolean,
    frame: Frame,
  ): GlobalInstance {
    const owner = ts.isPropertyDeclaration(declaration) ? declaration.parent.name?.text : undefined;
    const name = owner === undefined ? own : `${owner}.${own}`;
    const attributes = storageAttributes(this.#world, declaration);
    const tree: GlobalTree = {
      symbol: this.#names.symbolOf(declaration, mangle(name)),
      name,
      type,
      initial: undefined,
      external: isDeclared(declaration),
      // A structure of another object, or that others may write to, is theirs to change.
      readOnly:
        readOnly &&
        !(type.kind === "struct" || type.kind === "array"
          ? this.#names.isExported(declaration)
          : this.#addressed.has(declaration)),
      attributes: this.#names.isExported(declaration) ? { ...attributes, exported: true } : attributes,
      place: placeOf(declaration.name),
    };
    const instance: GlobalInstance = { tree, uses: frame.uses };
    this.#found.set(declaration, instance);
    const before = this.all.get(tree.symbol);
    if (before === undefined || (before.tree.external && !tree.external)) this.all.set(tree.symbol, instance);
    else if (!before.tree.external && !tree.external) {
      this.#world.report(D.duplicateSymbol(tree.place, tree.symbol));
    }
    return instance;
  }

  /** Contents of a `const` structure or array may change, as in TypeScript; if none does, it is read-only. */
  touch(symbol: string): void {
    const instance = this.all.get(symbol);
    if (instance === undefined) return;
    const { kind } = instance.tree.type;
    if (kind === "struct" || kind === "array") instance.tree = { ...instance.tree, readOnly: false };
  }

  /** The value of a read-only scalar that is known. */
  valueOf(symbol: string): Operand | undefined {
    const tree = this.all.get(symbol)?.tree;
    if (tree === undefined || !tree.readOnly || tree.external || tree.initial === undefined) return undefined;
    const { kind } = tree.type;
    if (kind === "struct" || kind === "array") return undefined;
    const { kind: form } = tree.initial;
    if (form !== "int" && form !== "f64" && form !== "address") return undefined;
    return constantValue(tree.initial, tree.type, tree.place);
  }
}

/** Nothing but zeros needs no bytes in the file. */
const orZeros = (value: Constant): Constant | undefined =>
  value.kind === "aggregate" && value.parts.length === 0 ? undefined : value;

function isConstant(declaration: Declaration): boolean {
  if (ts.isPropertyDeclaration(declaration)) {
    return declaration.modifiers?.some((m) => m.kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
  }
  return (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
}
