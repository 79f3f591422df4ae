/**
 * The effects reading: V is nothing. Running a semantics with it tells what an instruction touches: registers and flags
 * read and written, how each operand is used, memory, faults and control flow. It computes no values.
 *
 * It also proves the order that precise faults need: an access or exception after a commit of registers or flags is
 * an error in the row, thrown here (helpers keep their own order).
 */
import { HELPERS, type HelperEffects, type HelperName } from "../helpers.ts";
import type { Instruction, Operand } from "../instruction.ts";
import { valueWidth } from "../operand.ts";
import type { ExceptionName, FlagThunks, Ops, Width } from "../ops.ts";
import { RSP, STATUS_FLAGS, type StatusFlag } from "../state.ts";

/** What an instruction may do; "may" because conditions are not evaluated. */
export interface Effects {
  /** General-purpose registers (0–15) read and written, explicit, implicit and in addresses. */
  readonly read: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
  readonly flagsRead: ReadonlySet<StatusFlag>;
  /** Flags that may get a new value. */
  readonly flagsWritten: ReadonlySet<StatusFlag>;
  /** Flags that get a new value whatever happens (nothing conditional around them): they kill what was before. */
  readonly flagsKilled: ReadonlySet<StatusFlag>;
  /** Use of each explicit operand. */
  readonly operands: readonly { readonly read: boolean; readonly written: boolean }[];
  readonly loads: boolean;
  readonly stores: boolean;
  /** The stack through rsp or explicit ss offsets. */
  readonly stack: boolean;
  /** Whether the semantics looked at the address size (string pointers, counters). */
  readonly addressSize: boolean;
  readonly exceptions: ReadonlySet<ExceptionName>;
  /** Near branch, or a helper that may set rip. */
  readonly flow: "none" | "relative" | "conditional" | "indirect" | "helper";
  readonly helper: HelperName | undefined;
  readonly fp: boolean;
}

const V = Symbol("value");
type Nothing = typeof V;

/** Effects of one decoded instruction. Throws an Error if the semantics commits before its last faulting access. */
export function effectsOf(insn: Instruction): Effects {
  const ops = new EffectsOps(insn);
  insn.row.semantics(ops);
  if (insn.repeat !== "none") {
    ops.read_(1);
    ops.written.add(1);
    ops.addressSizeUsed = true;
    ops.flagsKilled.clear();
  }
  return ops.result();
}

class EffectsOps implements Ops<Nothing> {
  readonly size: 8 | 16 | 32 | 64;
  readonly mode: 16 | 32 | 64;
  readonly #insn: Instruction;
  readonly #read = new Set<number>();
  readonly written = new Set<number>();
  readonly #flagsRead = new Set<StatusFlag>();
  readonly #flagsWritten = new Set<StatusFlag>();
  readonly flagsKilled = new Set<StatusFlag>();
  readonly #operands: { read: boolean; written: boolean }[];
  readonly #exceptions = new Set<ExceptionName>();
  #loads = false;
  #stores = false;
  #stack = false;
  addressSizeUsed = false;
  #flow: Effects["flow"] = "none";
  #helper: HelperName | undefined;
  #fp = false;
  #committed = "";
  #depth = 0;

  constructor(insn: Instruction) {
    this.#insn = insn;
    this.size = insn.size;
    this.mode = insn.mode;
    this.#operands = insn.operands.map(() => ({ read: false, written: false }));
  }
  get addressSize(): 16 | 32 | 64 {
    this.addressSizeUsed = true;
    return this.#insn.addressSize;
  }
  result(): Effects {
    return {
      read: this.#read,
      written: this.written,
      flagsRead: this.#flagsRead,
      flagsWritten: this.#flagsWritten,
      flagsKilled: this.flagsKilled,
      operands: this.#operands,
      loads: this.#loads,
      stores: this.#stores,
      stack: this.#stack,
      addressSize: this.addressSizeUsed,
      exceptions: this.#exceptions,
      flow: this.#flow,
      helper: this.#helper,
      fp: this.#fp,
    };
  }

  #operand(i: number): Operand {
    const operand = this.#insn.operands[i];
    if (operand === undefined)
      throw new Error(`${this.#insn.row.id} ${this.#insn.mnemonic} has no operand ${i}`);
    return operand;
  }
  read_(register: number): void {
    this.#read.add(register);
  }
  #commit(what: string): void {
    if (this.#committed === "") this.#committed = what;
  }
  #mayFault(what: string): void {
    if (this.#committed !== "" && this.#depth === 0) {
      throw new Error(`row ${this.#insn.row.id} "${this.#insn.mnemonic}": ${what} after ${this.#committed}`);
    }
  }
  #address(operand: Operand): void {
    if (operand.kind !== "memory") return;
    if (operand.base >= 0) this.#read.add(operand.base);
    if (operand.index >= 0) this.#read.add(operand.index);
  }

  width(i: number): Width {
    return valueWidth(this.#operand(i).width);
  }
  isMemory(i: number): boolean {
    return this.#operand(i).kind === "memory";
  }
  const(): Nothing {
    return V;
  }
  add(): Nothing {
    return V;
  }
  sub(): Nothing {
    return V;
  }
  mul(): Nothing {
    return V;
  }
  and(): Nothing {
    return V;
  }
  or(): Nothing {
    return V;
  }
  xor(): Nothing {
    return V;
  }
  not(): Nothing {
    return V;
  }
  neg(): Nothing {
    return V;
  }
  shl(): Nothing {
    return V;
  }
  shr(): Nothing {
    return V;
  }
  sar(): Nothing {
    return V;
  }
  rotl(): Nothing {
    return V;
  }
  rotr(): Nothing {
    return V;
  }
  mulhu(): Nothing {
    return V;
  }
  mulhs(): Nothing {
    return V;
  }
  eq(): Nothing {
    return V;
  }
  ne(): Nothing {
    return V;
  }
  ltu(): Nothing {
    return V;
  }
  lts(): Nothing {
    return V;
  }
  canonical(): Nothing {
    return V;
  }
  isZero(): Nothing {
    return V;
  }
  select(): Nothing {
    return V;
  }
  zext(): Nothing {
    return V;
  }
  sext(): Nothing {
    return V;
  }
  low(): Nothing {
    return V;
  }
  bits(): Nothing {
    return V;
  }
  insert(): Nothing {
    return V;
  }
  concat(): Nothing {
    return V;
  }
  bit(): Nothing {
    return V;
  }
  msb(): Nothing {
    return V;
  }
  popcount(): Nothing {
    return V;
  }
  clz(): Nothing {
    return V;
  }
  ctz(): Nothing {
    return V;
  }
  pure(): Nothing {
    return V;
  }
  lanes(): Nothing {
    return V;
  }
  fp(): Nothing {
    this.#fp = true;
    return V;
  }
  fpCommit(): void {
    this.#mayFault("fpCommit");
    this.#exceptions.add("XM");
  }

  reg(index: number): Nothing {
    this.#read.add(index);
    return V;
  }
  setReg(index: number): void {
    this.written.add(index);
    this.#commit(`register ${index}`);
  }
  flag(name: StatusFlag): Nothing {
    this.#flagsRead.add(name);
    return V;
  }
  setFlags(flags: FlagThunks<Nothing>): void {
    const set = (name: StatusFlag): void => {
      this.#flagsWritten.add(name);
      if (this.#depth === 0) this.flagsKilled.add(name);
    };
    if (flags.result) for (const name of ["zf", "sf", "pf"] as const) set(name);
    for (const name of STATUS_FLAGS) if (flags[name]) set(name);
    this.#commit("flags");
  }
  direction(): Nothing {
    return V;
  }
  setDirection(): void {
    this.#commit("df");
  }
  #use(i: number, use: "read" | "written"): Operand {
    const operand = this.#operand(i);
    const slot = this.#operands[i];
    if (slot) slot[use] = true;
    this.#address(operand);
    if (operand.kind === "memory") {
      this.#mayFault(`operand ${i} accessed`);
      if (use === "read") this.#loads = true;
      else this.#stores = true;
    }
    return operand;
  }
  read(i: number): Nothing {
    return this.#readOperand(i);
  }
  readLow(i: number): Nothing {
    return this.#readOperand(i);
  }
  #readOperand(i: number): Nothing {
    const operand = this.#use(i, "read");
    if (operand.kind === "register" && operand.file === "gpr") this.#read.add(operand.index);
    return V;
  }
  write(i: number): void {
    this.#writeOperand(i);
  }
  writeZext(i: number): void {
    this.#writeOperand(i);
  }
  writeLow(i: number): void {
    this.#writeOperand(i);
  }
  #writeOperand(i: number): void {
    const operand = this.#use(i, "written");
    if (operand.kind === "register") {
      if (operand.file === "gpr") this.written.add(operand.index);
      this.#commit(`operand ${i}`);
    }
  }
  address(i: number): Nothing {
    this.#address(this.#operand(i));
    return V;
  }
  addressAfterPop(i: number): Nothing {
    return this.address(i);
  }
  requireAligned(): void {
    this.#mayFault("alignment check");
    this.#exceptions.add("GP");
  }
  xmm(): Nothing {
    return V;
  }
  setXmm(): void {
    this.#commit("xmm");
  }
  /** No commit: what comes after may fault, since a second time changes nothing more. */
  enterMmx(): void {}
  loadAt(i: number): Nothing {
    this.#use(i, "read");
    return V;
  }
  storeAt(i: number): void {
    this.#use(i, "written");
  }
  #useStack(store: boolean): Nothing {
    this.#mayFault("stack access");
    this.#read.add(RSP);
    this.#stack = true;
    if (store) this.#stores = true;
    else this.#loads = true;
    return V;
  }
  stack(): Nothing {
    return this.#useStack(false);
  }
  push(): void {
    this.#useStack(true);
    this.setReg(RSP);
  }
  moveStack(): void {
    this.#read.add(RSP);
    this.#stack = true;
    this.setReg(RSP);
  }
  loadStackAt(): Nothing {
    return this.#useStack(false);
  }
  storeStackAt(): void {
    this.#useStack(true);
  }
  probeStackAt(): void {
    this.#useStack(true);
  }
  when(_condition: Nothing, then: () => void, otherwise?: () => void): void {
    this.#depth++;
    then();
    otherwise?.();
    this.#depth--;
  }
  variable(): { get(): Nothing; set(value: Nothing): void } {
    return { get: () => V, set: () => {} };
  }
  raise(exception: ExceptionName): void {
    this.#mayFault(`#${exception}`);
    this.#exceptions.add(exception);
  }
  raiseIf(_condition: Nothing, exception: ExceptionName): void {
    this.raise(exception);
  }
  nextRip(): Nothing {
    return V;
  }
  jump(): void {
    this.#flow = "indirect";
  }
  jumpRelative(_i: number, condition?: Nothing): void {
    this.#flow = condition === undefined ? "relative" : "conditional";
  }
  helper(name: HelperName): void {
    const effects: HelperEffects = HELPERS[name];
    this.#helper = name;
    for (const r of effects.reads ?? []) this.#read.add(r);
    for (const r of effects.writes ?? []) this.written.add(r);
    const flags = (set: HelperEffects["flagsRead"]) => (set === "all" ? STATUS_FLAGS : (set ?? []));
    for (const f of flags(effects.flagsRead)) this.#flagsRead.add(f);
    for (const f of flags(effects.flagsWritten)) this.#flagsWritten.add(f);
    this.#insn.operands.forEach((operand, i) => {
      const use = effects.operands?.[i] ?? (i === 0 && effects.operands === undefined ? "w" : "r");
      const slot = this.#operands[i];
      this.#address(operand);
      if (use.includes("r")) {
        if (slot) slot.read = true;
        if (operand.kind === "register" && operand.file === "gpr") this.#read.add(operand.index);
        if (operand.kind === "memory") this.#loads = true;
      }
      if (use.includes("w")) {
        if (slot) slot.written = true;
        if (operand.kind === "register" && operand.file === "gpr") this.written.add(operand.index);
        if (operand.kind === "memory") this.#stores = true;
      }
    });
    if (effects.memory) {
      this.#loads = true;
      this.#stores = true;
    }
    if (effects.flow) this.#flow = "helper";
  }
}
