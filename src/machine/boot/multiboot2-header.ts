/**
 * The header of a multiboot 2 kernel (Multiboot2 Specification 2.0, §3.1): found by its magic and checksum, read tag by tag.
 * A tag that must not be ignored and asks for what is not there is an error.
 */
import { BootError } from "./error.ts";
import type { AddressFields } from "./image.ts";

const MAGIC = 0xe85250d6;
/** The header lies within so many bytes, at a multiple of eight. */
const SEARCH = 32768;
const FIXED_SIZE = 16;
const I386 = 0;
const OPTIONAL = 1;
/** load_addr: the file from its beginning. */
const FROM_START = 0xffff_ffff;

/** Types of the header's tags (§3.1.4 on). */
const TAG = {
  end: 0,
  informationRequest: 1,
  address: 2,
  entry: 3,
  consoleFlags: 4,
  framebuffer: 5,
  moduleAlign: 6,
  efiBootServices: 7,
  efiEntry32: 8,
  efiEntry64: 9,
  relocatable: 10,
} as const;
/** Bytes of a tag, with its first two fields. */
const TAG_SIZE: Readonly<Record<number, number>> = {
  [TAG.address]: 24,
  [TAG.entry]: 12,
  [TAG.consoleFlags]: 12,
  [TAG.relocatable]: 24,
};
const CONSOLE_REQUIRED = 1;

/** Types of information tags (§3.6) that are given. */
export const INFORMATION = {
  end: 0,
  commandLine: 1,
  loaderName: 2,
  module: 3,
  basicMemory: 4,
  memoryMap: 6,
  elfSections: 9,
  newRsdp: 15,
  loadBase: 21,
} as const;
/** Up to here types have a meaning: what is not given of them, this computer does not have. */
const LAST_INFORMATION = INFORMATION.loadBase;

export interface Relocatable {
  /** No byte of the image lies below `least` or above `most`. */
  readonly least: number;
  readonly most: number;
  readonly align: number;
  readonly preference: "none" | "lowest" | "highest";
}

export interface Multiboot2Header {
  /** In the file. */
  readonly offset: number;
  readonly addresses: Omit<AddressFields, "entry"> | undefined;
  readonly entry: number | undefined;
  readonly relocatable: Relocatable | undefined;
  /** Whether it asks for its section headers. */
  readonly wantsSections: boolean;
}

/** Where the header begins in a file; undefined if it has none. */
export function findMultiboot2(kernel: Uint8Array): number | undefined {
  const view = new DataView(kernel.buffer, kernel.byteOffset, Math.min(kernel.length, SEARCH));
  for (let offset = 0; offset + FIXED_SIZE <= view.byteLength; offset += 8) {
    if (view.getUint32(offset, true) !== MAGIC) continue;
    const sum = [4, 8, 12].reduce((n, at) => n + view.getUint32(offset + at, true), MAGIC);
    if (sum % 2 ** 32 === 0) return offset;
  }
  return undefined;
}

/** Reads the header at `offset`. Throws BootError for one that is cut off or asks for what is not there. */
export function multiboot2Header(kernel: Uint8Array, offset: number): Multiboot2Header {
  const view = new DataView(kernel.buffer, kernel.byteOffset, kernel.byteLength);
  const architecture = view.getUint32(offset + 4, true);
  if (architecture !== I386) {
    throw new BootError(`the multiboot 2 header is for architecture ${architecture}, not for i386`);
  }
  const end = offset + view.getUint32(offset + 8, true);
  if (end > SEARCH) throw new BootError(`the multiboot 2 header ends beyond ${SEARCH} bytes`);
  if (end > kernel.length) {
    throw new BootError(
      `the file is truncated: its multiboot 2 header lacks ${end - kernel.length} of ${end - offset} bytes`,
    );
  }
  let header: Multiboot2Header = {
    offset,
    addresses: undefined,
    entry: undefined,
    relocatable: undefined,
    wantsSections: false,
  };
  for (let at = offset + FIXED_SIZE; at + 8 <= end; ) {
    const type = view.getUint16(at, true);
    const size = view.getUint32(at + 4, true);
    if (type === TAG.end) return header;
    if (size < (TAG_SIZE[type] ?? 8) || at + size > end) {
      throw new BootError(`the multiboot 2 header has a tag of type ${type} with a size of ${size} bytes`);
    }
    const optional = (view.getUint16(at + 2, true) & OPTIONAL) !== 0;
    header = { ...header, ...tag(view, at, type, size, optional) };
    at += Math.ceil(size / 8) * 8;
  }
  throw new BootError("the multiboot 2 header has no end tag");
}

function tag(
  view: DataView,
  at: number,
  type: number,
  size: number,
  optional: boolean,
): Partial<Multiboot2Header> {
  const field = (offset: number): number => view.getUint32(at + offset, true);
  switch (type) {
    case TAG.informationRequest: {
      const types = Array.from({ length: (size - 8) >> 2 }, (_, i) => field(8 + i * 4));
      const unknown = types.find((t) => t > LAST_INFORMATION);
      if (unknown !== undefined && !optional) {
        throw new BootError(`the kernel demands information (multiboot 2 tag ${unknown}) that is not known`);
      }
      return types.includes(INFORMATION.elfSections) ? { wantsSections: true } : {};
    }
    case TAG.address: {
      const load = field(12) === FROM_START ? undefined : field(12);
      return { addresses: { header: field(8), load, loadEnd: field(16), bssEnd: field(20) } };
    }
    case TAG.entry:
      return { entry: field(8) };
    case TAG.consoleFlags:
      if (!optional && (field(8) & CONSOLE_REQUIRED) !== 0) {
        throw new BootError(
          "the kernel demands a console (multiboot 2 tag 4), and this computer has no display",
        );
      }
      return {};
    // Modules lie on pages anyway, a mode is only preferred, and EFI is not there.
    case TAG.moduleAlign:
    case TAG.framebuffer:
    case TAG.efiBootServices:
    case TAG.efiEntry32:
    case TAG.efiEntry64:
      return {};
    case TAG.relocatable: {
      const preference = (["none", "lowest", "highest"] as const)[field(20)] ?? "none";
      return { relocatable: { least: field(8), most: field(12), align: field(16), preference } };
    }
    default:
      if (!optional) throw new BootError(`the multiboot 2 header demands tag ${type}, which is not known`);
      return {};
  }
}
