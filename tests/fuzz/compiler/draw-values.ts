/* What random expressions of many types have in common: literals, choices, effects; and structures and arrays, written out. */
import { CallDraw } from "./draw-calls.ts";
import { fieldsOf, hasPointers } from "./draw-types.ts";
import type { Route } from "./routes.ts";
import { ARITHMETIC, type Expression, type Place } from "./tree.ts";
import {
  type ArrayType,
  INTEGERS,
  type IntType,
  type ScalarType,
  type StructType,
  same,
  type Type,
} from "./types.ts";

const FLOATS = [0, -0, 1, -1, 0.5, -1.5, 3.25, 1e10, 123456789.125, 1e-300, 1e300, 2 ** 53, 0.1, 5e-324];

export abstract class ValueDraw extends CallDraw {
  literal(type: ScalarType): Expression {
    this.spend();
    const { r } = this;
    switch (type.kind) {
      case "bool":
        return { kind: "literal", value: BigInt(r.below(2)), type };
      case "f64":
        return { kind: "literal", value: r.pick(FLOATS), type };
      case "enum":
        return r.chance(85)
          ? { kind: "literal", value: r.pick(type.members).value, type }
          : { kind: "literal", value: BigInt(r.below(127)), type };
      case "parameter":
        return { kind: "literal", value: BigInt(r.below(100)), type };
      case "int": {
        const bits = r.bits(type.bits);
        const value = r.chance(50) ? BigInt(r.below(20)) : bits;
        return { kind: "literal", value: type.signed ? BigInt.asIntN(type.bits, value) : value, type };
      }
    }
  }

  leaf(type: ScalarType, depth: number): Expression {
    return (this.r.chance(75) ? this.readOf(type, depth) : undefined) ?? this.literal(type);
  }

  /** What expressions of every scalar type have: a choice, a call, an assignment, a comma. */
  common(type: ScalarType, depth: number): Expression {
    const { r } = this;
    switch (r.below(6)) {
      case 0:
        return {
          kind: "choose",
          condition: this.bool(depth - 1),
          yes: this.expression(type, depth - 1),
          no: this.expression(type, depth - 1),
          type,
        };
      case 1:
      case 2:
        return this.call(type, depth) ?? this.leaf(type, depth);
      case 3: {
        const to = this.writable((route) => same(route.type, type), depth - 1);
        if (to === undefined) return this.leaf(type, depth);
        return { kind: "assign", to, value: this.expression(type, depth - 1), type };
      }
      case 4: {
        const first = this.effect(depth - 1);
        const second = this.expression(type, depth - 1);
        return first === undefined ? second : { kind: "comma", first, second, type };
      }
      default:
        return this.leaf(type, depth);
    }
  }

  /** Something done for what it changes. */
  effect(depth: number): Expression | undefined {
    const { r } = this;
    if (r.chance(20)) return this.call(r.pick(INTEGERS), depth);
    const isNumber = ({ type }: Route): boolean => type.kind === "int";
    if (r.chance(35)) {
      const to = this.writable((x) => isNumber(x) || (x.type.kind === "f64" && !x.inUnion), depth);
      if (to === undefined) return undefined;
      const { type } = to;
      this.spend();
      return { kind: "increment", operator: r.pick(["++", "--"] as const), prefix: r.chance(50), to, type };
    }
    if (r.chance(50)) {
      const to = this.writable(isNumber, depth);
      return to?.type.kind === "int" ? this.update(to, to.type, depth) : undefined;
    }
    return this.assignment(depth);
  }
  assignment(depth: number): Expression | undefined {
    const to = this.writable(({ type }) => isAssignable(type), depth);
    if (to === undefined) return undefined;
    // A pointer may be given to a place only if it lives as long.
    const type = to.type;
    return { kind: "assign", to, value: this.expression(type, depth), type };
  }
  update(to: Place, type: IntType, depth: number): Expression {
    const operator = this.r.pick(ARITHMETIC);
    const value = this.side(operator, type, depth);
    this.spend();
    return { kind: "update", operator, to, value, type };
  }
  /** The right side of an operator. */
  side(operator: string, type: IntType, depth: number): Expression {
    const shift = operator === "<<" || operator === ">>";
    if (!shift) return this.int(type, depth - 1);
    if (this.r.chance(50)) return { kind: "literal", value: BigInt(this.r.below(type.bits)), type };
    return this.int(this.r.chance(50) ? type : this.r.pick(INTEGERS), depth - 1);
  }

  struct(type: StructType, depth: number): Expression {
    const { r } = this;
    this.spend();
    const choice = r.below(10);
    if (choice < 4) {
      const found = this.readOf(type, depth);
      if (found !== undefined) return found;
    }
    if (choice < 6 && depth > 0) {
      const found = this.call(type, depth);
      if (found !== undefined) return found;
    }
    if (choice === 6 && depth > 0 && !this.poor) {
      return {
        kind: "choose",
        condition: this.bool(depth - 1),
        yes: this.struct(type, depth - 1),
        no: this.struct(type, depth - 1),
        type,
      };
    }
    return this.aggregate(type, depth);
  }

  aggregate(type: StructType | ArrayType, depth: number): Expression {
    const { r } = this;
    if (type.kind === "array") {
      const length = r.chance(50) || hasPointers(type.element) ? type.length : r.below(type.length + 1);
      const parts = Array.from({ length }, () => ({
        field: undefined,
        value: this.expression(type.element, depth - 1),
      }));
      return { kind: "aggregate", parts, type };
    }
    if (type.form === "union") return { kind: "aggregate", parts: [], type };
    const parts = fieldsOf(type)
      .filter((field) => hasPointers(field.type) || r.chance(80))
      .map((field) => ({ field, value: this.expression(field.type, depth - 1) }));
    return { kind: "aggregate", parts, type };
  }
}

/** Arrays are assigned element by element or not at all. */
const isAssignable = (type: Type): boolean => type.kind !== "array" || !hasPointers(type);
