/*
 * What random expressions are drawn from: variables in scope and what can be reached from them. What a function costs at most is counted, so that no
 * program runs for long.
 */
import type { Random } from "../../compiler/passes/random-ir.ts";
import { type Route, routesOf } from "./routes.ts";
import type { Expression, FunctionTree, Place, Variable } from "./tree.ts";
import { type EnumType, fits, INTEGERS, type IntType, type StructType, type Type, U32 } from "./types.ts";

/** What a function may cost at most when it runs, in nodes of the tree. */
export const FUNCTION_COST = 300;
export const MAIN_COST = 3000;

export interface Scope {
  readonly structs: readonly StructType[];
  readonly enums: readonly EnumType[];
  /** That may be called: earlier ones, with their cost at most. */
  readonly functions: { readonly fn: FunctionTree; readonly cost: number }[];
  variables: Variable[];
}

export abstract class PlaceDraw {
  readonly r: Random;
  readonly scope: Scope;
  /** The function that is drawn. */
  recursive = false;
  generic = false;
  /** How often what is drawn now runs at most, and what has been drawn costs. */
  times = 1;
  cost = 0;
  readonly limit: number;
  /** Calls of itself that are left. */
  selfCalls = 0;
  self: FunctionTree | undefined;
  /** Nodes that may still be drawn, for the size of the text. */
  size: number;

  constructor(r: Random, scope: Scope, limit: number, size: number) {
    this.r = r;
    this.scope = scope;
    this.limit = limit;
    this.size = size;
  }

  spend(): void {
    this.size--;
    this.cost += this.times;
  }
  /** No more than leaves. */
  get poor(): boolean {
    return this.size <= 0 || this.cost + 8 * this.times > this.limit;
  }

  abstract expression(type: Type, depth: number): Expression;
  abstract int(type: IntType, depth: number): Expression;
  abstract bool(depth: number): Expression;

  #routes(wanted: (route: Route) => boolean): Route[] {
    return this.scope.variables.flatMap((v) => routesOf(v).filter(wanted));
  }
  route(wanted: (route: Route) => boolean): Route | undefined {
    const found = this.#routes(wanted);
    if (found.length === 0) return undefined;
    // What was declared last is of more interest.
    return this.r.chance(40)
      ? found[found.length - 1 - this.r.below(Math.min(6, found.length))]
      : this.r.pick(found);
  }

  /** `still`: indices are constant, so that it can be written twice. */
  placeOf({ variable, steps }: Route, depth: number, still = false): Place {
    let place: Place = { kind: "variable", variable, type: variable.type };
    for (const step of steps) {
      if (step.kind === "field") {
        place = { kind: "field", base: place, field: step.field, owner: step.owner, type: step.field.type };
      } else if (step.kind === "element" && place.type.kind === "array") {
        const index = this.#index(step.length, depth, still);
        place = { kind: "element", base: place, index, length: step.length, type: place.type.element };
      } else if (step.kind === "deref" && place.type.kind === "pointer") {
        const pointer: Expression = { kind: "read", place, type: place.type };
        const by =
          step.extent + step.before === 1 || this.r.chance(40)
            ? 0
            : this.r.chance(50) || still
              ? this.r.below(step.extent + step.before) - step.before
              : this.#index(step.extent, depth, false);
        place = { kind: "deref", pointer, by, type: place.type.target };
      }
    }
    return place;
  }
  #index(length: number, depth: number, still: boolean): Expression {
    const type = this.r.chance(40) ? U32 : this.r.pick(INTEGERS);
    if (still || this.r.chance(40) || length === 1) {
      return { kind: "literal", value: BigInt(this.r.below(length)), type };
    }
    return this.int(type, Math.min(depth - 1, 1));
  }

  read(wanted: (route: Route) => boolean, depth: number): Extract<Expression, { kind: "read" }> | undefined {
    const route = this.route(wanted);
    if (route === undefined) return undefined;
    this.spend();
    const place = this.placeOf(route, depth);
    return { kind: "read", place, type: place.type };
  }
  readOf(type: Type, depth: number): Expression | undefined {
    return this.read((route) => fits(route.type, type), depth);
  }
  writable(wanted: (route: Route) => boolean, depth: number): Place | undefined {
    const route = this.route((x) => x.writable && wanted(x));
    return route && this.placeOf(route, depth);
  }
}
