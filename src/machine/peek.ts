/**
 * Memory as a debugger looks at it: through a processor's paging, but changing nothing. No accessed bits are set, no
 * permission is asked, no device is read, no fault is raised: what cannot be read is undefined. What instructions see is
 * mmu.ts.
 *
 * SDM vol. 3A chapter 4: no paging, 32-bit with 4 MiB pages, PAE, four and five levels.
 */
import * as S from "../isa/state.ts";
import { CR4_LA57, isCanonical } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { PAGE, type PhysicalMemory } from "./physical.ts";

const PRESENT = 1n;
const LARGE = 0x80n;
const CR0_PG = 1 << 31;
const CR4_PSE = 1 << 4;
const CR4_PAE = 1 << 5;
const ADDRESS = 0x0000_ffff_ffff_f000n;

export class Peek {
  readonly #cpu: Cpu;
  readonly #physical: PhysicalMemory;

  constructor(cpu: Cpu, physical: PhysicalMemory) {
    this.#cpu = cpu;
    this.#physical = physical;
  }

  /** Bytes from a linear address on: as many of `length` as are RAM and mapped before the first that is not. */
  bytes(linear: bigint, length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = BigInt.asUintN(64, linear + BigInt(done));
      const physical = this.translate(at);
      if (physical === undefined || this.#physical.host(physical) < 0) return out.subarray(0, done);
      const piece = Math.min(length - done, PAGE - (physical % PAGE));
      this.#physical.copy(physical, piece, out, done);
      done += piece;
    }
    return out;
  }
  /** A little-endian number of `size` bytes. */
  number(linear: bigint, size: 2 | 4 | 8): bigint | undefined {
    const bytes = this.bytes(linear, size);
    if (bytes.length < size) return undefined;
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  /** The physical address that a linear one is mapped to. */
  translate(linear: bigint): number | undefined {
    const cpu = this.#cpu;
    if ((cpu.cr0 & CR0_PG) === 0) return Number(BigInt.asUintN(32, linear));
    if ((cpu.cr4 & CR4_PAE) === 0) return this.#walk32(BigInt.asUintN(32, linear));
    if (!cpu.longMode) {
      const at = BigInt.asUintN(32, linear);
      return this.#walk(at, cpu.u64(S.PDPTE + Number(at >> 30n) * 8), 2);
    }
    if (!isCanonical(cpu, linear)) return undefined;
    return this.#walk(linear, (cpu.cr3 & ADDRESS) | PRESENT, (cpu.cr4 & CR4_LA57) !== 0 ? 5 : 4);
  }
  /** Goes down from the entry above `level`. */
  #walk(linear: bigint, above: bigint, level: number): number | undefined {
    if ((above & PRESENT) === 0n) return undefined;
    const shift = BigInt(12 + (level - 1) * 9);
    const entry = this.#entry(Number(above & ADDRESS) + Number((linear >> shift) & 0x1ffn) * 8, 8);
    if (entry === undefined || (entry & PRESENT) === 0n) return undefined;
    if (level > 1 && !((entry & LARGE) !== 0n && level <= 3)) return this.#walk(linear, entry, level - 1);
    const offset = (1n << shift) - 1n;
    return Number((entry & ADDRESS & ~offset) | (linear & offset));
  }
  #walk32(linear: bigint): number | undefined {
    const pde = this.#entry(Number(this.#cpu.cr3 & 0xffff_f000n) + Number(linear >> 22n) * 4, 4);
    if (pde === undefined || (pde & PRESENT) === 0n) return undefined;
    if ((pde & LARGE) !== 0n && (this.#cpu.cr4 & CR4_PSE) !== 0)
      return Number((pde & 0xffc0_0000n) | ((pde & 0x1f_e000n) << 19n) | (linear & 0x3f_ffffn));
    const pte = this.#entry(Number(pde & 0xffff_f000n) + Number((linear >> 12n) & 0x3ffn) * 4, 4);
    if (pte === undefined || (pte & PRESENT) === 0n) return undefined;
    return Number((pte & 0xffff_f000n) | (linear & 0xfffn));
  }
  /** An entry of a table that is in RAM. */
  #entry(address: number, size: 4 | 8): bigint | undefined {
    return this.#physical.host(address) < 0 ? undefined : this.#physical.read(address, size);
  }
}
