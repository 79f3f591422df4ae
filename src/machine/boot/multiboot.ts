/**
 * Multiboot, version 0.6.96: a header in the first 8 KiB of the file, a 32-bit entry point, and an information structure that
 * ebx leads to.
 *
 * ELF files of both classes load by their program headers, others by the header's address fields. A wish for a video mode is
 * not fulfilled: there is no display. Symbols, drives, APM and VBE are not passed.
 */
import { ElfFile, isElf } from "./elf.ts";
import { symbolsIn } from "./elf-symbols.ts";
import { BootError } from "./error.ts";
import { addressedImage, elfImage, type Image } from "./image.ts";
import { Loading } from "./loading.ts";
import { ADDRESS_RANGE_TYPE, basicMemory } from "./memory-map.ts";
import { hex } from "./placement.ts";
import type { BootPlan, BootRequest } from "./plan.ts";
import { protectedMode } from "./processor-state.ts";
import { Structure } from "./structure.ts";

export const LOADER_NAME = "Vitrine";

const HEADER_MAGIC = 0x1badb002;
const BOOT_MAGIC = 0x2badb002;
/** The header lies within so many bytes, at a multiple of four. */
const SEARCH = 8192;
const HEADER_SIZE = 12;
const HEADER_SIZE_WITH_ADDRESSES = 32;

/** Flags of the header (§3.1.2). */
const PAGE_ALIGN = 1 << 0;
const MEMORY_INFO = 1 << 1;
const VIDEO_MODE = 1 << 2;
const ADDRESSES = 1 << 16;
/** A loader that does not know one of these must refuse. */
const REQUIRED = 0xffff;
const KNOWN = PAGE_ALIGN | MEMORY_INFO | VIDEO_MODE;

/** Flags of the information structure (§3.3). */
const HAS_MEMORY = 1 << 0;
const HAS_COMMAND_LINE = 1 << 2;
const HAS_MODULES = 1 << 3;
const HAS_MAP = 1 << 6;
const HAS_LOADER_NAME = 1 << 9;

const INFO_SIZE = 116;
const MODULE_SIZE = 16;
/** With the size field, which does not count itself. */
const MAP_ENTRY_SIZE = 24;

export interface MultibootHeader {
  /** In the file. */
  readonly offset: number;
  readonly flags: number;
}

/** The header of a file; undefined if it has none. */
export function multibootHeader(kernel: Uint8Array): MultibootHeader | undefined {
  const view = new DataView(kernel.buffer, kernel.byteOffset, Math.min(kernel.length, SEARCH));
  for (let offset = 0; offset + HEADER_SIZE <= view.byteLength; offset += 4) {
    if (view.getUint32(offset, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(offset + 4, true);
    if (((HEADER_MAGIC + flags + view.getUint32(offset + 8, true)) & 0xffff_ffff) === 0)
      return { offset, flags };
  }
  return undefined;
}

function imageOf(kernel: Uint8Array, { offset, flags }: MultibootHeader): Image {
  if ((flags & ADDRESSES) === 0) {
    if (!isElf(kernel)) {
      throw new BootError(
        "the multiboot kernel is no ELF file, and its header gives no addresses to load it at",
      );
    }
    return elfImage(new ElfFile(kernel));
  }
  if (offset + HEADER_SIZE_WITH_ADDRESSES > Math.min(kernel.length, SEARCH)) {
    throw new BootError("the file is truncated: it ends in the address fields of its multiboot header");
  }
  const view = new DataView(kernel.buffer, kernel.byteOffset + offset, HEADER_SIZE_WITH_ADDRESSES);
  return addressedImage(kernel, offset, {
    header: view.getUint32(12, true),
    load: view.getUint32(16, true),
    loadEnd: view.getUint32(20, true),
    bssEnd: view.getUint32(24, true),
    entry: view.getUint32(28, true),
  });
}

/** Plans a boot of a file with that header. Throws BootError or ElfError. */
export function planMultiboot(request: BootRequest, header: MultibootHeader): BootPlan {
  const unknown = header.flags & REQUIRED & ~KNOWN;
  if (unknown !== 0) {
    throw new BootError(`the multiboot header demands features that are not known (flags ${hex(unknown)})`);
  }
  const { memoryMap } = request;
  const loading = new Loading(request);
  const image = imageOf(request.kernel, header);
  loading.image(image);
  const modules = loading.modules(image);
  const environment = loading.gdt(32, 0x08);

  const list = new Structure(modules.length * MODULE_SIZE);
  for (const [i, { start, size, commandLine }] of modules.entries()) {
    list
      .u32(i * MODULE_SIZE, start)
      .u32(i * MODULE_SIZE + 4, start + size)
      .u32(i * MODULE_SIZE + 8, loading.text("a module's command line", commandLine));
  }
  const map = new Structure(memoryMap.length * MAP_ENTRY_SIZE);
  for (const [i, { start, size, type }] of memoryMap.entries()) {
    const at = i * MAP_ENTRY_SIZE;
    map
      .u32(at, MAP_ENTRY_SIZE - 4)
      .u64(at + 4, start)
      .u64(at + 12, size)
      .u32(at + 20, ADDRESS_RANGE_TYPE[type]);
  }
  const { lower, upper } = basicMemory(memoryMap);
  const info = new Structure(INFO_SIZE)
    .u32(0, HAS_MEMORY | HAS_COMMAND_LINE | HAS_MODULES | HAS_MAP | HAS_LOADER_NAME)
    .u32(4, lower)
    .u32(8, upper)
    .u32(16, loading.structure("the command line", loading.commandLine()))
    .u32(20, modules.length)
    .u32(24, loading.structure("the module list", list.bytes))
    .u32(44, map.bytes.length)
    .u32(48, loading.structure("the memory map", map.bytes))
    .u32(64, loading.text("the loader's name", LOADER_NAME));
  const rbx = loading.structure("the multiboot information", info.bytes);
  const registers = { rax: BOOT_MAGIC, rbx };
  const processor = protectedMode(environment, { rip: image.entry, registers });
  return loading.plan("multiboot", processor, () => symbolsIn(request.kernel));
}
