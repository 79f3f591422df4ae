/**
 * The head of an ELF file (System V gABI chapters 4 and 5), checked so that nothing behind trusts it: a program for x86-64 whose segments lie
 * in order, apart, and within a program's addresses.
 */
import { PAGE_SIZE } from "../memory/address.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../vm/space.ts";

export class ElfHeader extends Struct {
  magic: u32;
  class: u8;
  encoding: u8;
  identVersion: u8;
  abi: u8;
  padding: array<u8, 8>;
  type: u16;
  machine: u16;
  version: u32;
  entry: u64;
  programHeaders: u64;
  sectionHeaders: u64;
  flags: u32;
  headerSize: u16;
  programHeaderSize: u16;
  programHeaderCount: u16;
  sectionHeaderSize: u16;
  sectionHeaderCount: u16;
  namesIndex: u16;
}
static_assert(sizeof<ElfHeader>() === 64);

export class ProgramHeader extends Struct {
  type: u32;
  flags: u32;
  fileOffset: u64;
  linear: u64;
  physical: u64;
  fileSize: u64;
  memorySize: u64;
  alignment: u64;
}
static_assert(sizeof<ProgramHeader>() === 56);

const MAGIC: u32 = 0x464c_457f;
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
export const ET_EXEC: u16 = 2;
export const ET_DYN: u16 = 3;
const EM_X86_64: u16 = 62;

export const PT_LOAD: u32 = 1;
export const PT_INTERP: u32 = 3;
export const PT_PHDR: u32 = 6;
export const PT_TLS: u32 = 7;
export const PT_GNU_STACK: u32 = 0x6474_e551;
export const PF_X: u32 = 1;
export const PF_W: u32 = 2;
export const PF_R: u32 = 4;

/** As Linux: program headers take at most 64 KiB; we have room for a page of them. */
export const MOST_HEADERS: u16 = 73;
static_assert(usize(MOST_HEADERS) * sizeof<ProgramHeader>() <= PAGE_SIZE);
/** Of PT_INTERP's path, with its zero. */
export const MOST_INTERPRETER: u64 = 4096;

/** What is wrong with the head of a file of `size` bytes; null: nothing. */
export function faultOfHeader(header: ptr<ElfHeader>, size: u64): ptr<u8> | null {
  if (size < 4 || header.magic !== MAGIC) return "not an ELF file";
  if (size < sizeof<ElfHeader>()) return "the ELF header is cut off";
  if (header.class !== CLASS_64) return "not a 64-bit ELF file";
  if (header.encoding !== LITTLE_ENDIAN || header.identVersion !== 1)
    return "not an ELF file of this machine's byte order";
  if (header.machine !== EM_X86_64) return "built for another processor than x86-64";
  if (header.type !== ET_EXEC && header.type !== ET_DYN) return "neither a program nor a shared object";
  if (header.programHeaderSize !== u16(sizeof<ProgramHeader>()))
    return "its program headers have a wrong size";
  if (header.programHeaderCount === 0) return "it has no program headers";
  if (header.programHeaderCount > MOST_HEADERS) return "it has too many program headers";
  const bytes = u64(header.programHeaderCount) * sizeof<ProgramHeader>();
  if (header.programHeaders > size || size - header.programHeaders < bytes)
    return "its program headers are cut off";
  return null;
}
/** What is wrong with its segments; null: nothing. They are in order of their addresses, as the gABI asks. */
export function faultOfSegments(
  headers: ptr<ProgramHeader>,
  count: u16,
  type: u16,
  size: u64,
): ptr<u8> | null {
  // Of a shared object addresses count from where it is put.
  const least: u64 = type === ET_EXEC ? PROGRAMS_START : 0;
  const most: u64 = PROGRAMS_END >> 1;
  let end: u64 = least;
  let loads: u32 = 0;
  for (let i: u16 = 0; i < count; i++) {
    const segment = addressOf(headers[i]);
    if (segment.fileOffset > size || segment.fileSize > size - segment.fileOffset) {
      if (segment.type === PT_LOAD) return "a segment is cut off";
      if (segment.type === PT_INTERP) return "its interpreter's name is cut off";
    }
    if (segment.type === PT_INTERP && (segment.fileSize < 2 || segment.fileSize > MOST_INTERPRETER))
      return "its interpreter's name has a wrong length";
    if (segment.type !== PT_LOAD || segment.memorySize === 0) continue;
    loads++;
    if (segment.fileSize > segment.memorySize) return "a segment is larger in the file than in memory";
    if (((segment.linear - segment.fileOffset) & (PAGE_SIZE - 1)) !== 0)
      return "a segment lies askew in its pages";
    if (segment.linear < least || segment.linear > most || segment.memorySize > most - segment.linear)
      return "a segment lies outside of a program's addresses";
    if (segment.linear < end) return "segments overlap, or are out of order";
    end = segment.linear + segment.memorySize;
  }
  return loads === 0 ? "it has nothing to load" : null;
}
