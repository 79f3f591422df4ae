/**
 * The head of an ELF file (System V gABI chapters 4 and 5), checked so that nothing behind trusts it: a program for x86-64 whose segments lie
 * in order, apart, and within a program's addresses.
 */
import {
  CLASS_64,
  ELF_MAGIC,
  type ElfHeader,
  EM_X86_64,
  ET_DYN,
  ET_EXEC,
  LITTLE_ENDIAN,
  type ProgramHeader,
  PT_INTERP,
  PT_LOAD,
} from "../lib/elf.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../vm/space.ts";

/** As Linux: program headers take at most 64 KiB; we have room for a page of them. */
export const MOST_HEADERS: u16 = 73;
static_assert(usize(MOST_HEADERS) * sizeof<ProgramHeader>() <= PAGE_SIZE);
/** Of PT_INTERP's path, with its zero. */
export const MOST_INTERPRETER: u64 = 4096;

/** What is wrong with the head of a file of `size` bytes; null: nothing. */
export function faultOfHeader(header: ptr<ElfHeader>, size: u64): ptr<u8> | null {
  if (size < 4 || header.magic !== ELF_MAGIC) return "not an ELF file";
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
