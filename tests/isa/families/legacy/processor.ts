/**
 * Runs a case of cases.ts by the evaluator: protected mode, privilege 3, segments of 64 KiB in 16-bit mode and flat ones in
 * 32-bit mode, over flat memory.
 */
import { decode, isFailure } from "../../../../src/isa/decode.ts";
import { evaluate } from "../../../../src/isa/readings/evaluate.ts";
import * as S from "../../../../src/isa/state.ts";
import { Cpu } from "../../../../src/machine/cpu.ts";
import { Fault } from "../../../../src/machine/fault.ts";
import type { LinearMemory } from "../../../../src/machine/linear.ts";
import { CODE, DATA, LAYOUT, START, WINDOW, WINDOW_SIZE } from "./cases.ts";

const SEGMENT_SIZE = 0x10000;

class Flat implements LinearMemory {
  readonly data = new Uint8Array(SEGMENT_SIZE);
  readonly #cpu: Cpu;
  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }
  linear(segment: number, offset: bigint, size: number): bigint {
    const s = this.#cpu.segment(segment);
    if (offset + BigInt(size - 1) > BigInt(s.limit)) throw new Fault(segment === S.SS ? "SS" : "GP", 0);
    return BigInt.asUintN(32, s.base + offset);
  }
  #at(linear: bigint): number {
    const at = Number(linear) - DATA;
    if (at < 0 || at >= SEGMENT_SIZE) throw new Fault("PF", 4, { address: linear });
    return at;
  }
  readForWrite(linear: bigint, size: number): bigint {
    this.probe(linear, size);
    return this.read(linear, size);
  }
  probe(linear: bigint, size: number): void {
    for (let i = 0n; i < BigInt(size); i++) this.#at(linear + i);
  }
  read(linear: bigint, size: number): bigint {
    let value = 0n;
    for (let i = BigInt(size) - 1n; i >= 0n; i--)
      value = (value << 8n) | BigInt(this.data[this.#at(linear + i)]!);
    return value;
  }
  write(linear: bigint, size: number, value: bigint): void {
    for (let i = 0n; i < BigInt(size); i++) {
      this.data[this.#at(linear + i)] = Number((value >> (8n * i)) & 0xffn);
    }
  }
  readSystem(): bigint {
    throw new Error("no integer instruction reads as the system");
  }
  writeSystem(): void {
    throw new Error("no integer instruction writes as the system");
  }
  translate(linear: bigint): number {
    return Number(linear);
  }
}

/** Instructions a piece may take; REP and LOOP count each time round. */
const MOST = 200;

export class LegacyProcessor {
  readonly #cpu = new Cpu(new WebAssembly.Memory({ initial: 1 }), 0);
  readonly #memory = new Flat(this.#cpu);
  readonly #code = new Uint8Array(SEGMENT_SIZE).fill(0xcc);

  constructor() {
    this.#cpu.memory = this.#memory;
    this.#cpu.setU64(S.CR0, 0x80050033n);
    this.#cpu.setU64(S.EFER, 0xd01n);
  }

  /** The state that a case ends in, in the recorder's layout. */
  run(start: Uint8Array): Uint8Array {
    const cpu = this.#cpu;
    const out = start.slice();
    const view = new DataView(out.buffer);
    const mode = view.getUint32(LAYOUT.mode, true) === 16 ? 16 : 32;
    this.#segments(mode);
    for (let i = 0; i < 8; i++) cpu.setReg(i, BigInt(view.getUint32(LAYOUT.gpr + 4 * i, true)));
    cpu.rflags = view.getUint32(LAYOUT.eflags, true);
    cpu.rip = BigInt(mode === 16 ? START : CODE + START);
    this.#memory.data.fill(0);
    this.#memory.data.set(start.subarray(LAYOUT.memory), WINDOW);
    this.#code.fill(0xcc, START, START + 32);
    this.#code.set(start.subarray(LAYOUT.code, LAYOUT.code + view.getUint32(LAYOUT.length, true)), START);
    let vector = -1;
    let error = 0;
    try {
      this.#steps(mode);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      vector = fault.vector;
      error = fault.errorCode ?? 0;
    }
    for (let i = 0; i < 8; i++) view.setUint32(LAYOUT.gpr + 4 * i, Number(cpu.reg(i, 32)), true);
    view.setUint32(LAYOUT.eflags, cpu.rflags, true);
    view.setUint32(LAYOUT.eip, Number(cpu.rip), true);
    view.setInt32(LAYOUT.vector, vector, true);
    view.setUint32(LAYOUT.error, error, true);
    out.set(this.#memory.data.subarray(WINDOW, WINDOW + WINDOW_SIZE), LAYOUT.memory);
    return out;
  }

  #segments(mode: 16 | 32): void {
    const big = mode === 32 ? 0xc000 : 0;
    for (const index of [S.ES, S.CS, S.SS, S.DS]) {
      const segment = this.#cpu.segment(index);
      const base = index === S.CS ? CODE : DATA;
      segment.base = BigInt(mode === 16 ? base : 0);
      segment.limit = mode === 16 ? SEGMENT_SIZE - 1 : 0xffffffff;
      segment.attributes = (index === S.CS ? 0xfb : 0xf3) | big;
    }
  }

  #steps(mode: 16 | 32): void {
    const cpu = this.#cpu;
    const base = mode === 16 ? 0 : CODE;
    for (let n = 0; n < MOST; n++) {
      const at = Number(cpu.rip) - base;
      if (this.#code[at] === 0xcc) return;
      const insn = decode(this.#code, at, { mode });
      if (isFailure(insn)) throw new Fault("UD");
      evaluate(insn, cpu, {
        raise: (exception, errorCode) => {
          throw new Fault(exception, errorCode);
        },
        helper: (name) => {
          throw new Error(`${insn.mnemonic} calls the helper ${name}`);
        },
      });
      cpu.rip = cpu.nextRip;
    }
    throw new Error(`more than ${MOST} instructions`);
  }
}
