/* What is looked at when a structure or array goes into the checksum: its scalars, one by one, up to so many. */
import type { Expression, Place, Variable } from "./tree.ts";
import { type PointerType, type StructType, type Type, U32 } from "./types.ts";

/** A read of a scalar, or of a structure of a global; of each of so many, if there is a variable that counts to it. */
export interface Leaf {
  readonly value: Extract<Expression, { kind: "read" }>;
  readonly counter: Variable | undefined;
  readonly length: number;
}

const MOST = 24;
/** Longer arrays of scalars are looked at in a loop. */
const LONG = 3;

/**
 * The scalars in a place, in its order. Of pointers only whether they are null is seen; of functions nothing. Structures of globals are
 * left to a function that is told their address: the address of a local would change what can be done with it.
 */
export function leaves(place: Place): Leaf[] {
  const found: Leaf[] = [];
  const read = (at: Place, counter?: Variable, length = 1): void => {
    found.push({ value: { kind: "read", place: at, type: at.type }, counter, length });
  };
  const visit = (at: Place): void => {
    if (found.length >= MOST) return;
    const { type } = at;
    switch (type.kind) {
      case "struct":
        if (isShared(at) && at.kind !== "deref") {
          read(at);
          break;
        }
        for (let of: typeof type | undefined = type; of !== undefined; of = of.base) {
          for (const field of of.fields) {
            visit({ kind: "field", base: at, field, owner: of, type: field.type });
          }
        }
        break;
      case "array": {
        const { element: of, length } = type;
        const isEasy = of.kind === "int" || of.kind === "bool" || of.kind === "enum";
        if (length >= LONG && (isEasy || (of.kind === "struct" && isShared(at)))) {
          const index = { kind: "read", place: variablePlace(COUNTER), type: U32 } as const;
          read(element(at, of, length, index), COUNTER, length);
        } else for (let i = 0; i < length; i++) visit(element(at, of, length, literal(i)));
        break;
      }
      case "function":
        break;
      case "pointer":
        if (type.nullable) read(at);
        break;
      default:
        read(at);
    }
  };
  visit(place);
  return found;
}

/** It has an address anyway. */
function isShared(place: Place): boolean {
  if (place.kind === "field" || place.kind === "element") return isShared(place.base);
  return place.kind === "deref" || (place.kind === "variable" && place.variable.storage === "global");
}

/** The function that looks at one, and what it looks at. */
export const observerName = (type: StructType): string => `see_${type.name}`;
export function observed(type: StructType): { seen: Variable; leaves: Leaf[] } {
  const pointer: PointerType = {
    kind: "pointer",
    target: type,
    before: 0,
    extent: 1,
    writable: true,
    nullable: false,
    level: 1,
    unaligned: true,
    volatile: false,
  };
  const seen: Variable = {
    name: "seen",
    type: pointer,
    storage: "parameter",
    constant: true,
    level: 1,
    initial: undefined,
  };
  const at = { kind: "read", place: variablePlace(seen), type: pointer } as const;
  return { seen, leaves: leaves({ kind: "deref", pointer: at, by: 0, type }) };
}
/** Those whose observers a text names, and those that their observers name in turn. */
export function observersIn(
  text: string,
  types: readonly StructType[],
  write: (type: StructType) => string,
): string[] {
  const found = new Map<StructType, string>();
  let all = text;
  for (let known = -1; known < found.size; ) {
    known = found.size;
    for (const type of types) {
      if (found.has(type) || !new RegExp(`${observerName(type)}\\b`).test(all)) continue;
      found.set(type, write(type));
      all += found.get(type);
    }
  }
  return [...found.values()];
}

const COUNTER: Variable = {
  name: "each",
  type: U32,
  storage: "local",
  constant: true,
  level: 2,
  initial: undefined,
};
const literal = (i: number): Expression => ({ kind: "literal", value: BigInt(i), type: U32 });
export const variablePlace = (variable: Variable): Place => ({
  kind: "variable",
  variable,
  type: variable.type,
});
const element = (base: Place, type: Type, length: number, index: Expression): Place => ({
  kind: "element",
  base,
  index,
  length,
  type,
});
