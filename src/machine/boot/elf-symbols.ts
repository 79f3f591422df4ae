/** The symbol tables of an ELF file, for people: which function or object is at an address (System V ABI, chapter 4). */
import { ElfError, ElfFile, type ElfSectionHeader, isElf, SECTION_TYPE } from "./elf.ts";

/** A function or label with an address. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
}

const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const SHN_LORESERVE = 0xff00;
/** Names may share their bytes, but no more than this many of them together for each byte of the file. */
const NAMES_PER_BYTE = 4;

/**
 * The symbols that a section, by its number, sees, sorted by address, one for each: its own if `bySection`, as in a
 * relocatable file, where every section begins at 0; else all of the file's. Throws ElfError.
 */
export function elfSymbols(
  file: ElfFile,
  headers: readonly ElfSectionHeader[],
  bySection: boolean,
): (section: number) => readonly ElfSymbol[] {
  const all = 0;
  const found = new Map<number, Map<bigint, ElfSymbol>>();
  // A file has one of each kind.
  const tables = [SECTION_TYPE.symtab, SECTION_TYPE.dynsym].flatMap(
    (type) => headers.find((h) => h.type === type) ?? [],
  );
  const entry = file.wide ? 24 : 16;
  let budget = file.bytes.length * NAMES_PER_BYTE;
  for (const table of tables) {
    const strings = headers[table.link];
    if (strings === undefined) continue;
    for (let at = table.offset; at + entry <= table.offset + table.size && budget > 0; at += entry) {
      const section = file.u16(at + (file.wide ? 6 : 14));
      const type = file.u8(at + (file.wide ? 4 : 12)) & 15;
      if (section === 0 || section >= SHN_LORESERVE) continue;
      if (type !== STT_NOTYPE && type !== STT_OBJECT && type !== STT_FUNC && type !== STT_GNU_IFUNC) continue;
      const address = file.word(at + (file.wide ? 8 : 4));
      const name = file.text(strings.offset + file.u32(at));
      budget -= name.length;
      const size = file.word(at + (file.wide ? 16 : 8));
      const key = bySection ? section : all;
      let byAddress = found.get(key);
      if (byAddress === undefined) {
        byAddress = new Map();
        found.set(key, byAddress);
      }
      const before = byAddress.get(address);
      // Of several names the first global function is the one a reader expects.
      const rank = (n: string, s: bigint): number => (n === "" ? 0 : s > 0n ? 2 : 1);
      if (name !== "" && (before === undefined || rank(before.name, before.size) < rank(name, size))) {
        byAddress.set(address, { name, address, size });
      }
    }
  }
  const sorted = new Map(
    Array.from(found, ([key, s]) => [key, [...s.values()].sort((a, b) => (a.address < b.address ? -1 : 1))]),
  );
  return (section) => sorted.get(bySection ? section : all) ?? [];
}

/** All symbols of a file, sorted by address; none if it is no ELF file or its tables cannot be read. */
export function symbolsIn(bytes: Uint8Array): readonly ElfSymbol[] {
  if (!isElf(bytes)) return [];
  try {
    const file = new ElfFile(bytes);
    return elfSymbols(file, file.sections(), false)(0);
  } catch (e) {
    if (e instanceof ElfError) return [];
    throw e;
  }
}
