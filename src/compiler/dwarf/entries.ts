/**
 * Debugging information entries and their abbreviations (DWARF 5 §7.5). Entries are a tree; those that refer to each other do so
 * by object, and get their offsets when they are written.
 */
import { ByteBuffer } from "../elf/byte-buffer.ts";
import type { StringTable } from "../elf/string-table.ts";
import { AT, DW_UT_compile, FORM, TAG } from "./numbers.ts";
import { DebugSection } from "./section.ts";

export type AttributeValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "line text"; readonly text: string }
  | { readonly kind: "unsigned"; readonly value: number | bigint }
  | { readonly kind: "signed"; readonly value: number | bigint }
  | { readonly kind: "half"; readonly value: number }
  | { readonly kind: "true" }
  | { readonly kind: "entry"; readonly entry: Entry }
  /** Of a symbol; without one, 0. */
  | { readonly kind: "address"; readonly symbol: string | undefined; readonly offset?: number }
  /** DW_AT_high_pc, as bytes behind the low one. */
  | { readonly kind: "size"; readonly value: number }
  | { readonly kind: "section"; readonly section: string; readonly offset: number }
  | { readonly kind: "expression"; readonly write: (out: DebugSection) => void };

export class Entry {
  readonly tag: number;
  readonly attributes: [attribute: number, value: AttributeValue][] = [];
  readonly children: Entry[] = [];
  /** From the start of the unit. */
  offset = 0;

  constructor(tag: keyof typeof TAG) {
    this.tag = TAG[tag];
  }
  with(attribute: keyof typeof AT, value: AttributeValue): this {
    this.attributes.push([AT[attribute], value]);
    return this;
  }
  text(attribute: keyof typeof AT, text: string): this {
    return this.with(attribute, { kind: "text", text });
  }
  number(attribute: keyof typeof AT, value: number | bigint): this {
    return this.with(attribute, value < 0 ? { kind: "signed", value } : { kind: "unsigned", value });
  }
  flag(attribute: keyof typeof AT): this {
    return this.with(attribute, { kind: "true" });
  }
  /** Nothing for void. */
  refer(attribute: keyof typeof AT, entry: Entry | undefined): this {
    return entry === undefined ? this : this.with(attribute, { kind: "entry", entry });
  }
  expression(attribute: keyof typeof AT, write: (out: DebugSection) => void): this {
    return this.with(attribute, { kind: "expression", write });
  }
  add(child: Entry): Entry {
    this.children.push(child);
    return child;
  }
}

const FORMS: Readonly<Record<AttributeValue["kind"], number>> = {
  text: FORM.strp,
  "line text": FORM.line_strp,
  unsigned: FORM.udata,
  signed: FORM.sdata,
  half: FORM.data2,
  true: FORM.flag_present,
  entry: FORM.ref4,
  address: FORM.addr,
  size: FORM.data8,
  section: FORM.sec_offset,
  expression: FORM.exprloc,
};

/** Writes .debug_info and .debug_abbrev of one unit. */
export class UnitWriter {
  readonly info = new DebugSection(".debug_info");
  readonly abbreviations = new DebugSection(".debug_abbrev");
  readonly #numbers = new Map<string, number>();
  readonly #references: { readonly at: number; readonly to: Entry }[] = [];
  readonly #strings: StringTable;
  readonly #lineStrings: StringTable;

  constructor(root: Entry, strings: StringTable, lineStrings: StringTable) {
    this.#strings = strings;
    this.#lineStrings = lineStrings;
    const { out } = this.info;
    this.info.unit(() => {
      out.u16(5).u8(DW_UT_compile).u8(8);
      this.info.offsetIn(".debug_abbrev", 0);
      this.#write(root);
    });
    for (const { at, to } of this.#references) out.patch32(at, to.offset);
    this.abbreviations.out.u8(0);
  }
  /** An abbreviation's number: one for each combination of tag, children and forms. */
  #abbreviation(entry: Entry): number {
    const hasChildren = entry.children.length > 0 ? 1 : 0;
    const shape = entry.attributes.map(([attribute, value]) => [attribute, FORMS[value.kind]] as const);
    const key = `${entry.tag} ${hasChildren} ${shape.join(" ")}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    const { out } = this.abbreviations;
    out.uleb(number).uleb(entry.tag).u8(hasChildren);
    for (const [attribute, form] of shape) out.uleb(attribute).uleb(form);
    out.u16(0);
    return number;
  }
  #write(entry: Entry): void {
    const { out } = this.info;
    entry.offset = out.length;
    out.uleb(this.#abbreviation(entry));
    for (const [, value] of entry.attributes) this.#value(value);
    if (entry.children.length === 0) return;
    for (const child of entry.children) this.#write(child);
    out.u8(0);
  }
  #value(value: AttributeValue): void {
    const { out } = this.info;
    switch (value.kind) {
      case "text":
        this.info.offsetIn(".debug_str", this.#strings.add(value.text));
        return;
      case "line text":
        this.info.offsetIn(".debug_line_str", this.#lineStrings.add(value.text));
        return;
      case "unsigned":
        out.uleb(value.value);
        return;
      case "signed":
        out.sleb(value.value);
        return;
      case "half":
        out.u16(value.value);
        return;
      case "true":
        return;
      case "entry":
        this.#references.push({ at: out.length, to: value.entry });
        out.u32(0);
        return;
      case "address":
        if (value.symbol === undefined) out.u64(0);
        else this.info.address(value.symbol, value.offset);
        return;
      case "size":
        out.u64(value.value);
        return;
      case "section":
        this.info.offsetIn(value.section, value.offset);
        return;
      case "expression":
        this.#expression(value.write);
    }
  }
  /** Its length comes first; expressions here are short, but an address in one is a relocation. */
  #expression(write: (out: DebugSection) => void): void {
    const measure = new DebugSection("");
    write(measure);
    this.info.out.uleb(measure.out.length);
    write(this.info);
  }
}

/** An expression as bytes, where no address is in it. */
export function expressionBytes(write: (out: DebugSection) => void): Uint8Array {
  const section = new DebugSection("");
  write(section);
  return new ByteBuffer().uleb(section.out.length).bytes(section.out.take()).take();
}
