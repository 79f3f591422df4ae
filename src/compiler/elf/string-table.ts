/** A table of strings that end in zero, as ELF's .strtab and DWARF's .debug_str have it; each string once. */
import { ByteBuffer } from "./byte-buffer.ts";

export class StringTable {
  readonly #buffer = new ByteBuffer();
  readonly #offsets = new Map<string, number>();

  /** ELF's begin with the empty string. */
  constructor(first: readonly string[] = [""]) {
    for (const text of first) this.add(text);
  }
  /** Its offset. */
  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#buffer.length;
    this.#buffer.text(text);
    this.#offsets.set(text, offset);
    return offset;
  }
  take(): Uint8Array<ArrayBuffer> {
    return this.#buffer.take();
  }
}
