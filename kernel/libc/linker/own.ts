/** The libc's own symbols, which programs are bound to: those of its image that are exported, from the file's symbol table (gABI chapter 4). */

import {
  type ElfHeader,
  type ElfSymbol,
  type SectionHeader,
  SHT_SYMTAB,
  STB_GLOBAL,
  STT_NOTYPE,
} from "../../lib/elf.ts";
import { malloc } from "../kernel-calls.ts";
import { systemCall, systemCall6 } from "../system.ts";
import { same } from "../text.ts";
import { endWith } from "./problem.ts";

const PATH: ptr<u8> = "/vitrine/libc.elf";
const SEEK_END = 2;

class Own extends Struct {
  symbols: ptr<ElfSymbol>;
  strings: ptr<u8>;
  /** Numbers of symbols by their names' hashes; 0: nothing. */
  slots: ptr<u32>;
  mask: u32;
  count: u32;
}
const own: Own = zeroed();

/** GNU's hash of a name. */
export function hashOf(name: ptr<u8>): u32 {
  let hash: u32 = 5381;
  for (let i: usize = 0; name[i] !== 0; i++) hash = hash * 33 + u32(name[i]);
  return hash;
}
/** What is global, but for where the image begins and the linker's own. */
function isExported(symbol: ptr<ElfSymbol>): bool {
  return (
    symbol.info >> 4 === STB_GLOBAL &&
    (symbol.info & 15) !== STT_NOTYPE &&
    symbol.section !== 0 &&
    !same(own.strings.offset(symbol.name), "main") &&
    !same(own.strings.offset(symbol.name), "_start")
  );
}
function fill(count: u32): void {
  let slots: u32 = 256;
  while (slots < 2 * count) slots *= 2;
  const memory = malloc(usize(slots) * 4);
  if (memory === null) endWith("error while loading shared libraries", "there is no memory for its symbols");
  memset(memory, 0, usize(slots) * 4);
  own.slots = cast<u32>(memory);
  own.mask = slots - 1;
  for (let i: u32 = 1; i < count; i++) {
    const symbol = addressOf(own.symbols[i]);
    if (!isExported(symbol)) continue;
    let slot = hashOf(own.strings.offset(symbol.name)) & own.mask;
    while (own.slots[slot] !== 0) slot = (slot + 1) & own.mask;
    own.slots[slot] = i;
    own.count++;
  }
}
export function readOwnSymbols(): void {
  const file = systemCall(2, address(PATH), 0, 0);
  const bytes = file < 0 ? 0 : systemCall(8, u64(file), 0, SEEK_END);
  const at = file < 0 ? -1 : systemCall6(9, 0, u64(bytes), 1, 2, u64(file), 0);
  if (at < 0) endWith("error while loading shared libraries", "the kernel's libc cannot be read");
  systemCall(3, u64(file), 0, 0);
  const header = pointer<ElfHeader>(u64(at));
  const sections = pointer<SectionHeader>(u64(at) + header.sectionHeaders);
  for (let i: u16 = 0; i < header.sectionHeaderCount; i++) {
    if (sections[i].type !== SHT_SYMTAB) continue;
    own.symbols = pointer<ElfSymbol>(u64(at) + sections[i].fileOffset);
    own.strings = pointer<u8>(u64(at) + sections[sections[i].link].fileOffset);
    fill(u32(sections[i].size / sizeof<ElfSymbol>()));
  }
}
/** Null: the libc has nothing of that name. */
export function findOwn(name: ptr<u8>, hash: u32): ptr<ElfSymbol> | null {
  for (let slot = hash & own.mask; own.slots[slot] !== 0; slot = (slot + 1) & own.mask) {
    const symbol = addressOf(own.symbols[own.slots[slot]]);
    if (same(own.strings.offset(symbol.name), name)) return symbol;
  }
  return null;
}
/** The name of a function of the libc's that an address is in, for dladdr; null: none. `start` becomes where it begins. */
export function nameOfOwn(linear: usize, start: ptr<usize>): ptr<u8> | null {
  for (let slot: u32 = 0; slot <= own.mask; slot++) {
    if (own.slots[slot] === 0) continue;
    const symbol = addressOf(own.symbols[own.slots[slot]]);
    if (linear < symbol.at || linear >= symbol.at + symbol.size) continue;
    start.value = symbol.at;
    return own.strings.offset(symbol.name);
  }
  return null;
}
