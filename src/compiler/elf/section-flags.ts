/** Kinds of sections as sh_type and sh_flags (System V ABI, chapter 4). */
import * as elf from "./format.ts";
import type { Section, SectionKind } from "./object-file.ts";

const FLAGS: Readonly<Record<SectionKind, number>> = {
  code: elf.SHF_ALLOC | elf.SHF_EXECINSTR,
  "read-only data": elf.SHF_ALLOC,
  data: elf.SHF_ALLOC | elf.SHF_WRITE,
  zeros: elf.SHF_ALLOC | elf.SHF_WRITE,
  debug: 0,
};

export const sectionFlags = (section: Pick<Section, "kind" | "strings">): number =>
  FLAGS[section.kind] | (section.strings ? elf.SHF_MERGE | elf.SHF_STRINGS : 0);

export const sectionType = ({ kind, name }: Pick<Section, "kind" | "name">): number =>
  kind === "zeros" ? elf.SHT_NOBITS : name.startsWith(".note") ? elf.SHT_NOTE : elf.SHT_PROGBITS;
