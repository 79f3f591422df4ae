/**
 * The evaluate reading: V is a bit vector over bigint. Executes one decoded instruction, slowly and obviously; it is
 * what the compiled readings are tested against, so it shares no code with them. Its value operators are evaluate-values.ts.
 *
 * A repeated string instruction evaluates one iteration and leaves `nextRip` at itself while more are to come.
 * Faults are thrown by the processor given; registers and flags are as the semantics left them.
 */
import { FP, type FpContext, type FpOp, settle } from "../fp.ts";
import type { HelperName } from "../helpers.ts";
import type { Instruction, MemoryOperand, Operand } from "../instruction.ts";
import { valueWidth } from "../operand.ts";
import type { ExceptionName, FlagThunks, Ops, Width } from "../ops.ts";
import * as S from "../state.ts";
import { type Effects, effectsOf } from "./effects.ts";
import { type Bits, BitsOps, make, sameWidth, signed } from "./evaluate-values.ts";

/** The processor that instructions are evaluated on; `machine/cpu.ts` is one. */
export interface EvaluatedProcessor {
  u64(offset: number): bigint;
  setU64(offset: number, value: bigint): void;
  u32(offset: number): number;
  setU32(offset: number, value: number): void;
  reg(index: number, width?: 8 | 16 | 32 | 64): bigint;
  setReg(index: number, value: bigint, width?: 8 | 16 | 32 | 64): void;
  xmm(index: number): bigint;
  setXmm(index: number, value: bigint): void;
  rflags: number;
  readonly rip: bigint;
  nextRip: bigint;
  readonly stackWidth: 16 | 32 | 64;
  /** Segment and canonical checks; throws the fault. */
  linear(segment: number, offset: bigint, size: number, write: boolean): bigint;
  read(linear: bigint, size: number): bigint;
  write(linear: bigint, size: number, value: bigint): void;
  /** Throws the fault that the access would. */
  probe(linear: bigint, size: number, write: boolean): void;
  /** Reads what will be written back, checked for writing first. */
  readForWrite(linear: bigint, size: number): bigint;
  effectiveAddress(insn: Instruction, m: MemoryOperand): bigint;
}

export interface EvaluateEnvironment {
  /** Throws the processor's fault. */
  raise(exception: ExceptionName, errorCode?: number): never;
  helper(name: HelperName, insn: Instruction): void;
}

const CR4_LA57 = 1 << 12;

/** Runs `insn` on `cpu`. On return nextRip is the rip to continue at. */
export function evaluate(insn: Instruction, cpu: EvaluatedProcessor, environment: EvaluateEnvironment): void {
  cpu.nextRip = BigInt.asUintN(insn.mode, cpu.rip + BigInt(insn.length));
  const ops = new EvaluateOps(insn, cpu, environment);
  if (insn.repeat === "none") {
    insn.row.semantics(ops);
    return;
  }
  const count = cpu.reg(S.RCX, insn.addressSize);
  if (count === 0n) return;
  insn.row.semantics(ops);
  const left = count - 1n;
  cpu.setReg(S.RCX, left, insn.addressSize);
  const zf = (cpu.rflags & S.FLAG.zf) !== 0;
  const stopped = insn.row.rep === "repe" && zf !== (insn.repeat === "rep");
  if (left !== 0n && !stopped) cpu.nextRip = cpu.rip;
}

class EvaluateOps extends BitsOps implements Ops<Bits> {
  readonly size: 8 | 16 | 32 | 64;
  readonly addressSize: 16 | 32 | 64;
  readonly mode: 16 | 32 | 64;
  readonly #insn: Instruction;
  readonly #cpu: EvaluatedProcessor;
  readonly #env: EvaluateEnvironment;
  #fp: FpContext;
  #effects: Effects | undefined;

  constructor(insn: Instruction, cpu: EvaluatedProcessor, environment: EvaluateEnvironment) {
    super();
    this.#insn = insn;
    this.#cpu = cpu;
    this.#env = environment;
    this.size = insn.size;
    this.addressSize = insn.addressSize;
    this.mode = insn.mode;
    this.#fp = { mxcsr: cpu.u32(S.MXCSR), raised: 0 };
  }

  #operand(i: number): Operand {
    const operand = this.#insn.operands[i];
    if (operand === undefined) throw new Error(`${this.#insn.mnemonic} has no operand ${i}`);
    return operand;
  }
  #memory(i: number): MemoryOperand {
    const operand = this.#operand(i);
    if (operand.kind !== "memory") throw new Error(`operand ${i} of ${this.#insn.mnemonic} is not memory`);
    return operand;
  }
  /** Whether the instruction also writes operand `i`: then it is read with the permissions of a write. */
  #isWritten(i: number): boolean {
    this.#effects ??= effectsOf(this.#insn);
    return this.#effects.operands[i]?.written ?? false;
  }
  width(i: number): Width {
    return valueWidth(this.#operand(i).width);
  }
  isMemory(i: number): boolean {
    return this.#operand(i).kind === "memory";
  }

  canonical(a: Bits): Bits {
    if (a.w !== 64) throw new Error(`canonical of ${a.w} bits`);
    const width = (this.#cpu.u32(S.CR4) & CR4_LA57) !== 0 ? 57 : 48;
    return this.truth(BigInt.asUintN(64, BigInt.asIntN(width, a.n)) === a.n);
  }

  reg(index: number, width: Width = this.size): Bits {
    return make(width, this.#cpu.reg(index));
  }
  setReg(index: number, value: Bits): void {
    this.#cpu.setReg(index, value.n, gprWidth(value.w));
  }
  flag(name: S.StatusFlag): Bits {
    return this.truth((this.#cpu.rflags & S.FLAG[name]) !== 0);
  }
  setFlags(flags: FlagThunks<Bits>): void {
    let rflags = this.#cpu.rflags;
    const put = (name: S.StatusFlag, value: boolean): void => {
      rflags = value ? rflags | S.FLAG[name] : rflags & ~S.FLAG[name];
    };
    if (flags.result) {
      const r = flags.result();
      put("zf", r.n === 0n);
      put("sf", signed(r) < 0n);
      put("pf", this.popcount(this.low(r, 8)).n % 2n === 0n);
    }
    for (const name of S.STATUS_FLAGS) {
      const thunk = flags[name];
      if (thunk) put(name, this.isTrue(thunk()));
    }
    this.#cpu.rflags = rflags;
  }
  direction(): Bits {
    return this.truth((this.#cpu.rflags & S.FLAG.df) !== 0);
  }
  setDirection(value: boolean): void {
    const rflags = this.#cpu.rflags;
    this.#cpu.rflags = value ? rflags | S.FLAG.df : rflags & ~S.FLAG.df;
  }

  read(i: number): Bits {
    return this.readLow(i, this.width(i));
  }
  readLow(i: number, width: Width): Bits {
    const operand = this.#operand(i);
    const cpu = this.#cpu;
    switch (operand.kind) {
      case "register":
        switch (operand.file) {
          case "gpr": {
            const v = cpu.reg(operand.index);
            return make(width, operand.high ? v >> 8n : v);
          }
          case "xmm":
            return make(width, cpu.xmm(operand.index));
          case "mm":
            return make(width, cpu.u64(S.X87 + operand.index * 16));
          default:
            throw new Error(`${operand.file} operands are for helpers`);
        }
      case "memory":
        return this.loadAt(i, this.address(i), width);
      case "immediate":
        return make(width, operand.value);
      default:
        throw new Error(`a ${operand.kind} operand has no value`);
    }
  }
  write(i: number, value: Bits): void {
    if (value.w !== this.width(i)) throw new Error(`operand ${i} is ${this.width(i)} bits, value ${value.w}`);
    this.writeLow(i, value);
  }
  writeLow(i: number, value: Bits): void {
    const operand = this.#operand(i);
    const cpu = this.#cpu;
    if (operand.kind === "memory") {
      this.storeAt(i, this.address(i), value);
      return;
    }
    if (operand.kind !== "register") throw new Error(`a ${operand.kind} operand cannot be written`);
    switch (operand.file) {
      case "gpr":
        if (operand.high) {
          const v = cpu.reg(operand.index);
          cpu.setReg(operand.index, (v & ~0xff00n) | (value.n << 8n));
        } else {
          cpu.setReg(operand.index, value.n, gprWidth(value.w));
        }
        return;
      case "xmm": {
        const keep = (cpu.xmm(operand.index) >> BigInt(value.w)) << BigInt(value.w);
        cpu.setXmm(operand.index, keep | value.n);
        return;
      }
      case "mm": {
        const at = S.X87 + operand.index * 16;
        const keep = (cpu.u64(at) >> BigInt(value.w)) << BigInt(value.w);
        cpu.setU64(at, keep | value.n);
        cpu.setU32(at + 8, 0xffff);
        return;
      }
      default:
        throw new Error(`${operand.file} operands are for helpers`);
    }
  }
  writeZext(i: number, value: Bits): void {
    const operand = this.#operand(i);
    if (operand.kind === "register" && operand.file === "xmm") this.#cpu.setXmm(operand.index, value.n);
    else this.writeLow(i, value);
  }
  address(i: number): Bits {
    const m = this.#memory(i);
    return make(this.addressSize, this.#cpu.effectiveAddress(this.#insn, m));
  }
  addressAfterPop(i: number, bytes: number): Bits {
    const popped = this.#memory(i).base === S.RSP ? BigInt(bytes) : 0n;
    return make(this.addressSize, this.address(i).n + popped);
  }
  requireAligned(i: number): void {
    if (!this.isMemory(i)) return;
    const m = this.#memory(i);
    // Silicon looks at alignment before it looks whether the address is canonical.
    const flat = this.mode === 64 && m.segment < S.FS;
    const base = flat ? 0n : this.#cpu.u64(S.segmentOffset(m.segment) + S.SEGMENT_BASE);
    if (((base + this.address(i).n) & 15n) !== 0n) this.#env.raise("GP", 0);
  }
  xmm(index: number): Bits {
    return make(128, this.#cpu.xmm(index));
  }
  setXmm(index: number, value: Bits): void {
    this.#cpu.setXmm(index, value.n);
  }
  enterMmx(): void {
    const cpu = this.#cpu;
    const fcwFsw = cpu.u32(S.FCW);
    cpu.setU32(S.FCW, fcwFsw & ~(0x3800 << 16));
    cpu.setU32(S.FTW, cpu.u32(S.FTW) & 0xffff0000);
  }

  loadAt(i: number, offset: Bits, width: Width): Bits {
    const cpu = this.#cpu;
    const size = width / 8;
    const write = this.#isWritten(i);
    const linear = cpu.linear(this.#memory(i).segment, offset.n, size, write);
    return make(width, write ? cpu.readForWrite(linear, size) : cpu.read(linear, size));
  }
  storeAt(i: number, offset: Bits, value: Bits): void {
    const cpu = this.#cpu;
    cpu.write(cpu.linear(this.#memory(i).segment, offset.n, value.w / 8, true), value.w / 8, value.n);
  }
  #sp(displacement: bigint): bigint {
    const w = this.#cpu.stackWidth;
    return BigInt.asUintN(w, this.#cpu.reg(S.RSP, w) + displacement);
  }
  stack(displacement: number, width: Width): Bits {
    return this.loadStackAt(make(64, this.#sp(BigInt(displacement))), width);
  }
  push(value: Bits): void {
    const sp = this.#sp(BigInt(-value.w / 8));
    this.storeStackAt(make(64, sp), value);
    this.#cpu.setReg(S.RSP, sp, this.#cpu.stackWidth);
  }
  moveStack(bytes: number | Bits): void {
    const n = typeof bytes === "number" ? BigInt(bytes) : bytes.n;
    this.#cpu.setReg(S.RSP, this.#sp(n), this.#cpu.stackWidth);
  }
  loadStackAt(offset: Bits, width: Width): Bits {
    const cpu = this.#cpu;
    const at = BigInt.asUintN(cpu.stackWidth, offset.n);
    return make(width, cpu.read(cpu.linear(S.SS, at, width / 8, false), width / 8));
  }
  storeStackAt(offset: Bits, value: Bits): void {
    const cpu = this.#cpu;
    const at = BigInt.asUintN(cpu.stackWidth, offset.n);
    cpu.write(cpu.linear(S.SS, at, value.w / 8, true), value.w / 8, value.n);
  }
  probeStackAt(offset: Bits, width: Width): void {
    const cpu = this.#cpu;
    const at = BigInt.asUintN(cpu.stackWidth, offset.n);
    cpu.probe(cpu.linear(S.SS, at, width / 8, true), width / 8, true);
  }

  when(condition: Bits, then: () => void, otherwise?: () => void): void {
    if (this.isTrue(condition)) then();
    else otherwise?.();
  }
  variable(initial: Bits): { get(): Bits; set(value: Bits): void } {
    let v = initial;
    return {
      get: () => v,
      set: (value) => {
        sameWidth(v, value);
        v = value;
      },
    };
  }
  raise(exception: ExceptionName, errorCode?: number): void {
    this.#env.raise(exception, errorCode);
  }
  raiseIf(condition: Bits, exception: ExceptionName, errorCode?: number): void {
    if (this.isTrue(condition)) this.#env.raise(exception, errorCode);
  }
  nextRip(): Bits {
    return make(this.size, this.#cpu.rip + BigInt(this.#insn.length));
  }
  jump(target: Bits): void {
    this.#cpu.nextRip = target.n;
  }
  jumpRelative(i: number, condition?: Bits): void {
    const operand = this.#operand(i);
    if (operand.kind !== "relative") throw new Error(`operand ${i} is not relative`);
    if (condition && !this.isTrue(condition)) return;
    this.#cpu.nextRip = BigInt.asUintN(this.size, this.#cpu.nextRip + BigInt(operand.displacement));
  }
  helper(name: HelperName): void {
    this.#env.helper(name, this.#insn);
  }
  fp(op: FpOp, ...args: readonly Bits[]): Bits {
    const f: import("../fp.ts").FpFunction = FP[op];
    return make(f.result, f.evaluate(this.#fp, ...this.checked(op, f.args, args)));
  }
  fpCommit(): void {
    const { mxcsr, faults } = settle(this.#fp.mxcsr, this.#fp.raised);
    this.#fp = { mxcsr, raised: 0 };
    this.#cpu.setU32(S.MXCSR, mxcsr);
    if (faults) this.#env.raise("XM");
  }
}

function gprWidth(w: Width): 8 | 16 | 32 | 64 {
  if (w === 1 || w === 128) throw new Error(`a general-purpose register is not written ${w} bits wide`);
  return w;
}
