/**
 * Where things lie in a machine's linear memory: CPU blocks, the code cache, then the pool that guest RAM comes from.
 * Places only; machine.ts allocates.
 */
import { CPU_BLOCK_SIZE } from "../engine/layout.ts";

/** The first CPU block; below it nothing, so that a stray zero address in the engine hits no state. */
export const CPU_BLOCKS = 0x10000;
export const MAX_CPUS = 8;
/** Start of the code cache. */
export const CODE_CACHE = alignUp(CPU_BLOCKS + MAX_CPUS * CPU_BLOCK_SIZE, 0x10000);
export const DEFAULT_CODE_CACHE_SIZE = 64 << 20;
/** Pages of 64 KiB that a WebAssembly memory may have. */
const MAX_WASM_PAGES = 65536;
const WASM_PAGE = 65536;

function alignUp(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}

export interface MemoryLayout {
  /** Byte offsets. */
  readonly codeCacheEnd: number;
  readonly ram: number;
  readonly ramEnd: number;
  /** Size of the memory, in pages of 64 KiB. */
  readonly pages: number;
}

/** Byte offset of processor `index`'s block. */
export const cpuBlock = (index: number): number => CPU_BLOCKS + index * CPU_BLOCK_SIZE;

/** Lays out a memory with that much code cache and RAM, in bytes. Throws RangeError if it would pass 4 GiB. */
export function memoryLayout(codeCacheSize: number, ramSize: number): MemoryLayout {
  const codeCacheEnd = alignUp(CODE_CACHE + codeCacheSize, WASM_PAGE);
  const ramEnd = alignUp(codeCacheEnd + ramSize, WASM_PAGE);
  const pages = ramEnd / WASM_PAGE;
  // The last page stays free: an engine may read up to 16 bytes past an address.
  if (pages > MAX_WASM_PAGES - 1) {
    const most = (MAX_WASM_PAGES - 1) * WASM_PAGE - codeCacheEnd;
    throw new RangeError(`${ramSize} bytes of RAM are more than fit in one WebAssembly memory (${most})`);
  }
  return { codeCacheEnd, ram: codeCacheEnd, ramEnd, pages };
}
