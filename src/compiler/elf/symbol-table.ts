/** .symtab and its .strtab: local symbols first (System V ABI, chapter 4, "Symbol Table"). */
import { ByteBuffer } from "./byte-buffer.ts";
import * as elf from "./format.ts";
import { StringTable } from "./string-table.ts";

export interface TableSymbol {
  readonly name: string;
  /** STT_… */
  readonly type: number;
  readonly global: boolean;
  /** A section's number, or SHN_…. */
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

export interface SymbolTable {
  readonly symbols: Uint8Array;
  readonly strings: Uint8Array;
  /** How many are local, the null symbol among them: sh_info. */
  readonly locals: number;
  /** Numbers in the table, in the order given. */
  readonly numbers: readonly number[];
}

export function symbolTable(given: readonly TableSymbol[]): SymbolTable {
  const strings = new StringTable();
  const out = new ByteBuffer();
  out.fill(elf.SYMBOL_SIZE);
  const order = [...given.keys()];
  const sorted = [...order.filter((i) => !given[i]!.global), ...order.filter((i) => given[i]!.global)];
  const numbers = new Array<number>(given.length);
  for (const [at, i] of sorted.entries()) {
    const symbol = given[i]!;
    numbers[i] = at + 1;
    out
      .u32(strings.add(symbol.name))
      .u8(((symbol.global ? elf.STB_GLOBAL : elf.STB_LOCAL) << 4) | symbol.type)
      .u8(0)
      .u16(symbol.section)
      .u64(symbol.value)
      .u64(symbol.size);
  }
  return {
    symbols: out.take(),
    strings: strings.take(),
    locals: given.filter((s) => !s.global).length + 1,
    numbers,
  };
}
