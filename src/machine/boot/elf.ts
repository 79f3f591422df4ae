/**
 * ELF files as loaders and disassemblers read them: header, program headers, section headers, notes (System V ABI,
 * chapters 4 and 5; ELF-64 Object File Format 1.5). Little-endian, 32- and 64-bit, for x86.
 *
 * It loads nothing and relocates nothing. Whatever the bytes are, it reads within them or throws ElfError with one clear
 * line; what it returns is bounded by the file's size.
 */

export class ElfError extends Error {
  override readonly name = "ElfError";
}

export const ELF_TYPE = { relocatable: 1, executable: 2, shared: 3, core: 4 } as const;
export const ELF_MACHINE = { i386: 3, x86_64: 62 } as const;
export const SEGMENT_TYPE = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
export const SECTION_TYPE = { progbits: 1, symtab: 2, nobits: 8, dynsym: 11 } as const;

export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** A program header. Offsets and sizes in bytes; sizes beyond 2^53 are rounded. */
export interface ElfSegment {
  /** Number in the table, from 0. */
  readonly index: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  readonly align: number;
}

/** A section header. */
export interface ElfSectionHeader {
  /** Offset of its name in the table of section names. */
  readonly name: number;
  readonly type: number;
  /** The low 32 bits. */
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** Of a PT_NOTE segment. */
interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly description: Uint8Array;
}

const decoder = new TextDecoder();

export class ElfFile {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** ELFCLASS64. */
  readonly wide: boolean;
  readonly type: number;
  readonly machine: number;
  readonly entry: bigint;

  /** Throws ElfError for what is no ELF file for x86. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isElf(bytes)) throw new ElfError("not an ELF file");
    if (bytes.length < 52) throw new ElfError("the ELF file ends in its header");
    if (bytes[5] !== 1) throw new ElfError("the ELF file is not little-endian");
    this.wide = bytes[4] === 2;
    this.type = this.u16(16);
    this.machine = this.u16(18);
    if (this.machine !== ELF_MACHINE.i386 && this.machine !== ELF_MACHINE.x86_64)
      throw new ElfError(`the ELF file is for machine ${this.machine}, not x86`);
    this.entry = this.word(24);
  }

  // ------------------------------------------------------------------------------------------------------ fields

  #check(at: number, size: number): void {
    if (at < 0 || at + size > this.bytes.length) {
      throw new ElfError(`the ELF file ends before offset 0x${(at + size).toString(16)}`);
    }
  }
  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }
  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }
  /** A word of the file's class. */
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
    return this.bytes.subarray(at, at + size);
  }
  /** A string that ends in zero, or at the end of the file. */
  text(at: number): string {
    this.#check(at, 0);
    const end = this.bytes.indexOf(0, at);
    return decoder.decode(this.bytes.subarray(at, end < 0 ? undefined : end));
  }

  // ------------------------------------------------------------------------------------------------------ tables

  /** Offsets of the entries of a table; their number and size are u16 fields. Throws ElfError for entries too small. */
  #table(at: number, entry: number, count: number, least: number, what: string): number[] {
    if (at === 0 || count === 0) return [];
    if (entry < least) throw new ElfError(`the ELF file has ${what} of ${entry} bytes, not ${least}`);
    return Array.from({ length: count }, (_, i) => at + i * entry);
  }
  segments(): ElfSegment[] {
    const { wide } = this;
    const at = this.place(wide ? 32 : 28);
    const entry = this.u16(wide ? 54 : 42);
    const offsets = this.#table(at, entry, this.u16(wide ? 56 : 44), wide ? 56 : 32, "program headers");
    return offsets.map((h, index) => ({
      index,
      type: this.u32(h),
      flags: this.u32(h + (wide ? 4 : 24)),
      offset: Number(this.word(h + (wide ? 8 : 4))),
      virtualAddress: this.word(h + (wide ? 16 : 8)),
      physicalAddress: this.word(h + (wide ? 24 : 12)),
      fileSize: Number(this.word(h + (wide ? 32 : 16))),
      memorySize: Number(this.word(h + (wide ? 40 : 20))),
      align: Number(this.word(h + (wide ? 48 : 28))),
    }));
  }
  sections(): ElfSectionHeader[] {
    const { wide } = this;
    const word = wide ? 8 : 4;
    const at = this.place(wide ? 40 : 32);
    const entry = this.u16(wide ? 58 : 46);
    const offsets = this.#table(at, entry, this.u16(wide ? 60 : 48), wide ? 64 : 40, "section headers");
    return offsets.map((h) => ({
      name: this.u32(h),
      type: this.u32(h + 4),
      flags: Number(BigInt.asUintN(32, this.word(h + 8))),
      address: this.word(h + 8 + word),
      offset: this.place(h + 8 + 2 * word),
      size: this.place(h + 8 + 3 * word),
      link: this.u32(h + 8 + 4 * word),
    }));
  }
  /** Number of the section that holds the names of sections. */
  get sectionNames(): number {
    return this.u16(this.wide ? 62 : 50);
  }

  /**
   * The notes of all PT_NOTE segments. Name and description are padded to 4 bytes, or to 8 where the segment's alignment
   * is 8. Reads no more bytes altogether than the file has.
   */
  *notes(): Generator<ElfNote> {
    let budget = this.bytes.length;
    for (const segment of this.segments()) {
      if (segment.type !== SEGMENT_TYPE.note) continue;
      const pad = segment.align === 8 ? 8 : 4;
      const padded = (n: number): number => Math.ceil(n / pad) * pad;
      const end = segment.offset + segment.fileSize;
      this.#check(segment.offset, segment.fileSize);
      budget -= segment.fileSize;
      if (budget < 0) return;
      for (let at = segment.offset; at + 12 <= end; ) {
        const nameSize = this.u32(at);
        const size = this.u32(at + 4);
        const description = padded(at + 12 + nameSize - segment.offset) + segment.offset;
        if (description + size > end) throw new ElfError("a note of the ELF file is longer than its segment");
        const name = decoder.decode(this.bytes.subarray(at + 12, at + 12 + Math.max(0, nameSize - 1)));
        yield { name, type: this.u32(at + 8), description: this.slice(description, size) };
        at = segment.offset + padded(description + size - segment.offset);
      }
    }
  }
}
