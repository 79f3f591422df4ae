/*
 * ELF files as far as a disassembler looks at them: executable sections and symbols (System V ABI, chapters 4 and 5).
 * It loads nothing and relocates nothing. Bad files throw ElfError with one clear line.
 */

export class ElfError extends Error {
  override readonly name = "ElfError";
}

export interface ElfSection {
  /** Empty for a segment of a file without section headers. */
  readonly name: string;
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** What its code may refer to by name, sorted by address: of a relocatable file (gcc -c), where every section begins at 0, only its own. */
  readonly symbols: readonly ElfSymbol[];
}

/** A function or label with an address. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
}

export interface Elf {
  readonly mode: 32 | 64;
  readonly entry: bigint;
  /** Sections with SHF_EXECINSTR that are not empty, or without section headers the PF_X segments. */
  readonly code: readonly ElfSection[];
}

const ET_REL = 1;
const EM_386 = 3;
const EM_X86_64 = 62;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const SHF_EXECINSTR = 4;
const PT_LOAD = 1;
const PF_X = 1;
const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;

export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

interface Header {
  readonly name: number;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** Reads little-endian fields of either class; a read beyond the file is an ElfError. */
class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly wide: boolean;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.wide = bytes[4] === 2;
  }
  #check(at: number, size: number): void {
    if (at < 0 || at + size > this.#bytes.length) {
      throw new ElfError(`the ELF file ends before offset 0x${(at + size).toString(16)}`);
    }
  }
  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }
  /** A word of the file's class as a bigint. */
  word(at: number): bigint {
    if (!this.wide) return BigInt(this.u32(at));
    this.#check(at, 8);
    return this.#view.getBigUint64(at, true);
  }
  /** A word that must be a place or size in the file. */
  place(at: number): number {
    const value = this.word(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ElfError(`offset 0x${value.toString(16)} is beyond the ELF file`);
    return Number(value);
  }
  slice(at: number, size: number): Uint8Array {
    this.#check(at, size);
    return this.#bytes.subarray(at, at + size);
  }
  /** A string that ends in zero, or at the end of the file. */
  text(at: number): string {
    this.#check(at, 0);
    const end = this.#bytes.indexOf(0, at);
    return new TextDecoder().decode(this.#bytes.subarray(at, end < 0 ? undefined : end));
  }
}

/** Parses an ELF file for x86. Throws ElfError. */
export function parseElf(bytes: Uint8Array): Elf {
  const r = new Reader(bytes);
  if (bytes.length < 52) throw new ElfError("the ELF file ends in its header");
  if (bytes[5] !== 1) throw new ElfError("the ELF file is not little-endian");
  const machine = r.u16(18);
  if (machine !== EM_386 && machine !== EM_X86_64)
    throw new ElfError(`the ELF file is for machine ${machine}, not x86`);
  const headers = sectionHeaders(r);
  const names = headers[r.u16(r.wide ? 62 : 50)];
  const nameOf = (h: Header): string => (names === undefined ? "" : r.text(names.offset + h.name));
  const known = symbols(r, headers, r.u16(16) === ET_REL);
  const sections = headers.flatMap((h, i) =>
    h.type === SHT_PROGBITS && (h.flags & SHF_EXECINSTR) !== 0 && h.size > 0
      ? [{ name: nameOf(h), address: h.address, bytes: r.slice(h.offset, h.size), symbols: known(i) }]
      : [],
  );
  return {
    mode: machine === EM_386 ? 32 : 64,
    entry: r.word(24),
    code: sections.length > 0 ? sections : executableSegments(r),
  };
}

function sectionHeaders(r: Reader): Header[] {
  const at = r.place(r.wide ? 40 : 32);
  const entry = r.u16(r.wide ? 58 : 46);
  const count = at === 0 ? 0 : r.u16(r.wide ? 60 : 48);
  const out: Header[] = [];
  for (let i = 0; i < count; i++) {
    const h = at + i * entry;
    const word = r.wide ? 8 : 4;
    out.push({
      name: r.u32(h),
      type: r.u32(h + 4),
      flags: Number(BigInt.asUintN(32, r.word(h + 8))),
      address: r.word(h + 8 + word),
      offset: r.place(h + 8 + 2 * word),
      size: r.place(h + 8 + 3 * word),
      link: r.u32(h + 8 + 4 * word),
    });
  }
  return out;
}

function executableSegments(r: Reader): ElfSection[] {
  const at = r.place(r.wide ? 32 : 28);
  const entry = r.u16(r.wide ? 54 : 42);
  const count = at === 0 ? 0 : r.u16(r.wide ? 56 : 44);
  const out: ElfSection[] = [];
  for (let i = 0; i < count; i++) {
    const h = at + i * entry;
    const flags = r.u32(h + (r.wide ? 4 : 24));
    if (r.u32(h) !== PT_LOAD || (flags & PF_X) === 0) continue;
    const offset = r.place(h + (r.wide ? 8 : 4));
    const size = r.place(h + (r.wide ? 32 : 16));
    out.push({
      name: "",
      address: r.word(h + (r.wide ? 16 : 8)),
      bytes: r.slice(offset, size),
      symbols: [],
    });
  }
  return out;
}

/** The symbols that a section, by its number, sees: its own if `bySection`, else all. */
function symbols(
  r: Reader,
  headers: readonly Header[],
  bySection: boolean,
): (section: number) => ElfSymbol[] {
  const all = 0;
  const found = new Map<number, Map<bigint, ElfSymbol>>();
  const tables = headers.filter((h) => h.type === SHT_SYMTAB || h.type === SHT_DYNSYM);
  const entry = r.wide ? 24 : 16;
  for (const table of tables) {
    const strings = headers[table.link];
    if (strings === undefined) continue;
    for (let at = table.offset; at + entry <= table.offset + table.size; at += entry) {
      const info = r.slice(at + (r.wide ? 4 : 12), 1)[0]!;
      const section = r.u16(at + (r.wide ? 6 : 14));
      const type = info & 15;
      if (section === 0 || section >= 0xff00) continue;
      if (type !== STT_NOTYPE && type !== STT_OBJECT && type !== STT_FUNC && type !== STT_GNU_IFUNC) continue;
      const address = r.word(at + (r.wide ? 8 : 4));
      const name = r.text(strings.offset + r.u32(at));
      const size = r.word(at + (r.wide ? 16 : 8));
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
