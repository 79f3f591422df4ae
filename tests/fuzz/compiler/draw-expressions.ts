/* Random expressions of every type; here those of scalar types. */

import { ValueDraw } from "./draw-values.ts";
import { ARITHMETIC, ATOMICS, COMPARISONS, type Expression, INTRINSICS, type Place } from "./tree.ts";
import {
  BOOL,
  type EnumType,
  F64,
  INTEGERS,
  type IntType,
  PARAMETER,
  type PointerType,
  type ScalarType,
  same,
  type Type,
  U8,
  U64,
} from "./types.ts";

export class ExpressionDraw extends ValueDraw {
  expression(type: Type, depth: number): Expression {
    switch (type.kind) {
      case "int":
        return this.int(type, depth);
      case "bool":
        return this.bool(depth);
      case "f64":
        return this.float(depth);
      case "enum":
        return this.#enum(type, depth);
      case "parameter":
        return this.#parameter(depth);
      case "struct":
        return this.struct(type, depth);
      case "array":
        return (this.r.chance(50) ? this.readOf(type, depth) : undefined) ?? this.aggregate(type, depth);
      case "pointer":
        return this.pointer(type, depth);
      case "function":
        return this.function(type, depth);
    }
  }

  int(type: IntType, depth: number): Expression {
    const { r } = this;
    if (depth <= 0 || this.poor) return this.leaf(type, depth);
    this.spend();
    switch (r.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const operator = r.pick(ARITHMETIC);
        const left = this.int(type, depth - 1);
        return { kind: "binary", operator, left, right: this.side(operator, type, depth), type };
      }
      case 4: {
        const left = this.int(type, depth - 1);
        const right = r.chance(60) ? this.literal(type) : this.int(type, depth - 1);
        return { kind: "divide", operator: r.pick(["/", "%"] as const), left, right, type };
      }
      case 5:
        return {
          kind: "unary",
          operator: r.pick(["-", "~"] as const),
          value: this.int(type, depth - 1),
          type,
        };
      case 6:
      case 7:
        return this.#conversion(type, depth);
      case 8: {
        const name = r.pick(INTRINSICS);
        if (name === "mulHigh" && type.bits !== 64) return this.leaf(type, depth);
        const count = name === "mulHigh" || name.startsWith("rotate") ? 2 : 1;
        const args = Array.from({ length: count }, () => this.int(type, depth - 1));
        return { kind: "intrinsic", name, args, type };
      }
      case 9:
        return this.#sixtyFour(type, depth);
      case 10: {
        const to = this.writable((route) => same(route.type, type), depth - 1);
        if (to === undefined) return this.leaf(type, depth);
        if (r.chance(50)) return this.update(to, type, depth);
        return { kind: "increment", operator: r.pick(["++", "--"] as const), prefix: r.chance(50), to, type };
      }
      case 11:
        return this.#atomic(type, depth) ?? this.leaf(type, depth);
      case 12:
        return this.#ofValue(type, depth) ?? this.leaf(type, depth);
      default:
        return this.common(type, depth);
    }
  }

  /** Of u64: layouts and wide division; else like any other. */
  #sixtyFour(type: IntType, depth: number): Expression {
    const { r } = this;
    if (!same(type, U64)) return this.common(type, depth);
    const { structs } = this.scope;
    if (structs.length > 0 && r.chance(30)) {
      return { kind: r.pick(["sizeof", "alignof"] as const), of: r.pick(structs), type };
    }
    const [high, low, divisor] = [
      this.int(U64, depth - 1),
      this.int(U64, depth - 1),
      this.int(U64, depth - 1),
    ];
    return { kind: "wide", operator: r.pick(["/", "%"] as const), high, low, divisor, type };
  }

  #conversion(type: IntType, depth: number): Expression {
    const { r } = this;
    const kinds = ["int", "int", "int", "bool", "enum", "f64"] as const;
    switch (r.pick(kinds)) {
      case "bool":
        return { kind: "convert", how: "value", value: this.bool(depth - 1), type };
      case "f64":
        return { kind: "convert", how: "value", value: this.float(depth - 1), type };
      case "enum": {
        const { enums } = this.scope;
        if (enums.length === 0) break;
        const from = r.pick(enums);
        const how = same(from.base, type) && r.chance(50) ? "value" : "truncate";
        return { kind: "convert", how, value: this.#enum(from, depth - 1), type };
      }
    }
    if (this.generic && r.chance(40)) {
      return { kind: "convert", how: "truncate", value: this.#parameter(depth - 1), type };
    }
    const from = r.pick(INTEGERS);
    const value = this.int(from, depth - 1);
    if (same(from, type)) return value;
    const widens =
      from.signed === type.signed ? from.bits < type.bits : !from.signed && from.bits < type.bits;
    const how = widens && r.chance(80) ? "value" : r.chance(60) ? "truncate" : "checked";
    return { kind: "convert", how, value, type };
  }

  #atomic(type: IntType, depth: number): Expression | undefined {
    const { r } = this;
    const route = this.route(
      (x) => x.writable && x.addressable && !x.unaligned && !x.volatile && same(x.type, type),
    );
    if (route === undefined) return undefined;
    const at = this.placeOf(route, depth - 1);
    const name = r.pick([...ATOMICS, "Load", "CompareExchange"] as const);
    const count = name === "Load" ? 0 : name === "CompareExchange" ? 2 : 1;
    const args = Array.from({ length: count }, () => this.int(type, depth - 1));
    return { kind: "atomic", name, at, args, type };
  }

  /** A field of what a function returns. */
  #ofValue(type: ScalarType, depth: number): Expression | undefined {
    const { r, scope } = this;
    const fields = scope.structs.flatMap((owner) =>
      owner.fields.filter((f) => same(f.type, type)).map((field) => ({ owner, field })),
    );
    if (fields.length === 0) return undefined;
    const { owner, field } = r.pick(fields);
    const value = this.call(owner, depth);
    if (value === undefined) return undefined;
    const base: Place = { kind: "value", value, type: owner };
    return { kind: "read", place: { kind: "field", base, field, owner, type }, type };
  }

  bool(depth: number): Expression {
    const { r } = this;
    if (depth <= 0) return this.leaf(BOOL, depth);
    if (this.poor) return this.leaf(BOOL, depth);
    this.spend();
    switch (r.below(9)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return this.#comparison(depth);
      case 4:
      case 5: {
        const operator = r.pick(["&&", "||"] as const);
        return {
          kind: "logical",
          operator,
          left: this.bool(depth - 1),
          right: this.bool(depth - 1),
          type: BOOL,
        };
      }
      case 6:
        return { kind: "unary", operator: "!", value: this.bool(depth - 1), type: BOOL };
      default:
        return this.common(BOOL, depth);
    }
  }

  #comparison(depth: number): Expression {
    const { r, scope } = this;
    const compare = (left: Expression, right: Expression, equality: boolean): Expression => ({
      kind: "compare",
      operator: r.pick(equality ? COMPARISONS.slice(0, 2) : COMPARISONS),
      left,
      right,
      type: BOOL,
    });
    const both = (type: ScalarType, equality = false): Expression =>
      compare(this.expression(type, depth - 1), this.expression(type, depth - 1), equality);
    switch (r.below(10)) {
      case 0:
        return both(F64);
      case 1:
        return both(BOOL, true);
      case 2:
        return scope.enums.length > 0 ? both(r.pick(scope.enums)) : both(r.pick(INTEGERS));
      case 3: {
        // Pointers to different things are different; only equality is told of them.
        // Whether two texts are one is open.
        const mayBeText = (type: PointerType): boolean => same(type.target, U8) && !type.writable;
        const left = this.read(
          ({ type }) => type.kind === "pointer" && !type.volatile && !mayBeText(type),
          depth - 1,
        );
        if (left?.type.kind !== "pointer") return both(r.pick(INTEGERS));
        const type: PointerType = { ...left.type, before: 0, extent: 1 };
        return compare(left, this.pointer(type, depth - 1), true);
      }
      default:
        return this.generic && r.chance(50) ? both(PARAMETER) : both(r.pick(INTEGERS));
    }
  }

  float(depth: number): Expression {
    const { r } = this;
    if (depth <= 0 || this.poor) return this.leaf(F64, depth);
    this.spend();
    switch (r.below(8)) {
      case 0:
      case 1:
      case 2: {
        const operator = r.pick(["+", "-", "*", "/"] as const);
        return {
          kind: "binary",
          operator,
          left: this.float(depth - 1),
          right: this.float(depth - 1),
          type: F64,
        };
      }
      case 3:
        return { kind: "unary", operator: "-", value: this.float(depth - 1), type: F64 };
      case 4:
        return { kind: "root", value: this.float(depth - 1), type: F64 };
      case 5:
        return { kind: "convert", how: "value", value: this.int(r.pick(INTEGERS), depth - 1), type: F64 };
      default:
        return this.common(F64, depth);
    }
  }

  #enum(type: EnumType, depth: number): Expression {
    const { r } = this;
    if (depth <= 0 || this.poor) return this.leaf(type, depth);
    this.spend();
    switch (r.below(4)) {
      case 0: {
        const operator = r.pick(["&", "|", "^"] as const);
        return {
          kind: "binary",
          operator,
          left: this.#enum(type, depth - 1),
          right: this.#enum(type, depth - 1),
          type,
        };
      }
      case 1:
        return { kind: "convert", how: "value", value: this.int(type.base, depth - 1), type };
      default:
        return this.common(type, depth);
    }
  }

  #parameter(depth: number): Expression {
    const { r } = this;
    if (depth <= 0 || this.poor) return this.leaf(PARAMETER, depth);
    this.spend();
    switch (r.below(6)) {
      case 0:
      case 1:
      case 2: {
        const operator = r.pick(ARITHMETIC);
        const left = this.#parameter(depth - 1);
        return { kind: "binary", operator, left, right: this.#parameter(depth - 1), type: PARAMETER };
      }
      case 3:
        return {
          kind: "convert",
          how: "truncate",
          value: this.int(r.pick(INTEGERS), depth - 1),
          type: PARAMETER,
        };
      case 4:
        return {
          kind: "unary",
          operator: r.pick(["-", "~"] as const),
          value: this.#parameter(depth - 1),
          type: PARAMETER,
        };
      default:
        return this.common(PARAMETER, depth);
    }
  }
}
