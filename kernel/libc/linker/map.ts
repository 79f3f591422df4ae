/** A shared object's file becomes memory: its segments, and the zeros behind them. */

import {
  CLASS_64,
  ELF_MAGIC,
  type ElfHeader,
  EM_X86_64,
  ET_DYN,
  LITTLE_ENDIAN,
  PF_R,
  PF_W,
  PF_X,
  type ProgramHeader,
  PT_LOAD,
} from "../../lib/elf.ts";
import { free, malloc } from "../kernel-calls.ts";
import { systemCall, systemCall6 } from "../system.ts";
import type { Loaded } from "./object.ts";
import { wrong } from "./problem.ts";

const PAGE: usize = 4096;
const MOST_HEADERS: u16 = 64;
const MOST_BYTES: usize = 1 << 40;
const MAP_PRIVATE: u64 = 2;
const MAP_FIXED: u64 = 16;
const MAP_ANONYMOUS: u64 = 32;
const NO_FILE: u64 = 0xffff_ffff_ffff_ffff;
const SYS_PREAD = 17;
const SYS_MMAP = 9;
const SYS_MUNMAP = 11;

function up(at: usize): usize {
  return (at + PAGE - 1) & ~(PAGE - 1);
}
function rightsOf(flags: u32): u64 {
  return u64(
    ((flags & PF_R) !== 0 ? u32(1) : 0) |
      ((flags & PF_W) !== 0 ? u32(2) : 0) |
      ((flags & PF_X) !== 0 ? u32(4) : 0),
  );
}
function isMapped(at: i64): bool {
  return at >= 0 || at < -4095;
}
function mapSegment(object: ptr<Loaded>, file: u64, header: ptr<ProgramHeader>): bool {
  const inPage = header.linear & (PAGE - 1);
  const start = object.base + header.linear - inPage;
  const fileEnd = object.base + header.linear + header.fileSize;
  const end = up(object.base + header.linear + header.memorySize);
  const zeros = header.fileSize === 0 ? start : up(fileEnd);
  const rights = rightsOf(header.flags);
  if (header.fileSize > 0) {
    const at = systemCall6(
      SYS_MMAP,
      start,
      zeros - start,
      rights,
      MAP_PRIVATE | MAP_FIXED,
      file,
      header.fileOffset - inPage,
    );
    if (!isMapped(at)) return false;
    if (header.memorySize > header.fileSize && (header.flags & PF_W) !== 0)
      memset(pointer<u8>(fileEnd), 0, (zeros < end ? zeros : up(fileEnd)) - fileEnd);
  }
  if (end <= zeros) return true;
  return isMapped(
    systemCall6(SYS_MMAP, zeros, end - zeros, rights, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NO_FILE, 0),
  );
}
function isHeaderGood(header: ptr<ElfHeader>): bool {
  return (
    header.magic === ELF_MAGIC &&
    header.class === CLASS_64 &&
    header.encoding === LITTLE_ENDIAN &&
    header.programHeaderSize === u16(sizeof<ProgramHeader>()) &&
    header.programHeaderCount > 0 &&
    header.programHeaderCount <= MOST_HEADERS
  );
}
/** In order, apart, and not larger than there are addresses. */
function areSegmentsGood(headers: ptr<ProgramHeader>, count: u16): bool {
  let end: usize = 0;
  let loads: u32 = 0;
  for (let i: u16 = 0; i < count; i++) {
    const header = addressOf(headers[i]);
    if (header.linear > MOST_BYTES || header.memorySize > MOST_BYTES) return false;
    if (header.type !== PT_LOAD) continue;
    if (header.fileSize > header.memorySize || header.linear < end) return false;
    if (((header.linear - header.fileOffset) & (PAGE - 1)) !== 0) return false;
    end = header.linear + header.memorySize;
    loads++;
  }
  return loads > 0;
}
function mapAll(object: ptr<Loaded>, file: u64, headers: ptr<ProgramHeader>, count: u16, end: usize): bool {
  let first: usize = 0;
  let alignment = PAGE;
  let hasFirst = false;
  for (let i: u16 = 0; i < count; i++) {
    if (headers[i].type !== PT_LOAD) continue;
    if (!hasFirst) first = headers[i].linear & ~(PAGE - 1);
    hasFirst = true;
    const wanted = headers[i].alignment;
    if (popcount(wanted) === 1 && wanted > alignment && wanted <= 0x4000_0000) alignment = wanted;
  }
  const bytes = up(end) - first;
  const place = systemCall6(
    SYS_MMAP,
    0,
    bytes + alignment - PAGE,
    0,
    MAP_PRIVATE | MAP_ANONYMOUS,
    NO_FILE,
    0,
  );
  if (!isMapped(place)) return wrong(object.name, "there is no memory for it");
  const at = (truncate<usize>(place) + alignment - 1) & ~(alignment - 1);
  object.base = at - first;
  object.start = at;
  object.end = at + bytes;
  for (let i: u16 = 0; i < count; i++)
    if (headers[i].type === PT_LOAD && !mapSegment(object, file, addressOf(headers[i])))
      return wrong(object.name, "failed to map segment from shared object");
  object.headers = headers;
  object.headerCount = u64(count);
  return true;
}
/** False: `problem`. */
export function mapObject(object: ptr<Loaded>, file: u64): bool {
  const header: ElfHeader = zeroed();
  if (
    systemCall6(SYS_PREAD, file, address(addressOf(header)), sizeof<ElfHeader>(), 0, 0, 0) !== 64 ||
    !isHeaderGood(addressOf(header))
  )
    return wrong(object.name, "invalid ELF header");
  if (header.machine !== EM_X86_64) return wrong(object.name, "built for another processor than x86-64");
  if (header.type !== ET_DYN) return wrong(object.name, "cannot dynamically load executable");
  const bytes = usize(header.programHeaderCount) * sizeof<ProgramHeader>();
  const memory = malloc(bytes);
  if (memory === null) return wrong(object.name, "there is no memory for it");
  const headers = cast<ProgramHeader>(memory);
  if (
    systemCall6(SYS_PREAD, file, address(memory), bytes, header.programHeaders, 0, 0) !== i64(bytes) ||
    !areSegmentsGood(headers, header.programHeaderCount)
  ) {
    free(memory);
    return wrong(object.name, "its program headers are damaged");
  }
  let end: usize = 0;
  for (let i: u16 = 0; i < header.programHeaderCount; i++)
    if (headers[i].type === PT_LOAD) end = headers[i].linear + headers[i].memorySize;
  return mapAll(object, file, headers, header.programHeaderCount, end);
}
export function unmapObject(object: ptr<Loaded>): void {
  if (object.end > object.start) systemCall(SYS_MUNMAP, object.start, object.end - object.start, 0);
}
