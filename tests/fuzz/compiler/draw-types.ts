/* Random enums and structures. */
import type { Random } from "../../compiler/passes/random-ir.ts";
import {
  BOOL,
  type EnumType,
  F64,
  type Field,
  INTEGERS,
  type PointerType,
  type ScalarType,
  type StructType,
  type Type,
} from "./types.ts";

export const POOL_LENGTH = 5;

export interface Types {
  readonly enums: EnumType[];
  readonly structs: StructType[];
}

export function pointerTo(target: Type, changes: Partial<PointerType> = {}): PointerType {
  return {
    kind: "pointer",
    target,
    before: 0,
    extent: 1,
    writable: true,
    nullable: false,
    level: 0,
    unaligned: false,
    volatile: false,
    ...changes,
  };
}

export const fieldsOf = (type: StructType): StructType["fields"] => [
  ...(type.base === undefined ? [] : fieldsOf(type.base)),
  ...type.fields,
];

/** Whether zeros are no value of it. */
export function hasPointers(type: Type): boolean {
  switch (type.kind) {
    case "pointer":
      return !type.nullable;
    case "function":
      return true;
    case "array":
      return hasPointers(type.element);
    case "struct":
      return fieldsOf(type).some((field) => hasPointers(field.type));
    default:
      return false;
  }
}

export class TypeDraw {
  readonly r: Random;
  readonly enums: EnumType[] = [];
  readonly structs: StructType[] = [];

  constructor(r: Random) {
    this.r = r;
    for (let i = r.below(3); i > 0; i--) this.enums.push(this.#enum(`E${i}`));
    for (let i = 1 + r.below(4); i > 0; i--) this.structs.push(this.#struct(`S${this.structs.length}`));
  }

  scalar(): ScalarType {
    const { r } = this;
    const choice = r.below(12);
    if (choice === 0) return BOOL;
    if (choice === 1) return F64;
    return choice === 2 && this.enums.length > 0 ? r.pick(this.enums) : r.pick(INTEGERS);
  }

  #enum(name: string): EnumType {
    const { r } = this;
    const base = r.pick(INTEGERS);
    const dense = r.chance(60);
    const values = new Set<bigint>();
    const count = 2 + r.below(4);
    while (values.size < count) {
      const value = dense ? BigInt(values.size) : r.bits(base.bits);
      values.add(base.signed ? BigInt.asIntN(base.bits, value) : value);
    }
    return { kind: "enum", name, base, members: [...values].map((value, i) => ({ name: `M${i}`, value })) };
  }

  #struct(name: string): StructType {
    const { r } = this;
    const form = r.pick(["struct", "struct", "struct", "packed", "union"] as const);
    const plain = this.structs.filter((s) => s.form === "struct");
    const base = form === "struct" && plain.length > 0 && r.chance(30) ? r.pick(plain) : undefined;
    const known = base === undefined ? 0 : fieldsOf(base).length;
    const fields: Field[] = [];
    for (let i = 1 + r.below(form === "union" ? 4 : 6); i > 0; i--) {
      fields.push(this.#field(`m${known + fields.length}`, form));
    }
    const align = r.chance(8) ? r.pick([2, 4, 8, 16, 32]) : undefined;
    return {
      kind: "struct",
      name,
      form,
      base,
      fields,
      align: form === "packed" ? undefined : align,
      methods: [],
    };
  }

  #field(name: string, form: StructType["form"]): Field {
    const { r } = this;
    const plain = (type: Type): Field => ({ name, type, width: undefined, align: undefined });
    if (form === "union") {
      // Every byte of it is a value.
      const choice = r.below(4);
      if (choice === 0) return plain(F64);
      return plain(choice === 1 ? this.#array(r.pick(INTEGERS)) : r.pick(INTEGERS));
    }
    const choice = r.below(12);
    if (choice < 3 && form === "struct") return this.#bitField(name);
    if (choice === 3 && this.structs.length > 0) return plain(r.pick(this.structs));
    if (choice === 4 || choice === 5) {
      const element = r.chance(25) && this.structs.length > 0 ? r.pick(this.structs) : this.scalar();
      return plain(this.#array(element));
    }
    if (choice === 6) {
      const target = r.chance(50) || this.structs.length === 0 ? r.pick(INTEGERS) : r.pick(this.structs);
      return plain(pointerTo(target, { nullable: true }));
    }
    const align = form === "struct" && r.chance(5) ? r.pick([4, 8, 16]) : undefined;
    return { ...plain(this.scalar()), ...(align !== undefined && { align }) };
  }
  #bitField(name: string): Field {
    const { r } = this;
    const type: ScalarType = r.chance(15)
      ? BOOL
      : r.chance(15) && this.enums.length > 0
        ? r.pick(this.enums)
        : r.pick(INTEGERS);
    const bits =
      type.kind === "bool" ? 1 : type.kind === "enum" ? type.base.bits : type.kind === "int" ? type.bits : 1;
    return { name, type, width: 1 + r.below(r.chance(70) ? Math.min(bits, 9) : bits), align: undefined };
  }
  #array(element: Type): Type {
    return { kind: "array", element, length: 1 + this.r.below(6) };
  }

  /** Of a variable that is no pointer. */
  storage(): Type {
    const { r } = this;
    const choice = r.below(10);
    if (choice < 5) return this.scalar();
    if (choice < 7) return r.pick(this.structs);
    const element = r.chance(30) ? r.pick(this.structs) : this.scalar();
    const array = this.#array(element);
    return r.chance(15) ? this.#array(array) : array;
  }
}
