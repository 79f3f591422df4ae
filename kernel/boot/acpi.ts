/**
 * ACPI's tables: found, checked, listed. Who wants one asks by its signature. ACPI 6.5 §5.2. They are read while start-up code's one to one map of
 * the first 4 GiB stands; a table above that, or with a wrong checksum, is left out with a warning. Nothing is interpreted: no AML.
 */
import { newline, print, printBytes, printHex } from "../console/print.ts";
import { rsdpAddress } from "./loaded.ts";

export class TableHeader extends Struct {
  signature: u32;
  length: u32;
  revision: u8;
  checksum: u8;
  oem: array<u8, 6>;
  oemTable: array<u8, 8>;
  oemRevision: u32;
  creator: u32;
  creatorRevision: u32;
}
/** Where a table's own fields begin. */
export const HEADER_SIZE: usize = 36;
static_assert(sizeof<TableHeader>() === HEADER_SIZE);

class RootPointer extends Struct {
  signature: u64;
  checksum: u8;
  oem: array<u8, 6>;
  revision: u8;
  rsdt: u32;
  /** From revision 2 on. */
  length: u32;
  xsdt: at<24, u64>;
}
const RSDP_SIZE: usize = 20;

/** "RSD PTR ", "XSDT", "RSDT", little-endian. */
const RSDP: u64 = 0x2052_5450_2044_5352;
const XSDT: u32 = 0x5444_5358;
const RSDT: u32 = 0x5444_5352;

/** Where a BIOS leaves the RSDP (§5.2.5.1): the first KiB of the extended BIOS data area, and this. */
const EBDA_SEGMENT: usize = 0x40e;
const BIOS_START: usize = 0xe_0000;
const BIOS_END: usize = 0x10_0000;
const REACHABLE: usize = 1 << 32;

const MAX_TABLES = 32;
class Listed extends Struct {
  signature: u32;
  at: ptr<TableHeader>;
}
const tables: array<Listed, typeof MAX_TABLES> = zeroed();
let tableCount: usize = 0;

/** Whether all bytes add up to zero. */
function sumsToZero(at: usize, length: usize): bool {
  const from = pointer<u8>(at);
  let sum: u8 = 0;
  for (let i: usize = 0; i < length; i++) sum += from[i];
  return sum === 0;
}
function isRoot(at: usize): bool {
  return pointer<u64>(at).value === RSDP && sumsToZero(at, RSDP_SIZE);
}
/** 0: none there. */
function scan(start: usize, end: usize): usize {
  for (let at = start; at + RSDP_SIZE <= end; at += 16) {
    if (isRoot(at)) return at;
  }
  return 0;
}
function findRoot(): usize {
  if (rsdpAddress !== 0 && isRoot(rsdpAddress)) return rsdpAddress;
  const ebda = usize(pointer<u16>(EBDA_SEGMENT).value) << 4;
  const found = ebda >= 0x8_0000 && ebda < 0xa_0000 ? scan(ebda, ebda + 1024) : 0;
  return found !== 0 ? found : scan(BIOS_START, BIOS_END);
}

function warn(what: ptr<u8>, at: usize): void {
  print("warning: ACPI table at ");
  printHex(at);
  print(what);
  newline();
}
/** A table, if it can be read and is whole. */
export function tableAt(physical: usize): ptr<TableHeader> | null {
  if (physical === 0) return null;
  if (physical >= REACHABLE - HEADER_SIZE) {
    warn(" is out of reach", physical);
    return null;
  }
  const table = pointer<TableHeader>(physical);
  if (usize(table.length) < HEADER_SIZE || usize(table.length) > REACHABLE - physical) {
    warn(" has an impossible length", physical);
    return null;
  }
  if (sumsToZero(physical, usize(table.length))) return table;
  warn(" has a wrong checksum", physical);
  return null;
}
/** Entries of four or eight bytes, not aligned. */
function list(root: ptr<TableHeader>, size: usize): void {
  const end = address(root) + usize(root.length);
  for (let at = address(root) + HEADER_SIZE; at + size <= end; at += size) {
    const table = tableAt(size === 8 ? pointer<u64>(at).value : usize(pointer<u32>(at).value));
    if (table === null || tableCount === tables.length) continue;
    tables[tableCount] = { signature: table.signature, at: table };
    tableCount++;
  }
}

/** Without a root pointer, or without anything right behind it, there are no tables. */
export function initAcpi(): void {
  const at = findRoot();
  if (at === 0) return;
  const root = pointer<RootPointer>(at);
  if (root.revision >= 2) {
    const xsdt = tableAt(root.xsdt);
    if (xsdt !== null && xsdt.signature === XSDT) {
      list(xsdt, 8);
      return;
    }
  }
  const rsdt = tableAt(usize(root.rsdt));
  if (rsdt !== null && rsdt.signature === RSDT) list(rsdt, 4);
}
/** The first with these four letters, to be read before the one to one map goes. `signature`: little-endian. */
export function findTable(signature: u32): ptr<TableHeader> | null {
  for (let i: usize = 0; i < tableCount; i++) {
    if (tables[i].signature === signature) return tables[i].at;
  }
  return null;
}
/** Four letters as a signature: `signature("APIC")`. */
export function signature(letters: ptr<u8>): u32 {
  return cast<u32>(letters).value;
}
/** For people: the signatures of all, one after the other. */
export function printTables(): void {
  for (let i: usize = 0; i < tableCount; i++) {
    print(" ");
    printBytes(cast<u8>(addressOf(tables[i].signature)), 4);
  }
}
