/**
 * Multiboot 2, version 2.0, for i386: a header of tags in the first 32 KiB of the file, a 32-bit entry point, and information
 * in tags that ebx leads to.
 *
 * There is no display and no EFI: a preferred video mode and the EFI entry points have no effect, a console that must be
 * there is refused. The header itself is read by multiboot2-header.ts.
 */
import { ElfFile, isElf } from "./elf.ts";
import { symbolsIn } from "./elf-symbols.ts";
import { BootError } from "./error.ts";
import { addressedImage, checkEntry, elfImage, extent, type Image, moved } from "./image.ts";
import { Loading, type PlacedModule } from "./loading.ts";
import { ADDRESS_RANGE_TYPE, basicMemory } from "./memory-map.ts";
import { LOADER_NAME } from "./multiboot.ts";
import { INFORMATION, type Multiboot2Header, type Relocatable } from "./multiboot2-header.ts";
import { type LoadedSections, loadSections } from "./multiboot2-sections.ts";
import { hex } from "./placement.ts";
import type { BootPlan, BootRequest } from "./plan.ts";
import { protectedMode } from "./processor-state.ts";
import { Structure, zeroTerminated } from "./structure.ts";

const BOOT_MAGIC = 0x36d76289;
const TAG_ALIGN = 8;
const MAP_ENTRY_SIZE = 24;

function imageOf(kernel: Uint8Array, header: Multiboot2Header): Image {
  const { addresses, entry } = header;
  if (addresses !== undefined) {
    if (entry === undefined) {
      throw new BootError("the multiboot 2 header has an address tag and no entry address tag");
    }
    return addressedImage(kernel, header.offset, { ...addresses, entry });
  }
  if (!isElf(kernel)) {
    throw new BootError("the multiboot 2 kernel is no ELF file, and its header has no address tag");
  }
  return elfImage(new ElfFile(kernel), entry);
}

/** Where an image goes: where it is linked, if that is free and within the range its header allows; else where the header prefers. */
function placed(loading: Loading, image: Image, relocatable: Relocatable | undefined): Image {
  if (relocatable === undefined) return image;
  const { start, end } = extent(image);
  const { least, most, align, preference } = relocatable;
  if (align < 1 || (align & (align - 1)) !== 0) {
    throw new BootError(`the multiboot 2 header wants an alignment of ${align}, which is no power of two`);
  }
  if (start >= least && end - 1 <= most && start % align === 0 && loading.fits(image)) return image;
  const where = { align, from: least, below: most + 1 };
  const size = end - start;
  const at =
    preference === "highest"
      ? loading.placement.findHighest(size, where)
      : loading.placement.findLowest(size, where);
  if (at === undefined) {
    throw new BootError(
      `the kernel does not fit in memory: its ${size} bytes may lie from ${hex(least)} to ${hex(most)} only`,
    );
  }
  return moved(image, at - start);
}

/** Tags one after the other, each at a multiple of eight. */
class Tags {
  readonly #tags: Structure[] = [];
  #size = 8;

  /** A tag of a type with `size` bytes after its first two fields, to be filled from offset 8 on. */
  add(type: number, size: number): Structure {
    const tag = new Structure(8 + size).u32(0, type).u32(4, 8 + size);
    this.#tags.push(tag);
    this.#size = Math.ceil((this.#size + tag.bytes.length) / TAG_ALIGN) * TAG_ALIGN;
    return tag;
  }
  bytes(): Uint8Array {
    this.add(INFORMATION.end, 0);
    const all = new Structure(this.#size).u32(0, this.#size);
    let at = 8;
    for (const { bytes } of this.#tags) {
      all.copy(at, bytes);
      at = Math.ceil((at + bytes.length) / TAG_ALIGN) * TAG_ALIGN;
    }
    return all.bytes;
  }
}

function information(
  loading: Loading,
  modules: readonly PlacedModule[],
  sections: LoadedSections | undefined,
  loadBase: number | undefined,
): Uint8Array {
  const { memoryMap, rsdpBytes } = loading.request;
  const tags = new Tags();
  const text = (type: number, bytes: Uint8Array): void => void tags.add(type, bytes.length).copy(8, bytes);
  text(INFORMATION.commandLine, loading.commandLine());
  text(INFORMATION.loaderName, zeroTerminated(LOADER_NAME));
  for (const { start, size, commandLine } of modules) {
    const name = zeroTerminated(commandLine);
    tags
      .add(INFORMATION.module, 8 + name.length)
      .u32(8, start)
      .u32(12, start + size)
      .copy(16, name);
  }
  const { lower, upper } = basicMemory(memoryMap);
  tags.add(INFORMATION.basicMemory, 8).u32(8, lower).u32(12, upper);
  const map = tags.add(INFORMATION.memoryMap, 8 + memoryMap.length * MAP_ENTRY_SIZE).u32(8, MAP_ENTRY_SIZE);
  for (const [i, { start, size, type }] of memoryMap.entries()) {
    const at = 16 + i * MAP_ENTRY_SIZE;
    map
      .u64(at, start)
      .u64(at + 8, size)
      .u32(at + 16, ADDRESS_RANGE_TYPE[type]);
  }
  if (sections !== undefined) {
    tags
      .add(INFORMATION.elfSections, 12 + sections.headers.length)
      .u32(8, sections.count)
      .u32(12, sections.entrySize)
      .u32(16, sections.nameIndex)
      .copy(20, sections.headers);
  }
  if (rsdpBytes !== undefined) text(INFORMATION.newRsdp, rsdpBytes);
  if (loadBase !== undefined) tags.add(INFORMATION.loadBase, 4).u32(8, loadBase);
  return tags.bytes();
}

/** Plans a boot of a file with that header. Throws BootError or ElfError. */
export function planMultiboot2(request: BootRequest, header: Multiboot2Header): BootPlan {
  const loading = new Loading(request);
  const image = placed(loading, checkEntry(imageOf(request.kernel, header)), header.relocatable);
  loading.image(image);
  const modules = loading.modules(image);
  const environment = loading.gdt(32, 0x08);
  const loadBase = header.relocatable === undefined ? undefined : extent(image).start;
  const sections = header.wantsSections ? loadSections(loading) : undefined;
  const tags = information(loading, modules, sections, loadBase);
  const rbx = loading.structure("the multiboot 2 information", tags);
  const registers = { rax: BOOT_MAGIC, rbx };
  const processor = protectedMode(environment, { rip: image.entry, registers });
  return loading.plan("multiboot2", processor, () => symbolsIn(request.kernel));
}
