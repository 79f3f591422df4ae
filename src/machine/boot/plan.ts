/**
 * What is booted and what has to be done for it. A plan is made of bytes and numbers only (boot.ts makes it), so that it can
 * be looked at, compared and applied to any machine with that memory (apply.ts).
 */
import type { ElfSymbol } from "./elf-symbols.ts";
import type { MemoryRange } from "./memory-map.ts";
import type { ProcessorState } from "./processor-state.ts";

export const BOOT_PROTOCOLS = ["linux", "multiboot", "pvh", "multiboot2", "elf"] as const;
export type BootProtocol = (typeof BOOT_PROTOCOLS)[number];

export interface BootModule {
  readonly bytes: Uint8Array;
  readonly commandLine: string;
}

export interface BootRequest {
  readonly kernel: Uint8Array;
  /** The initial RAM disk of Linux; the first module, with an empty command line, of PVH and multiboot. */
  readonly initrd?: Uint8Array | undefined;
  /** For PVH and multiboot. */
  readonly modules?: readonly BootModule[] | undefined;
  /** Without a zero character. */
  readonly commandLine: string;
  /** What the kernel is told, and where things may be loaded. Ranges that are not RAM win over RAM where they overlap. */
  readonly memoryMap: readonly MemoryRange[];
  /** Physical address of the ACPI RSDP; 0 if there is none. */
  readonly rsdp: number;
  /** The RSDP itself, which multiboot 2 gives a copy of. Without it that tag is left out. */
  readonly rsdpBytes?: Uint8Array | undefined;
  /** Only this one; without it the first that the kernel has, in the order of BOOT_PROTOCOLS. */
  readonly protocol?: BootProtocol | undefined;
}

export interface BootPlan {
  readonly protocol: BootProtocol;
  /** Bytes to put at physical addresses. They overlap neither each other nor `zero`, and share the request's buffers. */
  readonly writes: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** Ranges that must read as zero. */
  readonly zero: readonly { readonly address: number; readonly size: number }[];
  /** The first processor; the others wait for INIT and SIPI. */
  readonly processor: ProcessorState;
  /** Physical address of the first instruction. */
  readonly entry: number;
  /** The kernel's symbols by the addresses it is linked at, sorted; read when called. None if it has none that can be read. */
  symbols(): readonly ElfSymbol[];
}
