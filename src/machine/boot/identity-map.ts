/**
 * Page tables that map linear addresses to the same physical ones, by 2 MiB pages in four levels (SDM vol. 3A §4.5), as a
 * loader leaves them to a 64-bit kernel: supervisor, writable, executable.
 */
import { Structure } from "./structure.ts";

const PAGE = 4096;
const GIB = 2 ** 30;
const LARGE_PAGE = 2 ** 21;
const ENTRIES = 512;
const PRESENT_WRITE = 3;
const LARGE = 0x80;
/** What one table of the third level maps, in GiB. */
const MOST = 512;
/** A 64-bit kernel finds at least the addresses of 32 bits. */
const LEAST = 4;

/** How many GiB to map so that RAM up to `ramEnd` is reached; at least 4, at most 512. */
export const identityMapSize = (ramEnd: number): number =>
  Math.min(MOST, Math.max(LEAST, Math.ceil(ramEnd / GIB)));

/** Bytes of the tables that map `gib` GiB. */
export const identityMapBytes = (gib: number): number => (2 + gib) * PAGE;

/** The tables that map `gib` GiB, to be loaded at `address`; cr3 is `address`. */
export function identityMap(address: number, gib: number): Uint8Array {
  const tables = new Structure(identityMapBytes(gib));
  const third = PAGE;
  tables.u64(0, address + third + PRESENT_WRITE);
  for (let i = 0; i < gib; i++) {
    const second = (2 + i) * PAGE;
    tables.u64(third + i * 8, address + second + PRESENT_WRITE);
    for (let j = 0; j < ENTRIES; j++) {
      tables.u64(second + j * 8, i * GIB + j * LARGE_PAGE + LARGE + PRESENT_WRITE);
    }
  }
  return tables.bytes;
}
