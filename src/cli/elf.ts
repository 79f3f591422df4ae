/*
 * ELF files as far as a disassembler looks at them: executable sections and symbols. Reading is machine/boot/elf.ts's.
 * It loads nothing and relocates nothing. Bad files throw ElfError with one clear line.
 */
import { ELF_MACHINE, ELF_TYPE, ElfFile, SECTION_TYPE, SEGMENT_TYPE } from "../machine/boot/elf.ts";
import { type ElfSymbol, elfSymbols } from "../machine/boot/elf-symbols.ts";

export { ElfError, isElf } from "../machine/boot/elf.ts";
export type { ElfSymbol } from "../machine/boot/elf-symbols.ts";

export interface ElfSection {
  /** Empty for a segment of a file without section headers. */
  readonly name: string;
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** What its code may refer to by name, sorted by address: of a relocatable file (gcc -c), where every section begins at 0, only its own. */
  readonly symbols: readonly ElfSymbol[];
}

export interface Elf {
  readonly mode: 32 | 64;
  readonly entry: bigint;
  /** Sections with SHF_EXECINSTR that are not empty, or without section headers the PF_X segments. */
  readonly code: readonly ElfSection[];
}

const SHF_EXECINSTR = 4;
const PF_X = 1;

/** Parses an ELF file for x86. Throws ElfError. */
export function parseElf(bytes: Uint8Array): Elf {
  const file = new ElfFile(bytes);
  const headers = file.sections();
  const names = headers[file.sectionNames];
  const known = elfSymbols(file, headers, file.type === ELF_TYPE.relocatable);
  const sections = headers.flatMap((h, i) =>
    h.type === SECTION_TYPE.progbits && (h.flags & SHF_EXECINSTR) !== 0 && h.size > 0
      ? [
          {
            name: names === undefined ? "" : file.text(names.offset + h.name),
            address: h.address,
            bytes: file.slice(h.offset, h.size),
            symbols: known(i),
          },
        ]
      : [],
  );
  return {
    mode: file.machine === ELF_MACHINE.i386 ? 32 : 64,
    entry: file.entry,
    code: sections.length > 0 ? sections : executableSegments(file),
  };
}

function executableSegments(file: ElfFile): ElfSection[] {
  return file
    .segments()
    .filter((s) => s.type === SEGMENT_TYPE.load && (s.flags & PF_X) !== 0)
    .map((s) => ({
      name: "",
      address: s.virtualAddress,
      bytes: file.slice(s.offset, s.fileSize),
      symbols: [],
    }));
}
