/**
 * PVH: Xen's direct boot ABI for HVM guests (Xen's docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h). An ELF file
 * with a note names a 32-bit entry point; ebx leads it to hvm_start_info, version 1, with memory map, modules, command line
 * and RSDP.
 */
import { ElfFile, isElf } from "./elf.ts";
import { symbolsIn } from "./elf-symbols.ts";
import { BootError } from "./error.ts";
import { elfImage } from "./image.ts";
import { Loading } from "./loading.ts";
import { ADDRESS_RANGE_TYPE } from "./memory-map.ts";
import type { BootPlan, BootRequest } from "./plan.ts";
import { protectedMode } from "./processor-state.ts";
import { Structure } from "./structure.ts";

/** XEN_ELFNOTE_PHYS32_ENTRY. */
const PHYS32_ENTRY = 18;
const START_MAGIC = 0x336ec578;
const VERSION = 1;
const START_INFO_SIZE = 56;
const MODULE_SIZE = 32;
const MEMORY_MAP_SIZE = 24;

/** The entry point that a PVH kernel's note gives; undefined if the file has no such note. Throws ElfError. */
export function pvhEntry(kernel: Uint8Array): number | undefined {
  if (!isElf(kernel)) return undefined;
  const elf = new ElfFile(kernel);
  for (const note of elf.notes()) {
    if (note.name !== "Xen" || note.type !== PHYS32_ENTRY) continue;
    const { description } = note;
    // A word of either class; the address has 32 bits.
    if (description.length !== 4 && description.length !== 8) {
      throw new BootError(`the note of the PVH entry point has ${description.length} bytes, not 4 or 8`);
    }
    const view = new DataView(description.buffer, description.byteOffset, description.length);
    if (description.length === 8 && view.getUint32(4, true) !== 0) {
      throw new BootError("the PVH entry point is above 4 GiB");
    }
    return view.getUint32(0, true);
  }
  return undefined;
}

/** Plans a boot of an ELF file that has a PVH entry point. Throws BootError or ElfError. */
export function planPvh(request: BootRequest, entry: number): BootPlan {
  const loading = new Loading(request);
  const image = elfImage(new ElfFile(request.kernel), entry);
  loading.image(image);
  const modules = loading.modules(image);
  const environment = loading.gdt(32, 0x08);

  const list = new Structure(modules.length * MODULE_SIZE);
  for (const [i, { start, size, commandLine }] of modules.entries()) {
    const text = commandLine === "" ? 0 : loading.text("a module's command line", commandLine);
    list
      .u64(i * MODULE_SIZE, start)
      .u64(i * MODULE_SIZE + 8, size)
      .u64(i * MODULE_SIZE + 16, text);
  }
  const { memoryMap } = request;
  const map = new Structure(memoryMap.length * MEMORY_MAP_SIZE);
  for (const [i, { start, size, type }] of memoryMap.entries()) {
    map
      .u64(i * MEMORY_MAP_SIZE, start)
      .u64(i * MEMORY_MAP_SIZE + 8, size)
      .u32(i * MEMORY_MAP_SIZE + 16, ADDRESS_RANGE_TYPE[type]);
  }
  const info = new Structure(START_INFO_SIZE)
    .u32(0, START_MAGIC)
    .u32(4, VERSION)
    .u32(12, modules.length)
    .u64(16, modules.length === 0 ? 0 : loading.structure("the module list", list.bytes))
    .u64(24, loading.structure("the command line", loading.commandLine()))
    .u64(32, request.rsdp)
    .u64(40, loading.structure("the memory map", map.bytes))
    .u32(48, memoryMap.length);
  const rbx = loading.structure("the start info", info.bytes);
  const processor = protectedMode(environment, { rip: entry, registers: { rbx } });
  return loading.plan("pvh", processor, () => symbolsIn(request.kernel));
}
