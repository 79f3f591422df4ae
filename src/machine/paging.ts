/**
 * Paging: linear to physical addresses in each of its modes, with permissions and accessed and dirty bits (SDM vol. 3A
 * chapter 4): none, 32-bit with 4 MiB pages and PSE-36, PAE, four and five levels.
 *
 * It works on halves of 32 bits, because it is what every miss of an engine's TLB waits for. Segments, alignment and
 * accesses across pages are mmu.ts's. Entries are changed only when the translation succeeds.
 */
import * as S from "../isa/state.ts";
import { CR4_LA57 } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import type { PhysicalMemory } from "./physical.ts";

/**
 * What an access is: bits of a page fault's error code (SDM vol. 3A figure 4-12), and `implicit` for accesses to
 * descriptor tables and task state, which are a supervisor's whatever the privilege level and always subject to SMAP.
 */
export const ACCESS = { write: 2, user: 4, fetch: 16, implicit: 0x100 } as const;

/** Where a byte lies, and what an engine's TLB must know of its page. */
export interface Translation {
  /** Physical address of the byte. */
  physical: number;
  /** Writes with this access's privilege would succeed. */
  writable: boolean;
  /** All levels have U/S set. */
  user: boolean;
  /** The entry is global, and cr4.PGE is on. */
  global: boolean;
  /** The page's dirty bit is set (so that a write needs no walk). */
  dirty: boolean;
  /** Bytes: 4096, 2 MiB, 4 MiB or 1 GiB. */
  pageSize: number;
}

const PRESENT = 1;
const WRITE = 2;
const USER = 4;
const ACCESSED = 0x20;
const DIRTY = 0x40;
const LARGE = 0x80;
const GLOBAL = 0x100;

const CR0_WP = 1 << 16;
const CR0_PG = 1 << 31;
const CR4_PSE = 1 << 4;
const CR4_PAE = 1 << 5;
const CR4_PGE = 1 << 7;
const CR4_SMEP = 1 << 20;
const CR4_SMAP = 1 << 21;
const EFER_LMA = 1 << 10;
const EFER_NXE = 1 << 11;
const PF_PROTECTION = 1;
const PF_RESERVED = 8;

/** Upper half of an eight-byte entry: address bits 32–47; those above, which are reserved; in PAE up to bit 62. */
const ADDRESS_HI = 0xffff;
const RESERVED_HI = 0x000f0000;
const RESERVED_HI_PAE = 0x7fff0000;
const HIGH = 2 ** 32;

export class Paging {
  readonly #view: DataView;
  readonly #physical: PhysicalMemory;
  /** The entries of the walk in progress: physical addresses and low halves. */
  readonly #addresses = new Float64Array(5);
  readonly #lows = new Int32Array(5);
  #depth = 0;
  readonly #result: Translation = {
    physical: 0,
    writable: false,
    user: false,
    global: false,
    dirty: false,
    pageSize: 4096,
  };

  constructor(cpu: Cpu, physical: PhysicalMemory) {
    this.#view = cpu.view;
    this.#physical = physical;
  }

  /** See Mmu.walk. */
  walk(hi: number, lo: number, access: number): Translation {
    const view = this.#view;
    const cr0 = view.getInt32(S.CR0, true);
    if ((cr0 & CR0_PG) === 0) {
      const r = this.#result;
      r.physical = lo >>> 0;
      r.writable = true;
      r.user = true;
      r.global = false;
      r.dirty = true;
      r.pageSize = 4096;
      return r;
    }
    this.#depth = 0;
    const cr4 = view.getInt32(S.CR4, true);
    if ((cr4 & CR4_PAE) === 0) return this.#walk32(lo, access, cr0, cr4);
    const efer = view.getInt32(S.EFER, true);
    return this.#walk64(hi, lo, access, cr0, cr4, efer);
  }

  #fault(hi: number, lo: number, access: number, why: number): never {
    const cr4 = this.#view.getInt32(S.CR4, true);
    const tells =
      (cr4 & CR4_SMEP) !== 0 ||
      ((cr4 & CR4_PAE) !== 0 && (this.#view.getInt32(S.EFER, true) & EFER_NXE) !== 0);
    const code = (access & (ACCESS.write | ACCESS.user)) | (tells ? access & ACCESS.fetch : 0) | why;
    const high = (this.#view.getInt32(S.EFER, true) & EFER_LMA) !== 0 ? BigInt(hi >>> 0) << 32n : 0n;
    throw new Fault("PF", code, { address: high | BigInt(lo >>> 0) });
  }
  #remember(address: number, low: number): void {
    this.#addresses[this.#depth] = address;
    this.#lows[this.#depth++] = low;
  }

  /** 32-bit paging (SDM vol. 3A §4.3). */
  #walk32(lo: number, access: number, cr0: number, cr4: number): Translation {
    const physical = this.#physical;
    const directory = (this.#view.getInt32(S.CR3, true) & ~0xfff) >>> 0;
    const pdeAt = directory + (lo >>> 22) * 4;
    const pde = physical.read32(pdeAt);
    if ((pde & PRESENT) === 0) this.#fault(0, lo, access, 0);
    this.#remember(pdeAt, pde);
    if ((pde & LARGE) !== 0 && (cr4 & CR4_PSE) !== 0) {
      // Bits 13–20 are address bits 32–39 (PSE-36); bit 21 is reserved.
      if ((pde & (1 << 21)) !== 0) this.#fault(0, lo, access, PF_PROTECTION | PF_RESERVED);
      const base = ((pde & 0xffc00000) >>> 0) + ((pde >>> 13) & 0xff) * HIGH;
      return this.#finish(0, lo, access, cr0, cr4, pde, false, base + (lo & 0x3fffff), 0x400000);
    }
    const pteAt = ((pde & ~0xfff) >>> 0) + ((lo >>> 12) & 0x3ff) * 4;
    const pte = physical.read32(pteAt);
    if ((pte & PRESENT) === 0) this.#fault(0, lo, access, 0);
    this.#remember(pteAt, pte);
    const base = (pte & ~0xfff) >>> 0;
    return this.#finish(0, lo, access, cr0, cr4, pde & pte, false, base + (lo & 0xfff), 4096);
  }

  /** PAE, four-level and five-level paging (SDM vol. 3A §4.4, §4.5). */
  #walk64(hi: number, lo: number, access: number, cr0: number, cr4: number, efer: number): Translation {
    const physical = this.#physical;
    const long = (efer & EFER_LMA) !== 0;
    const noExecute = (efer & EFER_NXE) === 0 ? 0x80000000 : 0;
    const reservedHi = (long ? RESERVED_HI : RESERVED_HI_PAE) | noExecute;
    let table: number;
    let level: number;
    if (long) {
      table =
        ((this.#view.getInt32(S.CR3, true) & ~0xfff) >>> 0) +
        (this.#view.getInt32(S.CR3 + 4, true) & ADDRESS_HI) * HIGH;
      level = (cr4 & CR4_LA57) !== 0 ? 5 : 4;
    } else {
      const at = S.PDPTE + (lo >>> 30) * 8;
      const pdpte = this.#view.getInt32(at, true);
      if ((pdpte & PRESENT) === 0) this.#fault(0, lo, access, 0);
      table = ((pdpte & ~0xfff) >>> 0) + (this.#view.getInt32(at + 4, true) & ADDRESS_HI) * HIGH;
      level = 2;
    }
    let rights = WRITE | USER;
    let nx = 0;
    for (; ; level--) {
      const index =
        level === 1
          ? (lo >>> 12) & 0x1ff
          : level === 2
            ? (lo >>> 21) & 0x1ff
            : level === 3
              ? ((hi << 2) | (lo >>> 30)) & 0x1ff
              : (hi >>> (level === 4 ? 7 : 16)) & 0x1ff;
      const at = table + index * 8;
      const low = physical.read32(at);
      if ((low & PRESENT) === 0) this.#fault(hi, lo, access, 0);
      const high = physical.read32(at + 4);
      let reserved = (high & reservedHi) !== 0;
      let leaf = level === 1;
      if (!leaf && (low & LARGE) !== 0) {
        if (level >= 4) reserved = true;
        else leaf = true;
        // Address bits below the page's size, but for PAT (bit 12).
        if ((low & (level === 3 ? 0x3fffe000 : 0x001fe000)) !== 0) reserved = true;
      }
      if (reserved) this.#fault(hi, lo, access, PF_PROTECTION | PF_RESERVED);
      this.#remember(at, low);
      rights &= low;
      nx |= high;
      if (leaf) {
        const mask = level === 1 ? 0xfff : level === 2 ? 0x1fffff : 0x3fffffff;
        const byte = ((low & ~mask) >>> 0) + (lo & mask) + (high & ADDRESS_HI) * HIGH;

        return this.#finish(hi, lo, access, cr0, cr4, rights, nx < 0, byte, mask + 1);
      }
      table = ((low & ~0xfff) >>> 0) + (high & ADDRESS_HI) * HIGH;
    }
  }

  /** Permissions (SDM vol. 3A §4.6), then accessed and dirty bits (§4.8). `rights`: R/W and U/S of all levels together. */
  #finish(
    hi: number,
    lo: number,
    access: number,
    cr0: number,
    cr4: number,
    rights: number,
    noExecute: boolean,
    byte: number,
    pageSize: number,
  ): Translation {
    const user = (rights & USER) !== 0;
    const write = (access & ACCESS.write) !== 0;
    const fetch = (access & ACCESS.fetch) !== 0;
    let writable = (rights & WRITE) !== 0;
    let allowed = !(fetch && noExecute);
    if ((access & ACCESS.user) !== 0) {
      if (!user) allowed = false;
    } else {
      if ((cr0 & CR0_WP) === 0) writable = true;
      if (user) {
        if (fetch) {
          if ((cr4 & CR4_SMEP) !== 0) allowed = false;
        } else if ((cr4 & CR4_SMAP) !== 0) {
          const permitted =
            (access & ACCESS.implicit) === 0 && (this.#view.getInt32(S.RFLAGS, true) & S.FLAG.ac) !== 0;
          if (!permitted) allowed = false;
        }
      }
    }
    if (!allowed || (write && !writable)) this.#fault(hi, lo, access, PF_PROTECTION);

    const last = this.#depth - 1;
    for (let i = 0; i <= last; i++) {
      const low = this.#lows[i]!;
      const bits = ACCESSED | (write && i === last ? DIRTY : 0);
      if ((low & bits) !== bits) this.#physical.set32(this.#addresses[i]!, bits);
    }
    const leaf = this.#lows[last]!;
    const r = this.#result;
    r.physical = byte;
    r.writable = writable;
    r.user = user;
    r.global = (leaf & GLOBAL) !== 0 && (cr4 & CR4_PGE) !== 0;
    r.dirty = write || (leaf & DIRTY) !== 0;
    r.pageSize = pageSize;
    return r;
  }
}
