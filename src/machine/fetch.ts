/**
 * Fetching and decoding the instruction at cs:rip, with the faults of fetching: limit and canonical form, page faults
 * of either page, more than 15 bytes (SDM vol. 3A §6.15; vol. 2A §2.3.11). Only bytes that belong to the instruction are
 * fetched: one that ends where its page ends does not touch the next.
 */
import { decode, isFailure } from "../isa/decode.ts";
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import { isCanonical, linearBits } from "./canonical.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import type { Mmu } from "./mmu.ts";
import { PAGE } from "./physical.ts";

export const MAX_INSTRUCTION = 15;

/** Linear address of the next instruction, checked as far as its first byte. Throws #GP(0). */
export function codeAddress(cpu: Cpu): bigint {
  const { rip } = cpu;
  if (cpu.mode === 64) {
    if (!isCanonical(cpu, rip)) throw new Fault("GP", 0);
    return rip;
  }
  const cs = cpu.segment(S.CS);
  if (rip > BigInt(cs.limit)) throw new Fault("GP", 0);
  return BigInt.asUintN(32, cs.base + rip);
}

/** Bytes from rip to the end of the code segment, at most 15. */
function bytesInSegment(cpu: Cpu): number {
  const { rip } = cpu;
  if (cpu.mode === 64) {
    const half = 1n << BigInt(linearBits(cpu) - 1);
    const end = rip < half ? half : 1n << 64n;
    return Number(end - rip < 15n ? end - rip : 15n);
  }
  const left = BigInt(cpu.segment(S.CS).limit) - rip + 1n;
  return left < 15n ? Number(left) : MAX_INSTRUCTION;
}

export class Fetcher {
  readonly #cpu: Cpu;
  readonly #mmu: Mmu;
  readonly #bytes = new Uint8Array(MAX_INSTRUCTION);

  constructor(cpu: Cpu, mmu: Mmu) {
    this.#cpu = cpu;
    this.#mmu = mmu;
  }

  /** The instruction at cs:rip. Throws Fault: #GP, #PF, #UD. */
  fetch(): Instruction {
    const cpu = this.#cpu;
    const linear = codeAddress(cpu);
    const available = bytesInSegment(cpu);
    const inPage = Math.min(available, PAGE - Number(linear & 0xfffn));
    this.#load(linear, 0, inPage);
    const context = { mode: cpu.mode };
    let result = decode(this.#bytes.subarray(0, inPage), 0, context);
    if (isFailure(result) && result.kind === "truncated" && inPage < available) {
      const next = BigInt.asUintN(cpu.longMode ? 64 : 32, linear + BigInt(inPage));
      this.#load(next, inPage, available - inPage);
      result = decode(this.#bytes.subarray(0, available), 0, context);
    }
    if (!isFailure(result)) return result;
    throw result.kind === "invalid" ? new Fault("UD") : new Fault("GP", 0);
  }

  #load(linear: bigint, at: number, size: number): void {
    const mmu = this.#mmu;
    const physical = mmu.translate(linear, "fetch", "current");
    mmu.physical.copy(physical, size, this.#bytes, at);
  }
}
