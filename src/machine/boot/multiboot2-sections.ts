/**
 * The section headers of an ELF kernel as multiboot 2 gives them to a kernel that asks (§3.6.7; the fields have 32 bits, as
 * its multiboot2.h and every loader have them). Sections that are not part of the loaded image, the symbols before all, get a
 * place in memory, and their headers its address.
 */
import { ElfFile, isElf, SECTION_TYPE } from "./elf.ts";
import type { Loading } from "./loading.ts";

const SHF_ALLOC = 2;

export interface LoadedSections {
  readonly count: number;
  readonly entrySize: number;
  readonly nameIndex: number;
  readonly headers: Uint8Array;
}

/** Loads the sections of the kernel; undefined for what is no ELF file or has none. Throws ElfError or BootError. */
export function loadSections(loading: Loading): LoadedSections | undefined {
  const { kernel } = loading.request;
  if (!isElf(kernel)) return undefined;
  const file = new ElfFile(kernel);
  const sections = file.sections();
  if (sections.length === 0) return undefined;
  const at = file.place(file.wide ? 40 : 32);
  const entrySize = file.u16(file.wide ? 58 : 46);
  const headers = file.slice(at, sections.length * entrySize).slice();
  const view = new DataView(headers.buffer);
  for (const [i, s] of sections.entries()) {
    if ((s.flags & SHF_ALLOC) !== 0 || s.type === SECTION_TYPE.nobits || s.size === 0) continue;
    const address = loading.structure(`section ${i} of the kernel`, file.slice(s.offset, s.size));
    // sh_addr; places are below 4 GiB.
    view.setUint32(i * entrySize + (file.wide ? 16 : 12), address, true);
  }
  return { count: sections.length, entrySize, nameIndex: file.sectionNames, headers };
}
