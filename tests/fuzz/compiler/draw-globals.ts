/* Random globals with constant values. There is an array of every integer type, so that pointers have targets. */
import type { Random } from "../../compiler/passes/random-ir.ts";
import { fieldsOf, POOL_LENGTH, pointerTo, type TypeDraw } from "./draw-types.ts";
import { variablePlace } from "./observe.ts";
import { ARITHMETIC, COMPARISONS, type Expression, type FunctionTree, type Variable } from "./tree.ts";
import {
  type FunctionType,
  fits,
  INTEGERS,
  type IntType,
  type PointerType,
  type Type,
  U32,
} from "./types.ts";

/** Draws globals one after the other; each may point to those before it. */
export class GlobalDraw {
  readonly r: Random;
  readonly types: TypeDraw;
  readonly globals: Variable[] = [];

  constructor(r: Random, types: TypeDraw) {
    this.r = r;
    this.types = types;
    for (const element of INTEGERS) {
      this.#add({ kind: "array", element, length: POOL_LENGTH + r.below(4) }, false);
    }
    for (const struct of types.structs) this.#add(struct, false);
    for (let i = 2 + r.below(6); i > 0; i--) this.#add(types.storage(), r.chance(20));
    for (let i = r.below(4); i > 0; i--) this.#add(this.pointer(0), false);
  }

  /** To elements of which there are globals. */
  pointer(level: number): PointerType {
    const { r, types } = this;
    const writable = r.chance(80);
    if (r.chance(30) && types.structs.length > 0) {
      const target = r.pick(types.structs);
      // A packed structure's address is what it is.
      return pointerTo(target, { level, writable, unaligned: r.chance(30) });
    }
    const extent = 1 + r.below(POOL_LENGTH - 1);
    const before = r.chance(20) ? r.below(POOL_LENGTH - extent) : 0;
    const volatile = r.chance(10);
    return pointerTo(r.pick(INTEGERS), {
      level,
      writable,
      before: volatile ? 0 : before,
      extent,
      unaligned: r.chance(40),
      volatile,
    });
  }

  #add(type: Type, constant: boolean): Variable {
    const initial = type.kind !== "pointer" && this.r.chance(25) ? undefined : this.#constant(type, 2);
    return this.add(type, constant, initial);
  }
  add(type: Type, constant: boolean, initial: Expression | undefined): Variable {
    const name = `g${this.globals.length}`;
    const variable: Variable = { name, type, storage: "global", constant, level: 0, initial };
    this.globals.push(variable);
    return variable;
  }

  /** A variable of fixed length that holds functions of the signature. */
  table(signature: FunctionType, functions: readonly FunctionTree[]): void {
    const { r } = this;
    const length = 1 + r.below(5);
    const type: Type = { kind: "array", element: signature, length };
    const one = (): Expression => ({ kind: "function", fn: r.pick(functions), type: signature });
    const parts = Array.from({ length }, () => ({ field: undefined, value: one() }));
    this.add(type, r.chance(60), { kind: "aggregate", parts, type });
    if (r.chance(40)) this.add(signature, false, one());
  }

  #constant(type: Type, depth: number): Expression {
    const { r } = this;
    switch (type.kind) {
      case "int":
        return this.#integer(type, depth);
      case "bool": {
        const of = r.pick(INTEGERS);
        if (r.chance(50)) return { kind: "literal", value: BigInt(r.below(2)), type };
        const [left, right] = [this.#integer(of, 1), this.#integer(of, 1)];
        return { kind: "compare", operator: r.pick(COMPARISONS), left, right, type };
      }
      case "f64":
        return { kind: "literal", value: r.pick([0, 1.5, -2.25, 1e9, -0]), type };
      case "enum":
        return { kind: "literal", value: r.pick(type.members).value, type };
      case "array": {
        const length = r.chance(60) ? type.length : r.below(type.length + 1);
        const parts = Array.from({ length }, () => ({
          field: undefined,
          value: this.#constant(type.element, depth),
        }));
        return { kind: "aggregate", parts, type };
      }
      case "struct": {
        const parts = (type.form === "union" ? [] : fieldsOf(type))
          .filter(() => r.chance(80))
          .map((field) => ({ field, value: this.#constant(field.type, depth) }));
        return { kind: "aggregate", parts, type };
      }
      case "pointer":
        return this.#address(type);
      default:
        throw new TypeError(`a ${type.kind} has no constants`);
    }
  }

  #integer(type: IntType, depth: number): Expression {
    const { r } = this;
    const value = r.chance(50) ? BigInt(r.below(100)) : r.bits(type.bits);
    const literal = {
      kind: "literal",
      value: type.signed ? BigInt.asIntN(type.bits, value) : value,
      type,
    } as const;
    if (depth === 0 || r.chance(50)) return literal;
    const part = (): Expression => this.#integer(type, depth - 1);
    switch (r.below(5)) {
      case 0:
        return { kind: "divide", operator: r.pick(["/", "%"] as const), left: part(), right: part(), type };
      case 1:
        return { kind: "unary", operator: r.pick(["-", "~"] as const), value: part(), type };
      case 2: {
        const from = r.pick(INTEGERS);
        if (fits(from, type)) return literal;
        return { kind: "convert", how: "truncate", value: this.#integer(from, depth - 1), type };
      }
      default: {
        const operator = r.pick(ARITHMETIC);
        const right = operator === "<<" || operator === ">>" ? this.#integer(r.pick(INTEGERS), 0) : part();
        return { kind: "binary", operator, left: part(), right, type };
      }
    }
  }

  #address(type: PointerType): Expression {
    const { r } = this;
    if (type.nullable && r.chance(40)) return { kind: "literal", value: 0n, type };
    const { extent, before } = type;
    const exact: PointerType = { ...type, nullable: false, volatile: false, unaligned: false };
    const address = this.#exactAddress(exact, extent + before);
    return type.volatile ? { kind: "cast", pointer: address, type } : address;
  }
  #exactAddress(type: PointerType, room: number): Expression {
    const { r } = this;
    const { target } = type;
    const found = this.globals.filter((g) => !g.constant);
    const wholes = found.filter((g) => room === 1 && g.type === target);
    if (wholes.length > 0) return { kind: "address", of: variablePlace(r.pick(wholes)), type };
    const arrays = found.flatMap((variable) =>
      variable.type.kind === "array" && variable.type.element === target && variable.type.length >= room
        ? [{ variable, length: variable.type.length }]
        : [],
    );
    const { variable, length } = r.pick(arrays);
    const index = type.before + r.below(length - room + 1);
    return {
      kind: "address",
      of: {
        kind: "element",
        base: variablePlace(variable),
        index: { kind: "literal", value: BigInt(index), type: U32 },
        length,
        type: target,
      },
      type,
    };
  }
}
