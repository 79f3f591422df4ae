/**
 * A processor in the little memory of the recorded silicon vectors (tests/silicon/README.md), for rows that call no
 * helper: it decodes and evaluates one instruction, repeats it while it asks for that, and fetches at the target of a
 * branch. Its memory is flat and written here, so that no MMU takes part.
 */
import { decodeWith, isFailure } from "../../../src/isa/decode.ts";
import { buildDecodeTable } from "../../../src/isa/decode-table.ts";
import { ARITHMETIC } from "../../../src/isa/families/arithmetic.ts";
import { ATOMIC } from "../../../src/isa/families/atomic.ts";
import { BITS } from "../../../src/isa/families/bits.ts";
import { BMI } from "../../../src/isa/families/bmi.ts";
import { CONDITIONAL } from "../../../src/isa/families/conditional.ts";
import { CONTROL } from "../../../src/isa/families/control.ts";
import { DATA_MOVEMENT } from "../../../src/isa/families/data-movement.ts";
import { DECIMAL } from "../../../src/isa/families/decimal.ts";
import { MULTIPLY } from "../../../src/isa/families/multiply.ts";
import { NOP } from "../../../src/isa/families/nop.ts";
import { SHIFT } from "../../../src/isa/families/shift.ts";
import { STACK } from "../../../src/isa/families/stack.ts";
import { STRING } from "../../../src/isa/families/string.ts";
import type { Instruction } from "../../../src/isa/instruction.ts";
import { evaluate } from "../../../src/isa/readings/evaluate.ts";
import type { Row } from "../../../src/isa/row.ts";
import * as S from "../../../src/isa/state.ts";
import { Cpu } from "../../../src/machine/cpu.ts";
import { Fault } from "../../../src/machine/fault.ts";
import type { LinearMemory } from "../../../src/machine/linear.ts";
import { CODE, CODE_PAGE, DATA_END, READ_ONLY_PAGE, State, WRITABLE_PAGES } from "../../silicon/state.ts";

/** The rows of the integer families. */
export const INTEGER_ROWS: readonly Row[] = [
  ...ARITHMETIC,
  ...ATOMIC,
  ...BITS,
  ...BMI,
  ...CONDITIONAL,
  ...CONTROL,
  ...DATA_MOVEMENT,
  ...DECIMAL,
  ...MULTIPLY,
  ...NOP,
  ...SHIFT,
  ...STACK,
  ...STRING,
];

const PRESENT = 1;
const WRITE = 2;
const USER = 4;
const FETCH = 16;

const isCanonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;
const inPage = (address: bigint, page: number): boolean => address >> 12n === BigInt(page >> 12);
const inData = (address: bigint): boolean => address >= BigInt(READ_ONLY_PAGE) && address < BigInt(DATA_END);

/** The data pages and the code page; a user's access to anything else is a page fault. */
class Pages implements LinearMemory {
  readonly data = new Uint8Array(DATA_END - READ_ONLY_PAGE);
  /** Filled with int3, as the recorder's is. */
  readonly code = new Uint8Array(4096).fill(0xcc);

  linear(segment: number, offset: bigint, size: number): bigint {
    if (!isCanonical(offset) || !isCanonical(BigInt.asUintN(64, offset + BigInt(size - 1)))) {
      throw new Fault(segment === S.SS ? "SS" : "GP", 0);
    }
    return offset;
  }
  readForWrite(linear: bigint, size: number): bigint {
    this.probe(linear, size, true);
    return this.read(linear, size);
  }
  probe(linear: bigint, size: number, write: boolean): void {
    for (let i = 0n; i < BigInt(size); i++) {
      const address = linear + i;
      const code = USER | (write ? WRITE : 0);
      if (!inData(address) && !inPage(address, CODE_PAGE)) throw new Fault("PF", code, { address });
      if (write && address < BigInt(WRITABLE_PAGES)) throw new Fault("PF", code | PRESENT, { address });
    }
  }
  #at(address: bigint): { bytes: Uint8Array; index: number } {
    if (inData(address)) return { bytes: this.data, index: Number(address) - READ_ONLY_PAGE };
    return { bytes: this.code, index: Number(address) - CODE_PAGE };
  }
  read(linear: bigint, size: number): bigint {
    this.probe(linear, size, false);
    let value = 0n;
    for (let i = BigInt(size) - 1n; i >= 0n; i--) {
      const { bytes, index } = this.#at(linear + i);
      value = (value << 8n) | BigInt(bytes[index]!);
    }
    return value;
  }
  write(linear: bigint, size: number, value: bigint): void {
    this.probe(linear, size, true);
    for (let i = 0n; i < BigInt(size); i++) {
      const { bytes, index } = this.#at(linear + i);
      bytes[index] = Number((value >> (8n * i)) & 0xffn);
    }
  }
  fetch(address: bigint): void {
    if (inPage(address, CODE_PAGE)) return;
    throw new Fault("PF", USER | FETCH | (inData(address) ? PRESENT : 0), { address });
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

export class IntegerProcessor {
  readonly cpu = new Cpu(new WebAssembly.Memory({ initial: 1 }), 0);
  readonly #pages = new Pages();
  readonly #table;
  readonly #out = new State();

  constructor() {
    this.#table = buildDecodeTable(INTEGER_ROWS);
    this.cpu.memory = this.#pages;
    this.cpu.setU64(S.CR0, 0x80050033n);
    this.cpu.setU64(S.EFER, 0xd01n);
    this.cpu.segment(S.CS).attributes = 0x20fb;
    this.cpu.segment(S.SS).attributes = 0xc0f3;
  }

  /** The instruction at the start of `code` in 64-bit mode, or undefined. */
  decode(code: Uint8Array): Instruction | undefined {
    const insn = decodeWith(this.#table, code, 0, 64);
    return isFailure(insn) ? undefined : insn;
  }

  /** An executor for tests/silicon/check.ts. */
  readonly execute = (before: State, code: Uint8Array): State => {
    const { cpu } = this;
    this.#load(before, code);
    let fault: Fault | null = null;
    try {
      const insn = this.decode(code);
      if (insn === undefined) throw new Fault("UD");
      this.#run(insn);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      fault = e;
    }
    const after = this.#store(before);
    if (fault !== null) {
      after.fault = { vector: fault.vector, error: fault.errorCode ?? 0, cr2: fault.address ?? 0n };
    }
    after.rip = cpu.rip;
    return after;
  };

  #run(insn: Instruction): void {
    const { cpu } = this;
    const start = cpu.rip;
    do {
      evaluate(insn, cpu, {
        raise: (exception, errorCode) => {
          throw new Fault(exception, errorCode);
        },
        helper: (name) => {
          throw new Error(`${insn.mnemonic} calls the helper ${name}`);
        },
      });
      cpu.rip = cpu.nextRip;
    } while (cpu.rip === start && insn.repeat !== "none");
    this.#pages.fetch(cpu.rip);
  }

  #load(state: State, code: Uint8Array): void {
    const { cpu } = this;
    for (let i = 0; i < 16; i++) cpu.setReg(i, state.gpr[i]!);
    cpu.rflags = state.rflags;
    cpu.rip = state.rip;
    this.#pages.data.fill(0);
    this.#pages.data.set(state.memory, state.window - READ_ONLY_PAGE);
    this.#pages.code.fill(0xcc, CODE - CODE_PAGE, CODE - CODE_PAGE + 16);
    this.#pages.code.set(code, CODE - CODE_PAGE);
  }

  #store(before: State): State {
    const { cpu } = this;
    const out = this.#out;
    out.set(before);
    out.fault = null;
    for (let i = 0; i < 16; i++) out.gpr[i] = cpu.reg(i);
    out.rflags = cpu.rflags;
    const at = out.window - READ_ONLY_PAGE;
    out.memory.set(this.#pages.data.subarray(at, at + out.memory.length));
    return out;
  }
}
