/**
 * Functions: their signatures, attributes and names, each once for each set of type arguments, and their bodies in the order
 * in which they are asked for.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Place } from "../place.ts";
import type { Attributes, Statement, Variable } from "../tree.ts";
import { type FunctionType, intType, MAX_SIZE, sameType, sizeOf, type Type } from "../types/type.ts";
import { newVariable } from "./access.ts";
import { handlerForm } from "./intrinsics.ts";
import type { ModuleNames } from "./module-names.ts";
import { BYTES } from "./operands.ts";
import { placeOf } from "./place.ts";
import { mangle } from "./symbols.ts";
import { functionAttributes, tagsOf } from "./tags.ts";
import { argumentText, bind, pointerTo, sameArgument, signatureOf, storable } from "./types.ts";
import type { Frame, FunctionInstance, StructInfo, TypeArgument, TypeArguments, World } from "./world.ts";

/** More instances than this of one function, and it is endless. */
const INSTANCES = 500;

interface Work {
  readonly instance: FunctionInstance;
  readonly types: TypeArguments;
  readonly owner: StructInfo | undefined;
  readonly outer: Frame | undefined;
}

export class Functions {
  readonly #world: World;
  readonly #names: ModuleNames;
  readonly #instances = new Map<
    ts.Node,
    { args: readonly TypeArgument[]; owner: StructInfo | undefined; instance: FunctionInstance }[]
  >();
  readonly #waiting: Work[] = [];
  /** In the order of their first use. */
  readonly all: FunctionInstance[] = [];

  constructor(world: World, names: ModuleNames) {
    this.#world = world;
    this.#names = names;
  }

  functionOf(
    declaration: ts.FunctionLikeDeclaration,
    args: readonly TypeArgument[],
    owner: StructInfo | undefined,
    place: Place,
  ): FunctionInstance {
    const world = this.#world;
    const instances = this.#instances.get(declaration) ?? [];
    this.#instances.set(declaration, instances);
    const known = instances.find(
      (i) => i.owner === owner && i.args.every((argument, at) => sameArgument(argument, args[at]!)),
    );
    if (known !== undefined) return known.instance;
    const plain = declaration.name?.getText() ?? "function";
    if (instances.length >= INSTANCES) return world.fail(D.endlessGenerics(place, plain));
    const types = bind(world, declaration.typeParameters, args, owner?.types ?? new Map());
    const written = signatureOf(world, declaration, types);
    const type: FunctionType =
      owner === undefined ? written : { ...written, params: [pointerTo(owner.type), ...written.params] };
    const className =
      owner?.type.name ?? (ts.isClassLike(declaration.parent) ? declaration.parent.name?.text : undefined);
    const name = `${className === undefined ? "" : `${className}.`}${plain}${
      args.length === 0 ? "" : `<${args.map(argumentText).join(", ")}>`
    }`;
    const instance = this.#make(declaration, name, type, this.#names.symbolOf(declaration, mangle(name)));
    instances.push({ args, owner, instance });
    this.#waiting.push({ instance, types, owner, outer: undefined });
    return instance;
  }

  #make(
    declaration: ts.FunctionLikeDeclaration,
    name: string,
    type: FunctionType,
    symbol: string,
  ): FunctionInstance {
    const world = this.#world;
    let attributes: Attributes = functionAttributes(world, declaration);
    if (this.#names.isExported(declaration)) attributes = { ...attributes, exported: true };
    if (symbol === "main" && attributes.exported === true && !isMain(type)) {
      world.report(D.mainSignature(placeOf(declaration.name ?? declaration)));
    }
    if (type.result.kind === "never") attributes = { ...attributes, noreturn: true };
    if (tagsOf(declaration).has("isr")) {
      const form = handlerForm(type);
      if (form === undefined)
        return world.fail(D.handlerSignature(placeOf(declaration.name ?? declaration), name));
      attributes = { ...attributes, isr: form };
    }
    const place = placeOf(declaration.name ?? declaration);
    const instance: FunctionInstance = {
      symbol,
      name,
      type,
      attributes,
      place,
      declaration,
      uses: new Set(),
      calledAt: undefined,
      tree: undefined,
    };
    this.all.push(instance);
    return instance;
  }

  /** A function inside of another: arrow functions may take their parameters' types from where they go. */
  liftedOf(
    declaration: ts.FunctionLikeDeclaration,
    frame: Frame,
    expected: FunctionType | undefined,
  ): FunctionInstance {
    const known = frame.lifted.get(declaration);
    if (known !== undefined) return known;
    const world = this.#world;
    const params = declaration.parameters.map((parameter, i) => {
      if (parameter.type !== undefined) {
        return storable(world, world.typeOf(parameter.type, frame.types), parameter.type);
      }
      return expected?.params[i] ?? world.fail(D.noType(placeOf(parameter), parameter.name.getText()));
    });
    const result: Type =
      declaration.type === undefined
        ? (expected?.result ?? world.fail(D.noType(placeOf(declaration), "the result")))
        : world.typeOf(declaration.type, frame.types);
    const own =
      declaration.name?.getText() ?? nameFromContext(declaration) ?? `function${frame.lifted.size + 1}`;
    const instance = this.#make(
      declaration,
      frame.name === "" ? own : `${frame.name}.${own}`,
      { kind: "fn", params, result },
      this.#names.unique(`${frame.symbol}.${mangle(own)}`),
    );
    frame.lifted.set(declaration, instance);
    this.#waiting.push({ instance, types: frame.types, owner: undefined, outer: frame });
    return instance;
  }

  /** Checks bodies until nothing new is asked for. */
  run(): void {
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      const { instance } = work;
      const next = work;
      this.#world.attempt(() => this.#body(next));
      if (
        instance.attributes.naked === true &&
        instance.tree?.body !== undefined &&
        !isAsmOnly(instance.tree.body)
      ) {
        this.#world.report(D.naked(instance.place, instance.name));
      }
    }
    for (const { attributes, calledAt, name } of this.all) {
      if (attributes.isr !== undefined && calledAt !== undefined) {
        this.#world.report(D.handlerCalled(calledAt, name));
      }
    }
  }

  #body({ instance, types, owner, outer }: Work): void {
    const world: World = this.#world;
    const { declaration, type, name, symbol, place } = instance;
    const variables: Variable[] = [];
    const frame: Frame = {
      name,
      symbol,
      declaration,
      types,
      self: undefined,
      result: type.result,
      variables,
      outer,
      locals: new Map(),
      uses: instance.uses,
      targets: [],
      lifted: outer?.lifted ?? new Map(),
    };
    const self =
      owner === undefined
        ? undefined
        : newVariable(frame, "this", type.params[0]!, place, { parameter: true });
    const full: Frame = { ...frame, self };
    const shift = owner === undefined ? 0 : 1;
    declaration.parameters.forEach((parameter, i) => {
      const symbolOf = world.symbolOf(parameter.name);
      if (!ts.isIdentifier(parameter.name) || symbolOf === undefined) world.abandon();
      const at = placeOf(parameter.name);
      const variable = newVariable(frame, parameter.name.text, type.params[i + shift]!, at, {
        parameter: true,
      });
      frame.locals.set(symbolOf, variable);
    });
    const params = [...variables];
    for (const { type: own, place: at } of params) world.layOut(own, at);
    world.layOut(type.result, place);
    const body = declaration.body === undefined ? undefined : world.body(full, declaration.body);
    const bytes = variables.reduce((sum, variable) => sum + sizeOf(variable.type), 0);
    if (bytes > MAX_SIZE) world.fail(D.tooLarge(place, `the variables of ${name}`, bytes));
    instance.tree = {
      symbol,
      name,
      type,
      params,
      variables,
      body,
      get attributes() {
        return instance.attributes;
      },
      place,
    };
  }
}

/** What C's start-up code and ours call: (argc, argv, environment), or fewer. */
function isMain({ params, result }: FunctionType): boolean {
  const i32 = intType("i32");
  const strings = pointerTo(BYTES);
  const isResult = result.kind === "never" || sameType(result, i32);
  return isResult && params.length <= 3 && params.every((p, i) => sameType(p, i === 0 ? i32 : strings));
}

/** `const f = () => …` and `{ f: () => … }` name their functions. */
function nameFromContext(node: ts.Node): string | undefined {
  const { parent } = node;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name)) {
    return parent.name.text;
  }
  return undefined;
}

function isAsmOnly(statement: Statement): boolean {
  if (statement.kind === "block") return statement.body.every(isAsmOnly);
  if (statement.kind === "return") return statement.value === undefined || statement.value.kind === "asm";
  return statement.kind === "expression" && statement.value.kind === "asm";
}
