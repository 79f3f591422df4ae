/**
 * Types as entries (DWARF 5 §5): one for each, by shape. Structures, unions and enums are there under their tag and as a typedef,
 * so that a debugger reading C takes `Point` as well as `struct Point`.
 */
import type { EnumType, StructType, Type } from "../types/type.ts";
import { sizeOf, typeText } from "../types/type.ts";
import { Entry } from "./entries.ts";
import type { Files } from "./lines.ts";
import { ENCODING } from "./numbers.ts";

export class Types {
  readonly #unit: Entry;
  readonly #files: Files;
  readonly #byShape = new Map<string, Entry>();
  /** Structures and enums go by identity: two may have one name. */
  readonly #named = new Map<StructType | EnumType, Entry>();
  readonly #numbers = new Map<StructType | EnumType, number>();

  constructor(unit: Entry, files: Files) {
    this.#unit = unit;
    this.#files = files;
  }
  /** Undefined for void and never. */
  entry(type: Type): Entry | undefined {
    switch (type.kind) {
      case "void":
      case "never":
        return undefined;
      case "struct":
      case "enum":
        return this.#namedEntry(type);
      default:
        return this.#shaped(this.#shape(type), type);
    }
  }
  /** Text that is the same for the same type. */
  #shape(type: Type): string {
    switch (type.kind) {
      case "ptr":
        return `${type.volatile ? "mmio" : "ptr"}<${this.#shape(type.target)}>`;
      case "array":
        return `array<${this.#shape(type.element)}, ${type.length}>`;
      case "fn":
        return `fn<(${type.params.map((p) => this.#shape(p)).join()}) => ${this.#shape(type.result)}>`;
      case "struct":
      case "enum": {
        const number = this.#numbers.get(type) ?? this.#numbers.size;
        this.#numbers.set(type, number);
        return `#${number}`;
      }
      default:
        return typeText(type);
    }
  }
  #shaped(shape: string, type: Type): Entry {
    const known = this.#byShape.get(shape);
    if (known !== undefined) return known;
    const make = (tag: ConstructorParameters<typeof Entry>[0]): Entry => {
      const entry = this.#unit.add(new Entry(tag));
      this.#byShape.set(shape, entry);
      return entry;
    };
    const base = (encoding: number, size: number): Entry =>
      make("base_type").text("name", shape).number("byte_size", size).number("encoding", encoding);
    switch (type.kind) {
      case "int":
        return base(type.signed ? ENCODING.signed : ENCODING.unsigned, type.bits / 8);
      case "bool":
        return base(ENCODING.boolean, 1);
      case "f64":
        return base(ENCODING.float, 8);
      case "ptr": {
        const pointer = make("pointer_type").number("byte_size", 8);
        const target = this.entry(type.target);
        if (!type.volatile) return pointer.refer("type", target);
        return pointer.refer("type", this.#unit.add(new Entry("volatile_type").refer("type", target)));
      }
      case "array": {
        const array = make("array_type");
        array.add(new Entry("subrange_type").refer("type", this.#index()).number("count", type.length));
        return array.refer("type", this.entry(type.element));
      }
      case "fn": {
        const fn = make("subroutine_type").flag("prototyped");
        for (const param of type.params)
          fn.add(new Entry("formal_parameter").refer("type", this.entry(param)));
        return fn.refer("type", this.entry(type.result));
      }
      default:
        throw new TypeError(`${type.kind} has no shape`);
    }
  }
  #index(): Entry {
    return this.#shaped("u64", { kind: "int", bits: 64, signed: false });
  }
  #namedEntry(type: StructType | EnumType): Entry {
    const known = this.#named.get(type);
    if (known !== undefined) return known;
    const tag = type.kind === "enum" ? "enumeration_type" : type.union ? "union_type" : "structure_type";
    const entry = this.#unit.add(new Entry(tag));
    const typedef = this.#unit.add(new Entry("typedef").text("name", type.name).refer("type", entry));
    // Before its fields: they may lead back here.
    this.#named.set(type, typedef);
    entry.text("name", type.name).number("byte_size", sizeOf(type));
    this.#files.declaredAt(entry, type.place);
    if (type.kind === "enum") {
      entry.refer("type", this.entry(type.base));
      for (const { name, value } of type.members)
        entry.add(new Entry("enumerator").text("name", name).number("const_value", value));
      return typedef;
    }
    for (const { name, type: fieldType, offset, bits, place } of type.fields) {
      const member = entry.add(new Entry("member")).text("name", name).refer("type", this.entry(fieldType));
      this.#files.declaredAt(member, place);
      if (bits === undefined) member.number("data_member_location", offset);
      else member.number("bit_size", bits.width).number("data_bit_offset", offset * 8 + bits.offset);
    }
    return typedef;
  }
}
