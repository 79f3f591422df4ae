/** A debugging section while it is written: bytes, and the places where a linker has to put addresses and offsets. */
import { ByteBuffer } from "../elf/byte-buffer.ts";
import type { Section, SectionRelocation } from "../elf/object-file.ts";

export class DebugSection {
  readonly name: string;
  readonly out = new ByteBuffer();
  readonly #relocations: SectionRelocation[] = [];

  constructor(name: string) {
    this.name = name;
  }
  /** Eight bytes: the address of a symbol, and bytes behind it. */
  address(symbol: string, addend = 0): this {
    this.#relocations.push({
      offset: this.out.length,
      kind: "R_X86_64_64",
      target: { symbol },
      addend,
      from: undefined,
    });
    this.out.u64(0);
    return this;
  }
  /** Four bytes: an offset in a debugging section. */
  offsetIn(section: string, offset: number): this {
    this.#relocations.push({
      offset: this.out.length,
      kind: "R_X86_64_32",
      target: { section },
      addend: offset,
      from: undefined,
    });
    this.out.u32(0);
    return this;
  }
  /** A unit's length before what `write` writes: 32-bit DWARF (§7.4). */
  unit(write: () => void): this {
    const at = this.out.length;
    this.out.u32(0);
    write();
    this.out.patch32(at, this.out.length - at - 4);
    return this;
  }
  section(): Section {
    const bytes = this.out.take();
    return {
      name: this.name,
      kind: "debug",
      align: 1,
      size: bytes.length,
      bytes,
      relocations: this.#relocations,
    };
  }
}

/** A section of strings that linkers may merge. */
export const stringSection = (name: string, bytes: Uint8Array): Section => ({
  name,
  kind: "debug",
  align: 1,
  size: bytes.length,
  bytes,
  relocations: [],
  strings: true,
});
