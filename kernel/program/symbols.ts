/**
 * Names of a program's functions, for backtraces: looked up in the symbol table of the file that is mapped at an address, full or dynamic (System V
 * gABI, chapter 4). Files may be anything, so that nothing in them is trusted; what cannot be found is not named.
 */
import { print, printBytes, printHex } from "../console/print.ts";
import { readFile } from "../fs/contents.ts";
import type { Node } from "../fs/node.ts";
import {
  type ElfHeader,
  type ElfSymbol,
  type ProgramHeader,
  PT_LOAD,
  type SectionHeader,
  SHT_DYNSYM,
  SHT_SYMTAB,
  STT_FUNC,
  STT_GNU_IFUNC,
} from "../lib/elf.ts";
import { free, malloc } from "../memory/malloc.ts";
import { faultOfHeader } from "./elf.ts";
import type { Mapping } from "./memory/mapping.ts";
import { programMemory } from "./memory/program-memory.ts";
import { find } from "./memory/tree.ts";

const MOST_SECTIONS: u16 = 4096;
/** Symbols that are read at a time. */
const SOME: usize = 128;
const MOST_NAME: usize = 128;

/** The best symbol for an address so far. */
class Best extends Struct {
  linear: u64;
  name: u64;
  found: bool;
}
/** The address that a byte of the file was linked at; 0: it is of no segment. */
function linkedAt(node: ptr<Node>, header: ptr<ElfHeader>, fileOffset: u64): u64 {
  const segment: ProgramHeader = zeroed();
  for (let i: u16 = 0; i < header.programHeaderCount; i++) {
    const at = header.programHeaders + u64(i) * sizeof<ProgramHeader>();
    if (readFile(node, at, addressOf(segment), sizeof<ProgramHeader>()) !== i64(sizeof<ProgramHeader>()))
      return 0;
    if (segment.type !== PT_LOAD || fileOffset < segment.fileOffset) continue;
    if (fileOffset - segment.fileOffset < segment.fileSize)
      return segment.linear + (fileOffset - segment.fileOffset);
  }
  return 0;
}
/** A symbol table of the file; false: it has none of this type. */
function findTable(node: ptr<Node>, header: ptr<ElfHeader>, type: u32, table: ptr<SectionHeader>): bool {
  const count = header.sectionHeaderCount > MOST_SECTIONS ? MOST_SECTIONS : header.sectionHeaderCount;
  for (let i: u16 = 0; i < count; i++) {
    const at = header.sectionHeaders + u64(i) * sizeof<SectionHeader>();
    if (readFile(node, at, table, sizeof<SectionHeader>()) !== i64(sizeof<SectionHeader>())) return false;
    if (table.type === type) return true;
  }
  return false;
}
function search(node: ptr<Node>, table: ptr<SectionHeader>, linear: u64, best: ptr<Best>): void {
  const memory = malloc(SOME * sizeof<ElfSymbol>());
  if (memory === null) return;
  const symbols = cast<ElfSymbol>(memory);
  const all = table.size / sizeof<ElfSymbol>();
  for (let first: u64 = 0; first < all; first += SOME) {
    const count = all - first < SOME ? all - first : SOME;
    const bytes = count * sizeof<ElfSymbol>();
    if (readFile(node, table.fileOffset + first * sizeof<ElfSymbol>(), memory, bytes) !== i64(bytes)) break;
    for (let i: u64 = 0; i < count; i++) {
      const symbol = addressOf(symbols[i]);
      const kind = symbol.info & 15;
      if ((kind !== STT_FUNC && kind !== STT_GNU_IFUNC) || symbol.section === 0 || symbol.at > linear)
        continue;
      if (symbol.size !== 0 && linear - symbol.at >= symbol.size) continue;
      if (best.found && symbol.at < best.linear) continue;
      best.found = true;
      best.linear = symbol.at;
      best.name = u64(symbol.name);
    }
  }
  free(memory);
}
function printName(node: ptr<Node>, header: ptr<ElfHeader>, table: ptr<SectionHeader>, name: u64): bool {
  const strings: SectionHeader = zeroed();
  const at = header.sectionHeaders + u64(table.link) * sizeof<SectionHeader>();
  if (readFile(node, at, addressOf(strings), sizeof<SectionHeader>()) !== i64(sizeof<SectionHeader>()))
    return false;
  const text: array<u8, typeof MOST_NAME> = zeroed();
  if (readFile(node, strings.fileOffset + name, addressOf(text[0]), MOST_NAME - 1) <= 0) return false;
  print("  ");
  print(addressOf(text[0]));
  return true;
}
function printFrom(mapping: ptr<Mapping>, node: ptr<Node>, rip: u64): void {
  const header: ElfHeader = zeroed();
  if (readFile(node, 0, addressOf(header), sizeof<ElfHeader>()) !== i64(sizeof<ElfHeader>())) return;
  if (faultOfHeader(addressOf(header), node.attributes.size) !== null) return;
  if (header.sectionHeaderSize !== u16(sizeof<SectionHeader>())) return;
  const linear = linkedAt(node, addressOf(header), mapping.position + (rip - mapping.start));
  const table: SectionHeader = zeroed();
  const best: Best = zeroed();
  if (linear === 0) return;
  if (findTable(node, addressOf(header), SHT_SYMTAB, addressOf(table)))
    search(node, addressOf(table), linear, addressOf(best));
  if (!best.found && findTable(node, addressOf(header), SHT_DYNSYM, addressOf(table)))
    search(node, addressOf(table), linear, addressOf(best));
  if (!best.found || !printName(node, addressOf(header), addressOf(table), best.name)) return;
  print(" + ");
  printHex(linear - best.linear);
}
/** Behind an address: its function, and how far in; and the name of its file. Sleeps. */
export function printSymbol(rip: u64): void {
  const memory = programMemory();
  if (memory === null) return;
  memory.lock.lockRead();
  const mapping = find(memory.tree, rip);
  const file = mapping === null ? null : mapping.file;
  if (mapping !== null && file !== null) {
    printFrom(mapping, file.node, rip);
    const name = file.name;
    if (name !== null) {
      print(", ");
      printBytes(name.text, usize(name.length));
    }
  }
  memory.lock.unlockRead();
}
