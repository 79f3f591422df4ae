/* Random calls: of functions by name, of generic ones, of methods, through pointers, and of the function itself. */
import { PointerDraw } from "./draw-pointers.ts";
import type { Expression, FunctionTree, Place } from "./tree.ts";
import { type FunctionType, fits, type IntType, type StructType, type Type } from "./types.ts";

export abstract class CallDraw extends PointerDraw {
  function(type: FunctionType, depth: number): Expression {
    const { r } = this;
    const found = r.chance(40) ? this.readOf(type, depth) : undefined;
    if (found !== undefined) return found;
    const fitting = this.scope.functions.filter(({ fn }) => isPlain(fn) && fits(functionType(fn), type));
    const { fn } = r.pick(fitting);
    this.spend();
    return { kind: "function", fn, type };
  }

  /** A call of something that gives the type, if there is one that is not too much. */
  call(type: Type, depth: number): Expression | undefined {
    const { r, scope } = this;
    if (depth <= 0 || this.poor) return undefined;
    const self = this.#selfCall(type, depth);
    if (self !== undefined) return self;
    if (r.chance(25)) {
      const pointed = this.#pointerCall(type, depth);
      if (pointed !== undefined) return pointed;
    }
    const fitting = scope.functions.filter(
      ({ fn, cost }) =>
        !fn.arrow &&
        (fn.generic ? type.kind === "int" && fn.result.kind === "parameter" : fits(fn.result, type)) &&
        this.cost + (cost + 20) * this.times <= this.limit,
    );
    if (fitting.length === 0) return undefined;
    const { fn, cost } = r.pick(fitting);
    const deep = fn.recursive === undefined ? undefined : 1 + r.below(3);
    this.cost += cost * this.times;
    this.spend();
    const instance = fn.generic && type.kind === "int" ? type : undefined;
    const result = instance ?? fn.result;
    if (fn.self !== undefined && fn.owner !== undefined) {
      const place = this.#selfPlace(fn.owner, depth);
      if (place === undefined) return undefined;
      const args = this.#args(
        fn.params.map((p) => p.type),
        depth,
      );
      return { kind: "call", callee: { kind: "method", fn, self: place }, args, type: result };
    }
    const args = this.#args(
      fn.params.map((p) => (instance === undefined ? p.type : instantiate(p.type, instance))),
      depth,
    );
    return { kind: "call", callee: { kind: "function", fn, instance, depth: deep }, args, type: result };
  }

  #args(types: readonly Type[], depth: number): Expression[] {
    return types.map((t) => this.expression(t, depth - 1));
  }

  #selfPlace(owner: StructType, depth: number): Place | undefined {
    const isOne = (type: Type): boolean => {
      for (let at: Type | undefined = type; at?.kind === "struct"; at = at.base)
        if (at === owner) return true;
      return false;
    };
    const route = this.route((x) => x.addressable && x.writable && !x.volatile && isOne(x.type));
    if (route !== undefined) return this.placeOf(route, depth - 1);
    const value = this.call(owner, depth - 1);
    return value && { kind: "value", value, type: owner };
  }

  #selfCall(type: Type, depth: number): Expression | undefined {
    const { self } = this;
    if (self === undefined || this.selfCalls === 0 || this.times > 1 || !fits(self.result, type))
      return undefined;
    this.selfCalls--;
    const args = this.#args(
      self.params.map((p) => p.type),
      depth - 1,
    );
    const callee = { kind: "function", fn: self, instance: undefined, depth: "less" } as const;
    return { kind: "call", callee, args, type: self.result };
  }

  #pointerCall(type: Type, depth: number): Expression | undefined {
    const pointer = this.read(
      (x) => x.type.kind === "function" && fits(x.type.result, type) && !x.volatile,
      depth - 1,
    );
    if (pointer?.type.kind !== "function") return undefined;
    const of = pointer.type;
    const most = Math.max(
      0,
      ...this.scope.functions
        .filter(({ fn }) => isPlain(fn) && fits(functionType(fn), of))
        .map((f) => f.cost),
    );
    if (this.cost + (most + 20) * this.times > this.limit) return undefined;
    this.cost += most * this.times;
    const args = this.#args(of.params, depth);
    return { kind: "call", callee: { kind: "pointer", pointer }, args, type: of.result };
  }
}

/** What may be called through a pointer. */
export const isPlain = (fn: FunctionTree): boolean =>
  !fn.generic && fn.owner === undefined && fn.recursive === undefined;
export const functionType = (fn: FunctionTree): FunctionType => ({
  kind: "function",
  params: fn.params.map((p) => p.type),
  result: fn.result,
});

export function instantiate(type: Type, argument: IntType): Type {
  if (type.kind === "parameter") return argument;
  if (type.kind === "pointer") return { ...type, target: instantiate(type.target, argument) };
  return type;
}
