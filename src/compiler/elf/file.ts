/**
 * The container: header, program headers, sections' bytes, section headers (System V ABI, chapters 4 and 5). It decides
 * where in the file things lie, unless told, and knows nothing of what is in them.
 */
import { ByteBuffer } from "./byte-buffer.ts";
import * as elf from "./format.ts";
import { StringTable } from "./string-table.ts";

export interface FileSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  /** Where in the file it must lie; absent: behind the one before. Offsets ascend. */
  readonly offset?: number;
  readonly bytes: Uint8Array;
  /** In memory; default: as many as the bytes. */
  readonly size?: number;
  readonly align: number;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly align: number;
}

/** Where the sections begin at the earliest. */
export const headersSize = (segments: number): number => elf.HEADER_SIZE + segments * elf.PROGRAM_HEADER_SIZE;

/** `sections` are numbered from 1; .shstrtab is added behind them. */
export function elfFile(
  type: number,
  entry: number,
  segments: readonly Segment[],
  sections: readonly FileSection[],
): Uint8Array<ArrayBuffer> {
  const names = new StringTable();
  const nameOffsets = sections.map((s) => names.add(s.name));
  const ownName = names.add(".shstrtab");
  const all: readonly FileSection[] = [
    ...sections,
    { name: ".shstrtab", type: elf.SHT_STRTAB, flags: 0, address: 0, bytes: names.take(), align: 1 },
  ];
  const body = new ByteBuffer();
  body.fill(headersSize(segments.length));
  const offsets = all.map((s) => {
    // What has no bytes takes no place; its offset is where it would be.
    if (s.offset === undefined) {
      if (s.bytes.length > 0) body.align(s.align);
      const offset = body.length;
      body.bytes(s.bytes);
      return offset;
    }
    if (s.bytes.length > 0) {
      if (s.offset < body.length) throw new RangeError(`section ${s.name} cannot lie at ${s.offset}`);
      body.fill(s.offset - body.length).bytes(s.bytes);
    }
    return s.offset;
  });
  body.align(8);
  const table = body.length;
  body.fill(elf.SECTION_HEADER_SIZE);
  for (const [i, s] of all.entries()) {
    body
      .u32(nameOffsets[i] ?? ownName)
      .u32(s.type)
      .u64(s.flags)
      .u64(s.address)
      .u64(offsets[i]!)
      .u64(s.size ?? s.bytes.length)
      .u32(s.link ?? 0)
      .u32(s.info ?? 0)
      .u64(s.align)
      .u64(s.entrySize ?? 0);
  }
  const head = new ByteBuffer();
  head
    .bytes(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0))
    .u64(0)
    .u16(type)
    .u16(elf.EM_X86_64)
    .u32(1)
    .u64(entry)
    .u64(segments.length > 0 ? elf.HEADER_SIZE : 0)
    .u64(table)
    .u32(0)
    .u16(elf.HEADER_SIZE)
    .u16(segments.length > 0 ? elf.PROGRAM_HEADER_SIZE : 0)
    .u16(segments.length)
    .u16(elf.SECTION_HEADER_SIZE)
    .u16(all.length + 1)
    .u16(all.length);
  for (const s of segments) {
    head
      .u32(s.type)
      .u32(s.flags)
      .u64(s.offset)
      .u64(s.address)
      .u64(s.address)
      .u64(s.fileSize)
      .u64(s.memorySize)
      .u64(s.align);
  }
  const bytes = body.take();
  bytes.set(head.take());
  return bytes;
}
