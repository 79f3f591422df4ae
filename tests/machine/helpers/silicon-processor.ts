/**
 * A processor in the little memory of the recorded silicon vectors (tests/silicon/README.md): evaluates one instruction
 * with the real helpers behind it. Its memory is flat and written here, so that no MMU takes part.
 */
import { decodeWith, isFailure } from "../../../src/isa/decode.ts";
import { buildDecodeTable } from "../../../src/isa/decode-table.ts";
import type { HelperName } from "../../../src/isa/helpers.ts";
import type { ExceptionName } from "../../../src/isa/ops.ts";
import { evaluate } from "../../../src/isa/readings/evaluate.ts";
import type { Row } from "../../../src/isa/row.ts";
import * as S from "../../../src/isa/state.ts";
import { Cpu } from "../../../src/machine/cpu.ts";
import { Fault } from "../../../src/machine/fault.ts";
import type { Helper } from "../../../src/machine/helper.ts";
import type { LinearMemory } from "../../../src/machine/linear.ts";
import { CODE, DATA_END, READ_ONLY_PAGE, State, WRITABLE_PAGES } from "../../silicon/state.ts";

const USER = 4;
const WRITE = 2;
const PRESENT = 1;
/** FSW: an unmasked exception is pending. */
const SUMMARY = 0x80;

/** The three data pages; everything else is not mapped. */
export class DataPages implements LinearMemory {
  readonly bytes = new Uint8Array(DATA_END - READ_ONLY_PAGE);

  linear(segment: number, offset: bigint): bigint {
    const canonical = BigInt.asUintN(64, BigInt.asIntN(48, offset)) === offset;
    if (!canonical) throw new Fault(segment === S.SS ? "SS" : "GP", 0);
    return offset;
  }
  readForWrite(linear: bigint, size: number): bigint {
    this.probe(linear, size, true);
    return this.read(linear, size);
  }
  probe(linear: bigint, size: number, write: boolean): void {
    for (let i = 0n; i < BigInt(size); i++) {
      const address = BigInt.asUintN(64, linear + i);
      if (address < BigInt(READ_ONLY_PAGE) || address >= BigInt(DATA_END)) {
        throw new Fault("PF", USER | (write ? WRITE : 0), { address });
      }
      if (write && address < BigInt(WRITABLE_PAGES))
        throw new Fault("PF", USER | WRITE | PRESENT, { address });
    }
  }
  read(linear: bigint, size: number): bigint {
    this.probe(linear, size, false);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--)
      value = (value << 8n) | BigInt(this.bytes[Number(linear) - READ_ONLY_PAGE + i]!);
    return value;
  }
  write(linear: bigint, size: number, value: bigint): void {
    this.probe(linear, size, true);
    for (let i = 0; i < size; i++)
      this.bytes[Number(linear) - READ_ONLY_PAGE + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
  readSystem(linear: bigint, size: number): bigint {
    return this.read(linear, size);
  }
  writeSystem(linear: bigint, size: number, value: bigint): void {
    this.write(linear, size, value);
  }
  translate(linear: bigint): number {
    return Number(linear);
  }
}

/** An executor for tests/silicon/check.ts over the given rows and helpers. */
export class SiliconProcessor {
  readonly cpu = new Cpu(new WebAssembly.Memory({ initial: 1 }), 0);
  readonly memory = new DataPages();
  readonly #table;
  readonly #helpers: Readonly<Partial<Record<HelperName, Helper>>>;
  readonly #out = new State();

  constructor(rows: readonly Row[], helpers: Readonly<Partial<Record<HelperName, Helper>>>) {
    this.#helpers = helpers;
    this.#table = buildDecodeTable(rows);
    this.cpu.memory = this.memory;
    this.reset();
  }

  /** 64-bit user mode with flat segments, everything enabled. */
  reset(): void {
    const { cpu } = this;
    cpu.bytes.fill(0);
    cpu.setU64(S.CR0, 0x80050033n);
    cpu.setU64(S.CR4, 0x40620n);
    cpu.setU64(S.EFER, 0xd01n);
    cpu.setU64(S.XCR0, 3n);
    cpu.segment(S.CS).attributes = 0x20fb;
    cpu.segment(S.CS).selector = 0x33;
    cpu.segment(S.SS).attributes = 0xc0f3;
    cpu.segment(S.SS).selector = 0x2b;
    cpu.setU16(S.FCW, 0x37f);
    cpu.setU16(S.FTW, 0xffff);
    cpu.setU32(S.MXCSR, 0x1f80);
  }

  readonly execute = (before: State, code: Uint8Array): State => {
    this.#load(before);
    const out = this.#out;
    out.set(before);
    out.fault = null;
    const { cpu } = this;
    const insn = decodeWith(this.#table, code, 0, 64);
    try {
      if (isFailure(insn)) throw new Fault(insn.kind === "too long" ? "GP" : "UD");
      // x87 instructions look for pending exceptions themselves; before MMX ones it is the engine's to do.
      if (insn.row.unit?.startsWith("mmx") && cpu.u16(S.FSW) & SUMMARY) throw new Fault("MF");
      evaluate(insn, cpu, {
        raise: (exception: ExceptionName, errorCode?: number): never => {
          throw new Fault(exception, errorCode);
        },
        helper: (name, i) => {
          const helper = this.#helpers[name];
          if (helper === undefined) throw new Error(`no helper ${name}`);
          helper(cpu, i);
        },
      });
      this.#store(out);
      out.rip = cpu.nextRip;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#store(out);
      out.fault = { vector: fault.vector, error: fault.errorCode ?? 0, cr2: fault.address ?? 0n };
      out.rip = BigInt(CODE);
    }
    return out;
  };

  #load(state: State): void {
    const { cpu } = this;
    for (let i = 0; i < 16; i++) cpu.setReg(i, state.gpr[i]!);
    for (let i = 0; i < 16; i++) cpu.bytes.set(state.xmm.subarray(16 * i, 16 * i + 16), S.ymmOffset(i));
    for (let i = 0; i < 8; i++) {
      cpu.bytes.fill(0, S.X87 + 16 * i, S.X87 + 16 * i + 16);
      cpu.bytes.set(state.x87.subarray(10 * i, 10 * i + 10), S.X87 + 16 * i);
    }
    let tags = 0;
    for (let i = 0; i < 8; i++) tags |= (state.ftw >> i) & 1 ? 0 : 3 << (2 * i);
    cpu.setU16(S.FTW, tags);
    cpu.setU16(S.FCW, state.fcw);
    cpu.setU16(S.FSW, state.fsw);
    cpu.setU32(S.MXCSR, state.mxcsr);
    cpu.bytes.fill(0, S.FOP, S.MXCSR);
    cpu.rflags = state.rflags;
    cpu.rip = state.rip;
    this.memory.bytes.fill(0);
    this.memory.bytes.set(state.memory, state.window - READ_ONLY_PAGE);
  }

  #store(state: State): void {
    const { cpu } = this;
    for (let i = 0; i < 16; i++) state.gpr[i] = cpu.reg(i);
    for (let i = 0; i < 16; i++)
      state.xmm.set(cpu.bytes.subarray(S.ymmOffset(i), S.ymmOffset(i) + 16), 16 * i);
    for (let i = 0; i < 8; i++)
      state.x87.set(cpu.bytes.subarray(S.X87 + 16 * i, S.X87 + 16 * i + 10), 10 * i);
    state.ftw = 0;
    for (let i = 0; i < 8; i++) if (((cpu.u16(S.FTW) >> (2 * i)) & 3) !== 3) state.ftw |= 1 << i;
    state.fcw = cpu.u16(S.FCW);
    state.fsw = cpu.u16(S.FSW);
    state.mxcsr = cpu.u32(S.MXCSR);
    state.rflags = cpu.rflags;
    const at = state.window - READ_ONLY_PAGE;
    state.memory.set(this.memory.bytes.subarray(at, at + state.memory.length));
  }
}
