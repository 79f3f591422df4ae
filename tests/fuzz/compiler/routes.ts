/* What can be reached from a variable: its fields, elements, and what pointers in it point to. */
import type { Variable } from "./tree.ts";
import type { Field, StructType, Type } from "./types.ts";

type Step =
  | { readonly kind: "field"; readonly field: Field; readonly owner: StructType }
  | { readonly kind: "element"; readonly length: number }
  | { readonly kind: "deref"; readonly before: number; readonly extent: number };

export interface Route {
  readonly variable: Variable;
  readonly steps: readonly Step[];
  readonly type: Type;
  readonly writable: boolean;
  readonly addressable: boolean;
  readonly unaligned: boolean;
  readonly inUnion: boolean;
  readonly volatile: boolean;
  /** As of pointers. */
  readonly level: number;
}

const MOST_STEPS = 5;
const MOST_ROUTES = 60;

const known = new WeakMap<Variable, readonly Route[]>();

/** From nothing to some steps; shorter ones first. */
export function routesOf(variable: Variable): readonly Route[] {
  const before = known.get(variable);
  if (before !== undefined) return before;
  const storage = variable.type.kind === "struct" || variable.type.kind === "array";
  const found: Route[] = [
    {
      variable,
      steps: [],
      type: variable.type,
      writable: !variable.constant,
      addressable: !variable.constant || storage,
      unaligned: false,
      inUnion: false,
      volatile: false,
      level: variable.level,
    },
  ];
  for (let i = 0; i < found.length && found.length < MOST_ROUTES; i++) found.push(...further(found[i]!));
  known.set(variable, found);
  return found;
}

function further(route: Route): Route[] {
  const { type, steps } = route;
  if (steps.length >= MOST_STEPS) return [];
  if (type.kind === "array") {
    return [{ ...route, steps: [...steps, { kind: "element", length: type.length }], type: type.element }];
  }
  if (type.kind === "pointer" && !type.nullable) {
    return [
      {
        ...route,
        steps: [...steps, { kind: "deref", before: type.before, extent: type.extent }],
        type: type.target,
        writable: type.writable,
        addressable: !type.volatile,
        unaligned: type.unaligned,
        inUnion: false,
        volatile: type.volatile,
        level: type.level,
      },
    ];
  }
  if (type.kind !== "struct") return [];
  const found: Route[] = [];
  for (let owner: StructType | undefined = type; owner !== undefined; owner = owner.base) {
    for (const field of owner.fields) {
      found.push({
        ...route,
        steps: [...steps, { kind: "field", field, owner }],
        type: field.type,
        addressable: route.addressable && field.width === undefined,
        unaligned: route.unaligned || owner.form === "packed",
        inUnion: route.inUnion || owner.form === "union",
      });
    }
  }
  return found;
}
