/*
 * Random function types and values of them, by seed: what a test of the calling convention needs, without any language. Every scalar
 * of a value is a constant known here, so that whoever receives it can compare.
 */

export interface Scalar {
  readonly kind: "int" | "bool" | "f64" | "ptr";
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}
export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Of a bit field. */
  readonly width: number | undefined;
}
export interface Struct {
  readonly kind: "struct";
  readonly name: string;
  readonly union: boolean;
  readonly packed: boolean;
  readonly fields: readonly Field[];
}
export interface FixedArray {
  readonly kind: "array";
  readonly element: Type;
  readonly length: number;
}
export type Type = Scalar | Struct | FixedArray;

/** A value: a scalar's number, or those of a structure's fields (of a union's first) or an array's elements. */
export type Value = bigint | readonly Value[];
export interface Argument {
  readonly type: Type;
  readonly value: Value;
}
export interface Signature {
  readonly name: string;
  readonly args: readonly Argument[];
  /** Undefined: void. */
  readonly result: Argument | undefined;
}

/** Xorshift. Equal seeds draw equal numbers. */
export class Draws {
  #state: number;
  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  }
  /** From 0 to n − 1. */
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  bits(n: number): bigint {
    let value = 0n;
    for (let i = 0; i < 4; i++) value = (value << 16n) | BigInt(this.below(0x10000));
    return BigInt.asUintN(n, value);
  }
}

const SCALARS: readonly Scalar[] = [
  ...([8, 16, 32, 64] as const).flatMap((bits) =>
    [false, true].map((signed): Scalar => ({ kind: "int", bits, signed })),
  ),
  { kind: "bool", bits: 8, signed: false },
  { kind: "ptr", bits: 64, signed: false },
];
const F64: Scalar = { kind: "f64", bits: 64, signed: true };

export class Generator {
  readonly structs: Struct[] = [];
  readonly #d: Draws;

  constructor(seed: number) {
    this.#d = new Draws(seed);
  }

  #scalar(): Scalar {
    return this.#d.chance(30) ? F64 : SCALARS[this.#d.below(SCALARS.length)]!;
  }

  #type(depth: number): Type {
    const d = this.#d;
    const roll = d.below(100);
    if (depth > 0 && roll < 12) {
      return { kind: "array", element: this.#type(depth - 1), length: 1 + d.below(4) };
    }
    return depth > 0 && roll < 25 ? this.#struct(depth - 1) : this.#scalar();
  }

  #struct(depth: number): Struct {
    const d = this.#d;
    if (this.structs.length > 4 && d.chance(40)) return this.structs[d.below(this.structs.length)]!;
    const union = d.chance(15);
    const packed = !union && d.chance(15);
    const fields: Field[] = [];
    const count = 1 + d.below(d.chance(70) ? 3 : 6);
    for (let i = 0; i < count; i++) {
      const name = `f${i}`;
      if (d.chance(20) && !union) {
        const unit = SCALARS[d.below(SCALARS.length - 1)]!;
        // In a packed structure it may begin at any bit, and must lie within its storage unit all the same.
        const most = unit.kind === "bool" ? 1 : packed ? Math.max(1, unit.bits - 7) : unit.bits;
        const width = 1 + d.below(most);
        fields.push({ name, type: unit, width });
      } else fields.push({ name, type: this.#type(depth), width: undefined });
    }
    // So that no storage unit reaches beyond the end.
    if (packed && fields.some((f) => f.width !== undefined)) {
      fields.push({ name: "end", type: SCALARS[6]!, width: undefined });
    }
    const made: Struct = { kind: "struct", name: `S${this.structs.length}`, union, packed, fields };
    this.structs.push(made);
    return made;
  }

  #value(type: Type, width?: number): Value {
    const d = this.#d;
    switch (type.kind) {
      case "struct": {
        const fields = type.union ? type.fields.slice(0, 1) : type.fields;
        return fields.map((field) => this.#value(field.type, field.width));
      }
      case "array":
        return Array.from({ length: type.length }, () => this.#value(type.element));
      case "bool":
        return BigInt(d.below(2));
      case "f64":
        // Exact in decimal notation.
        return BigInt(d.below(2_000_001) - 1_000_000);
      default: {
        const n = width ?? type.bits;
        const value = d.chance(20) ? BigInt(d.below(2)) - 1n : d.bits(n);
        return type.signed ? BigInt.asIntN(n, value) : BigInt.asUintN(n, value);
      }
    }
  }

  #argument(): Argument {
    const type = this.#d.chance(45) ? this.#struct(2) : this.#scalar();
    return { type, value: this.#value(type) };
  }

  signature(name: string): Signature {
    const d = this.#d;
    const count = d.chance(25) ? 6 + d.below(8) : d.below(7);
    const args = Array.from({ length: count }, () => this.#argument());
    return { name, args, result: d.chance(15) ? undefined : this.#argument() };
  }
}

/** Every scalar of a value with the way to it: `.f0`, `[1]`. */
export function leaves(
  { type, value }: Argument,
  path = "",
): { readonly path: string; readonly type: Scalar; readonly value: bigint }[] {
  if (typeof value === "bigint") {
    if (type.kind === "struct" || type.kind === "array") throw new TypeError("a number for an aggregate");
    return [{ path, type, value }];
  }
  return value.flatMap((part, i) => {
    if (type.kind === "array") return leaves({ type: type.element, value: part }, `${path}[${i}]`);
    if (type.kind !== "struct") throw new TypeError("parts of a scalar");
    const field = type.fields[i]!;
    return leaves({ type: field.type, value: part }, `${path}.${field.name}`);
  });
}
