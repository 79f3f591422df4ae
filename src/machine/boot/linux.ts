/**
 * Linux by its 64-bit boot protocol (the kernel's Documentation/arch/x86/boot.rst and zero-page.rst): a bzImage's
 * protected-mode part, entered 0x200 bytes after its start with rsi leading to boot_params.
 *
 * Kernels without a 64-bit entry (32-bit ones, and those before 3.8) are refused. The real-mode part is not run: what it would
 * ask the BIOS, boot_params tells.
 */
import { BootError } from "./error.ts";
import { identityMap, identityMapBytes, identityMapSize } from "./identity-map.ts";
import { fileBytes, type Image } from "./image.ts";
import { Loading } from "./loading.ts";
import { ADDRESS_RANGE_TYPE } from "./memory-map.ts";
import { hex } from "./placement.ts";
import type { BootPlan, BootRequest } from "./plan.ts";
import { longMode } from "./processor-state.ts";
import { Structure } from "./structure.ts";

/** Offsets of the setup header, the same in the file and in boot_params. */
const AT = {
  setupSectors: 0x1f1,
  codeParagraphs: 0x1f4,
  videoMode: 0x1fa,
  bootFlag: 0x1fe,
  jumpLength: 0x201,
  magic: 0x202,
  version: 0x206,
  loaderType: 0x210,
  loadFlags: 0x211,
  codeStart: 0x214,
  ramdiskImage: 0x218,
  ramdiskSize: 0x21c,
  commandLine: 0x228,
  initrdMost: 0x22c,
  alignment: 0x230,
  relocatable: 0x234,
  extendedFlags: 0x236,
  commandLineSize: 0x238,
  setupData: 0x250,
  preferredAddress: 0x258,
  initSize: 0x260,
  end: 0x264,
} as const;
/** Offsets in boot_params alone. */
const PARAMS = {
  rsdp: 0x070,
  mapEntries: 0x1e8,
  headerMost: 0x290,
  map: 0x2d0,
  size: 0x1000,
} as const;

const HDRS = 0x53726448;
const BOOT_FLAG = 0xaa55;
const LEAST_VERSION = 0x020c;
const SECTOR = 512;
const LOADED_HIGH = 1;
const KERNEL_64 = 1;
const UNDEFINED_LOADER = 0xff;
const NORMAL_VIDEO = 0xffff;
const DEFAULT_ADDRESS = 0x100000;
const ENTRY_64 = 0x200;
/** Entries of boot_params' e820 table. */
const MAP_LIMIT = 128;
const MAP_ENTRY_SIZE = 20;
/** __BOOT_CS; __BOOT_DS follows it. */
const BOOT_CS = 0x10;
const PAGE = 4096;

/** Whether a file has the signature of a Linux setup header. */
export function isLinux(kernel: Uint8Array): boolean {
  if (kernel.length < AT.version + 2) return false;
  return new DataView(kernel.buffer, kernel.byteOffset).getUint32(AT.magic, true) === HDRS;
}

interface Setup {
  readonly view: DataView;
  readonly code: Uint8Array;
  /** Bytes that the kernel needs from its load address on before it looks at the memory map. */
  readonly initSize: number;
  readonly headerEnd: number;
}

function setup(kernel: Uint8Array): Setup {
  const view = new DataView(kernel.buffer, kernel.byteOffset, kernel.length);
  const version = view.getUint16(AT.version, true);
  const named = `${version >> 8}.${String(version & 0xff).padStart(2, "0")}`;
  if (version < LEAST_VERSION) {
    throw new BootError(
      `the Linux kernel has boot protocol ${named}; the 64-bit protocol needs 2.12 (Linux 3.8)`,
    );
  }
  if (kernel.length < AT.end) {
    throw new BootError(
      `the file is truncated: the setup header of the Linux kernel lacks ${AT.end - kernel.length} bytes`,
    );
  }
  if (view.getUint16(AT.bootFlag, true) !== BOOT_FLAG) {
    throw new BootError(
      "the Linux kernel has no boot flag 0xaa55 before its setup header; the file is damaged",
    );
  }
  if ((view.getUint8(AT.loadFlags) & LOADED_HIGH) === 0) {
    throw new BootError("the Linux kernel is a zImage, not a bzImage");
  }
  if ((view.getUint16(AT.extendedFlags, true) & KERNEL_64) === 0) {
    throw new BootError("the Linux kernel has no 64-bit entry point (XLF_KERNEL_64): it is a 32-bit kernel");
  }
  const sectors = view.getUint8(AT.setupSectors) || 4;
  const start = (sectors + 1) * SECTOR;
  // The last of its 16-byte paragraphs need not be whole.
  const paragraphs = view.getUint32(AT.codeParagraphs, true) * 16;
  const missing = start + paragraphs - kernel.length;
  const size = missing > 0 && missing < 16 ? paragraphs - missing : paragraphs;
  const code = fileBytes(kernel, "the protected-mode code of the Linux kernel", start, size);
  if (code.length <= ENTRY_64) throw new BootError("the Linux kernel has no protected-mode code");
  return {
    view,
    code,
    initSize: Math.max(view.getUint32(AT.initSize, true), code.length),
    headerEnd: Math.min(AT.magic + view.getUint8(AT.jumpLength), PARAMS.headerMost, kernel.length),
  };
}

/** Where the kernel goes: its preferred address, or if that is taken and it can move, the lowest that suits it. */
function loadAddress(loading: Loading, { view, initSize }: Setup): number {
  const preferred = Number(view.getBigUint64(AT.preferredAddress, true)) || DEFAULT_ADDRESS;
  const movable = view.getUint8(AT.relocatable) !== 0;
  if (!movable || loading.placement.isFree(preferred, initSize)) return preferred;
  const align = view.getUint32(AT.alignment, true);
  if (align === 0 || (align & (align - 1)) !== 0) {
    throw new BootError(`the Linux kernel wants an alignment of ${hex(align)}, which is no power of two`);
  }
  // Where there is no such place, the preferred one tells what is missing.
  return loading.placement.findLowest(initSize, { align, from: DEFAULT_ADDRESS }) ?? preferred;
}

function bootParameters(request: BootRequest, { view, headerEnd }: Setup): Structure {
  const params = new Structure(PARAMS.size);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  params.copy(AT.setupSectors, bytes.subarray(AT.setupSectors, headerEnd));
  const { memoryMap, rsdp } = request;
  if (memoryMap.length > MAP_LIMIT) {
    throw new BootError(`the memory map has ${memoryMap.length} ranges, Linux takes at most ${MAP_LIMIT}`);
  }
  params.u8(PARAMS.mapEntries, memoryMap.length).u64(PARAMS.rsdp, rsdp);
  for (const [i, { start, size, type }] of memoryMap.entries()) {
    const at = PARAMS.map + i * MAP_ENTRY_SIZE;
    params
      .u64(at, start)
      .u64(at + 8, size)
      .u32(at + 16, ADDRESS_RANGE_TYPE[type]);
  }
  return params
    .u16(AT.videoMode, NORMAL_VIDEO)
    .u8(AT.loaderType, UNDEFINED_LOADER)
    .u8(AT.loadFlags, LOADED_HIGH)
    .u64(AT.setupData, 0);
}

/** Plans a boot of a bzImage. Throws BootError. */
export function planLinux(request: BootRequest): BootPlan {
  const { kernel, initrd, modules = [] } = request;
  if (modules.length > 0) throw new BootError("Linux takes an initrd, and no modules");
  const header = setup(kernel);
  const { view, code, initSize } = header;
  const loading = new Loading(request);
  const address = loadAddress(loading, header);
  const entry = address + ENTRY_64;
  const image: Image = { parts: [{ what: "the kernel", address, bytes: code, size: initSize }], entry };
  loading.image(image);

  const gib = identityMapSize(loading.placement.ramEnd);
  const cr3 = loading.placement.lowest("the page tables", identityMapBytes(gib), { align: PAGE });
  loading.at(cr3, identityMap(cr3, gib));
  const environment = loading.gdt(64, BOOT_CS);
  const params = bootParameters(request, header).u32(AT.codeStart, address);
  const text = loading.commandLine(view.getUint32(AT.commandLineSize, true));
  params.u32(AT.commandLine, loading.structure("the command line", text));
  if (initrd !== undefined) {
    const below = Math.min(view.getUint32(AT.initrdMost, true) + 1, 2 ** 32);
    const start = loading.placement.highest("the initrd", initrd.length, { align: PAGE, below });
    loading.at(start, initrd);
    params.u32(AT.ramdiskImage, start).u32(AT.ramdiskSize, initrd.length);
  }
  const rsi = loading.structure("the boot parameters", params.bytes, { align: PAGE });
  return loading.plan("linux", longMode(environment, cr3, { rip: entry, registers: { rsi } }));
}
