/**
 * Relocatable objects (ET_REL) that `ld` and `gcc` link: the sections, .rela sections, one symbol table, and an empty
 * .note.GNU-stack, by which the stack need not be executable.
 */

import { ByteBuffer } from "./byte-buffer.ts";
import { elfFile, type FileSection } from "./file.ts";
import * as elf from "./format.ts";
import type { ObjectFile, Section, SectionRelocation } from "./object-file.ts";
import { sectionFlags, sectionType } from "./section-flags.ts";
import { symbolTable, type TableSymbol } from "./symbol-table.ts";

/** The bytes of a `.o` file. Symbols that no piece defines are left to the linker. */
export function relocatable(file: ObjectFile): Uint8Array<ArrayBuffer> {
  const { sections } = file;
  const numberOf = new Map(sections.map((s, i) => [s.name, i + 1]));
  const symbols: TableSymbol[] = sections.map((s) => ({
    name: "",
    type: elf.STT_SECTION,
    global: false,
    section: numberOf.get(s.name)!,
    value: 0,
    size: 0,
  }));
  const byName = new Map<string, number>();
  const add = (symbol: TableSymbol): void => {
    byName.set(symbol.name, symbols.length);
    symbols.push(symbol);
  };
  for (const s of file.symbols) {
    add({
      name: s.name,
      type: s.kind === "function" ? elf.STT_FUNC : elf.STT_OBJECT,
      global: s.exported,
      section: numberOf.get(s.section)!,
      value: s.offset,
      size: s.size,
    });
  }
  for (const { target } of sections.flatMap((s) => s.relocations)) {
    if ("symbol" in target && !byName.has(target.symbol)) {
      add({
        name: target.symbol,
        type: elf.STT_NOTYPE,
        global: true,
        section: elf.SHN_UNDEF,
        value: 0,
        size: 0,
      });
    }
  }
  const table = symbolTable(symbols);
  const related = sections.filter((s) => s.relocations.length > 0);
  const symtab = sections.length + 1 + related.length + 1;
  const number = ({ target }: SectionRelocation): number =>
    table.numbers["symbol" in target ? byName.get(target.symbol)! : numberOf.get(target.section)! - 1]!;

  const rela = (section: Section): FileSection => {
    const out = new ByteBuffer();
    for (const r of section.relocations) {
      out
        .u64(r.offset)
        .u64((BigInt(number(r)) << 32n) | BigInt(elf.RELOCATION_NUMBERS[r.kind]))
        .u64(r.addend);
    }
    return {
      name: `.rela${section.name}`,
      type: elf.SHT_RELA,
      flags: elf.SHF_INFO_LINK,
      address: 0,
      bytes: out.take(),
      align: 8,
      link: symtab,
      info: numberOf.get(section.name)!,
      entrySize: elf.RELA_SIZE,
    };
  };
  return elfFile(
    elf.ET_REL,
    0,
    [],
    [
      ...sections.map((s) => ({
        name: s.name,
        type: sectionType(s),
        flags: sectionFlags(s),
        address: 0,
        bytes: s.bytes,
        size: s.size,
        align: s.align,
        ...(s.strings && { entrySize: 1 }),
      })),
      {
        name: ".note.GNU-stack",
        type: elf.SHT_PROGBITS,
        flags: 0,
        address: 0,
        bytes: new Uint8Array(0),
        align: 1,
      },
      ...related.map(rela),
      {
        name: ".symtab",
        type: elf.SHT_SYMTAB,
        flags: 0,
        address: 0,
        bytes: table.symbols,
        align: 8,
        link: symtab + 1,
        info: table.locals,
        entrySize: elf.SYMBOL_SIZE,
      },
      { name: ".strtab", type: elf.SHT_STRTAB, flags: 0, address: 0, bytes: table.strings, align: 1 },
    ],
  );
}
