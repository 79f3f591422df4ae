/**
 * What of a kernel's file goes where in physical memory, and where it is entered. ELF files load by the physical addresses
 * of their PT_LOAD segments; nothing is relocated by their own relocation tables.
 */
import { ELF_TYPE, type ElfFile, type ElfSegment, SEGMENT_TYPE } from "./elf.ts";
import { BootError } from "./error.ts";
import { hex } from "./placement.ts";

interface ImagePart {
  /** For error lines. */
  readonly what: string;
  readonly address: number;
  /** The file's bytes; zeros follow up to `size`. */
  readonly bytes: Uint8Array;
  readonly size: number;
}
export interface Image {
  /** Sorted by address. */
  readonly parts: readonly ImagePart[];
  /** Physical address. */
  readonly entry: number;
}

/** The range of addresses from the first byte to the last. */
export function extent(image: Image): { readonly start: number; readonly end: number } {
  return {
    start: image.parts[0]?.address ?? 0,
    end: image.parts.reduce((end, p) => Math.max(end, p.address + p.size), 0),
  };
}

/** The same image at other addresses. */
export const moved = (image: Image, distance: number): Image => ({
  parts: image.parts.map((p) => ({ ...p, address: p.address + distance })),
  entry: image.entry + distance,
});

/** The file's bytes for one part. Throws BootError that tells how many are missing. */
export function fileBytes(file: Uint8Array, what: string, offset: number, size: number): Uint8Array {
  const missing = offset + size - file.length;
  if (missing > 0) {
    const has = Math.max(0, file.length - offset);
    throw new BootError(
      `the file is truncated: ${what} has ${size} bytes from offset ${hex(offset)}, of which ${has} are there`,
    );
  }
  return file.subarray(offset, offset + size);
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ELF_TYPE.relocatable]: "a relocatable object file, which has to be linked first",
  [ELF_TYPE.core]: "a core dump",
};

function part(file: Uint8Array, s: ElfSegment): ImagePart {
  const what = `segment ${s.index} of the kernel`;
  if (s.fileSize > s.memorySize) {
    throw new BootError(
      `${what} has ${s.fileSize} bytes in the file and only ${s.memorySize} in memory; the file is damaged`,
    );
  }
  return {
    what,
    address: Number(s.physicalAddress),
    bytes: fileBytes(file, what, s.offset, s.fileSize),
    size: s.memorySize,
  };
}

/**
 * The image of an ELF file, to be entered at `entry`: by default at e_entry, which is a virtual address if one of the
 * segments has it, and else a physical one. Throws BootError, or ElfError where the file cannot be read.
 */
export function elfImage(elf: ElfFile, entry?: number): Image {
  if (elf.type !== ELF_TYPE.executable && elf.type !== ELF_TYPE.shared) {
    throw new BootError(
      `the ELF file is ${TYPE_NAMES[elf.type] ?? `of type ${elf.type}`}, not an executable`,
    );
  }
  const segments = elf.segments();
  if (segments.some((s) => s.type === SEGMENT_TYPE.interpreter)) {
    throw new BootError("the ELF file is a program that wants a dynamic linker, not a kernel");
  }
  const loaded = segments.filter((s) => s.type === SEGMENT_TYPE.load && s.memorySize > 0);
  if (loaded.length === 0) throw new BootError("the ELF file has no PT_LOAD segment: nothing to load");
  const parts = loaded.map((s) => part(elf.bytes, s)).sort((a, b) => a.address - b.address);
  return checkEntry({ parts, entry: entry ?? physicalEntry(elf.entry, loaded) });
}

function physicalEntry(entry: bigint, segments: readonly ElfSegment[]): number {
  const holder = segments.find(
    (s) => entry >= s.virtualAddress && entry < s.virtualAddress + BigInt(s.memorySize),
  );
  return Number(holder === undefined ? entry : entry - holder.virtualAddress + holder.physicalAddress);
}

/** Throws BootError unless the entry is in one of the parts. */
export function checkEntry(image: Image): Image {
  const { entry } = image;
  if (!image.parts.some((p) => entry >= p.address && entry < p.address + p.size)) {
    throw new BootError(`the entry point ${hex(entry)} is in no segment of the kernel`);
  }
  return image;
}

/** The addresses of an image whose header gives them, as the a.out kludge of multiboot does: all physical. */
export interface AddressFields {
  /** Where the header itself is loaded. */
  readonly header: number;
  /** Of the first loaded byte; undefined: that of the file. */
  readonly load: number | undefined;
  /** After the last byte from the file; 0: to its end. */
  readonly loadEnd: number;
  /** After the zeros that follow; 0: none. */
  readonly bssEnd: number;
  readonly entry: number;
}

/** The image that address fields of a header found at `offset` describe. Throws BootError. */
export function addressedImage(file: Uint8Array, offset: number, a: AddressFields): Image {
  const load = a.load ?? a.header - offset;
  const start = offset - (a.header - load);
  if (load > a.header || load < 0 || start < 0) {
    throw new BootError(
      `the multiboot header's addresses do not fit: header_addr ${hex(a.header)} at offset ${hex(offset)}, load_addr ${hex(load)}`,
    );
  }
  const what = "the kernel image";
  const size = a.loadEnd === 0 ? Math.max(0, file.length - start) : a.loadEnd - load;
  if (size <= 0) {
    throw new BootError(
      `the multiboot header's load_end_addr ${hex(a.loadEnd)} is not above load_addr ${hex(load)}`,
    );
  }
  const memory = a.bssEnd === 0 ? size : a.bssEnd - load;
  if (memory < size) {
    throw new BootError(
      `the multiboot header's bss_end_addr ${hex(a.bssEnd)} is below the end of the data (${hex(load + size)})`,
    );
  }
  const bytes = fileBytes(file, what, start, size);
  return checkEntry({ parts: [{ what, address: load, bytes, size: memory }], entry: a.entry });
}
