/**
 * The region reading: the same semantics with operands known. Registers are expressions (region-state.ts), so that a
 * straight run of instructions becomes one data-flow graph; loads and stores go through the inline soft TLB; each place
 * that can fault has cold code that writes registers and flags back and leaves.
 *
 * One class over 500 lines, because each method is a few lines of the one interface Ops<V>.
 *
 * 64-bit mode only, and no rows that call helpers or repeat: region.ts ends a region before those.
 */
import type { HelperName } from "../isa/helpers.ts";
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import { valueWidth } from "../isa/operand.ts";
import type { ExceptionName, FlagThunks, Ops, Width } from "../isa/ops.ts";
import { type Effects, effectsOf } from "../isa/readings/effects.ts";
import * as S from "../isa/state.ts";
import { at, type Code, type Emitter, type Slot } from "./code.ts";
import { isStringOperand } from "./containers.ts";
import { EXCEPTION_VECTOR, RAISED_WITH_ERROR } from "./exceptions.ts";
import { InstructionOps } from "./instruction-ops.ts";
import * as L from "./layout.ts";
import { MemoryAccess } from "./memory-access.ts";
import { constant, type Node, typeOf } from "./node.ts";
import { FLAG_SOURCES, type FlagSource, RegionState, SOURCE_PLACE } from "./region-state.ts";
import { EXIT_STALE, fixedHandler } from "./runtime.ts";
import type { RuntimeCalls } from "./runtime-calls.ts";

const CPU = 0;
const RECORD = 1;

/** How the region ends; made by the branch's semantics, used by region.ts. */
export type RegionEnd =
  | { readonly kind: "relative"; readonly condition: Node | undefined }
  | { readonly kind: "indirect"; readonly target: Node };

/** What all iterations of a region share. */
export interface RegionFrame {
  readonly code: Code;
  readonly calls: RuntimeCalls;
  /** Reads `width` bits at `offset` of the CPU block once, before anything else. */
  entry(offset: number, width: Width): Node;
  /** Local with the TLB key. */
  readonly key: Slot;
  /** Local with the first record, and one that is set when a store has dropped the block. */
  readonly first: Slot;
  readonly stale: Slot;
  /** Lets a loop end after the iteration in progress. */
  endLoop(e: Emitter): void;
  /** Pushed before leaving: puts the elapsed time back if it is in a local. */
  beforeLeaving(e: Emitter): void;
}

const FLAG_THUNKS = [...S.STATUS_FLAGS, "result"] as const;

export class RegionOps extends InstructionOps implements Ops<Node> {
  size: 8 | 16 | 32 | 64 = 64;
  addressSize: 16 | 32 | 64 = 64;
  readonly mode = 64;
  end: RegionEnd | undefined;
  readonly state: RegionState;
  readonly #frame: RegionFrame;
  readonly #memory: MemoryAccess;
  protected insn!: Instruction;
  #effects!: Effects;
  #offset = 0;
  #record = 0;
  #place: { host: Slot; width: Width } | undefined;
  readonly #effective = new Map<number, Node>();

  constructor(frame: RegionFrame, state: RegionState) {
    super(frame.code, frame.calls);
    this.#frame = frame;
    this.state = state;
    this.#memory = new MemoryAccess(frame.code, frame.calls, {
      record: () => {
        const record = this.#record;
        return (e) => this.#pushRecord(e, record);
      },
      exit: () => this.#leaver(L.EXIT.fault),
      key: (e) => void e.f.localGet(frame.key.index),
      stored: (e) => {
        const { f } = e;
        f.localGet(frame.first.index).op("i32.load", at(L.RECORD_HANDLER)).i32(fixedHandler("stale"));
        f.op("i32.eq").localTee(frame.stale.index);
        f.if();
        frame.endLoop(e);
        f.end();
      },
    });
  }

  /** Records one instruction, the `index`th of the block, `offset` bytes from its start. */
  instruction(insn: Instruction, index: number, offset: number): void {
    this.#setInstruction(insn);
    this.#effects = effectsOf(insn);
    this.#offset = offset;
    this.#record = index * L.RECORD_SIZE;
    this.#place = undefined;
    this.#effective.clear();
    insn.row.semantics(this);
  }
  /** After an instruction that stores, with others to follow: leaves if the block has been dropped. */
  checkStale(): void {
    if (!this.#effects.stores) return;
    const leave = this.#leaver(EXIT_STALE);
    const next = this.#record + L.RECORD_SIZE;
    this.code.statement([], (e) => {
      const { f } = e;
      f.localGet(this.#frame.stale.index);
      f.if();
      f.localGet(CPU);
      this.#pushRecord(e, next);
      f.op("i32.store", at(S.EXIT_RECORD));
      leave(e);
      f.end();
    });
  }

  // ---------------------------------------------------------------------------------------------------- leaving

  #pushRecord(e: Emitter, record: number): void {
    e.f.localGet(RECORD);
    if (record !== 0) e.f.i32(record).op("i32.add");
  }
  /** Records the cold code that writes the present state back. */
  writeBack(): (e: Emitter) => void {
    const { state, code } = this;
    return code.nested(() => {
      for (const r of state.dirtyGpr) this.#storeState(S.gprOffset(r), state.gpr.get(r));
      for (const r of state.dirtyXmm) this.#storeState(S.ymmOffset(r), state.xmm.get(r));
      for (const source of state.dirtyFlags)
        this.#storeState(SOURCE_PLACE[source][0], state.source.get(source)?.());
    });
  }
  #storeState(offset: number, value: Node | undefined): void {
    if (value === undefined) throw new Error("a dirty register without a value");
    this.code.statement([value], (e) => {
      e.f.localGet(CPU);
      e.value(value);
      e.f.op(`${value.type}.store` as "i64.store", at(offset)); // as: every value type has a store
    });
  }
  #leaver(exit: number): (e: Emitter) => void {
    const back = this.writeBack();
    return (e) => {
      back(e);
      this.#frame.beforeLeaving(e);
      e.f.i32(exit).return();
    };
  }
  raise(exception: ExceptionName, errorCode?: number): void {
    const leave = this.#leaver(L.EXIT.fault);
    const record = this.#record;
    this.code.statement([], (e) => {
      const { f } = e;
      const withError = errorCode !== undefined ? RAISED_WITH_ERROR : 0;
      f.localGet(CPU)
        .i32(L.FAULT_RAISED | withError | EXCEPTION_VECTOR[exception] | 0)
        .op("i32.store", at(S.FAULT));
      f.localGet(CPU)
        .i32(errorCode ?? 0)
        .op("i32.store", at(S.SLOW_INFO));
      f.localGet(CPU);
      this.#pushRecord(e, record);
      f.op("i32.store", at(S.EXIT_RECORD));
      leave(e);
    });
  }
  raiseIf(condition: Node, exception: ExceptionName, errorCode?: number): void {
    if (condition.kind === "const" && condition.value === 0n) return;
    const clean = this.clean(condition);
    const inside = this.code.nested(() => this.raise(exception, errorCode));
    this.code.statement([clean], (e) => {
      e.value(clean);
      e.f.if();
      inside(e);
      e.f.end();
    });
  }
  fpCommit(): void {
    const leave = this.#leaver(L.EXIT.fault);
    const record = this.#record;
    this.code.statement([], (e) => {
      const { f } = e;
      f.localGet(CPU).op("i32.load", at(S.FP_PENDING));
      f.if();
      f.localGet(CPU);
      this.#pushRecord(e, record);
      f.call(this.calls.index("fpCommit"));
      f.if();
      leave(e);
      f.end();
      f.end();
    });
  }
  helper(name: HelperName): void {
    throw new Error(`a region cannot call helper ${name}`);
  }

  // ------------------------------------------------------------------------------------------ registers, flags

  #gpr(index: number): Node {
    let node = this.state.gpr.get(index);
    if (node === undefined) {
      node = this.#frame.entry(S.gprOffset(index), 64);
      this.state.gpr.set(index, node);
    }
    return node;
  }
  reg(index: number, width: Width = this.size): Node {
    return this.low(this.#gpr(index), width);
  }
  setReg(index: number, value: Node): void {
    const whole = value.w >= 32 ? this.zext(value, 64) : this.insert(this.#gpr(index), 0, value);
    this.state.gpr.set(index, whole);
    this.state.dirtyGpr.add(index);
  }
  xmm(index: number): Node {
    let node = this.state.xmm.get(index);
    if (node === undefined) {
      node = this.#frame.entry(S.ymmOffset(index), 128);
      this.state.xmm.set(index, node);
    }
    return node;
  }
  setXmm(index: number, value: Node): void {
    this.state.xmm.set(index, value);
    this.state.dirtyXmm.add(index);
  }
  #loadSource(source: FlagSource): Node {
    const [offset, width] = SOURCE_PLACE[source];
    return this.#frame.entry(offset, width);
  }
  flag(name: S.StatusFlag): Node {
    return this.state.readFlag(this, name, (source) => this.#loadSource(source));
  }
  setFlags(flags: FlagThunks<Node>): void {
    const insn = this.insn;
    const deferred: { -readonly [K in keyof FlagThunks<Node>]: () => Node } = {};
    for (const name of FLAG_THUNKS) {
      const thunk = flags[name];
      if (thunk) deferred[name] = () => this.#during(insn, thunk);
    }
    this.state.setFlags(
      this,
      (b) => this.origin(b),
      deferred,
      (name) => this.flag(name),
    );
  }
  /** Runs a thunk of an earlier instruction with that one's static facts in force. */
  #during(insn: Instruction, thunk: () => Node): Node {
    const present = this.insn;
    this.#setInstruction(insn);
    const node = thunk();
    this.#setInstruction(present);
    return node;
  }
  #setInstruction(insn: Instruction): void {
    this.insn = insn;
    this.size = insn.size;
    this.addressSize = insn.addressSize;
  }

  // -------------------------------------------------------------------------------------------------- operands

  readLow(i: number, width: Width): Node {
    const operand = this.operand(i);
    switch (operand.kind) {
      case "register":
        switch (operand.file) {
          case "gpr":
            return operand.high
              ? this.bits(this.#gpr(operand.index), 8, 8)
              : this.low(this.#gpr(operand.index), width);
          case "xmm":
            return this.low(this.xmm(operand.index), width);
          case "mm":
            return this.cpuLoad(S.X87 + operand.index * 16, width);
          default:
            throw new Error(`${operand.file} operands are for helpers`);
        }
      case "memory": {
        const use = this.#effects.operands[i];
        if (use?.read && use.written && width === this.width(i)) {
          const host = this.#memory.modify(this.#linear(operand, this.address(i)), width);
          this.#place = { host, width };
          return this.loadFrom((e) => e.f.localGet(host.index), 0, width);
        }
        return this.loadAt(i, this.address(i), width);
      }
      case "immediate":
        return constant(width, operand.value);
      default:
        throw new Error(`a ${operand.kind} operand has no value`);
    }
  }
  writeLow(i: number, value: Node): void {
    const operand = this.operand(i);
    if (operand.kind === "memory") {
      const place = this.#place;
      if (place !== undefined && place.width === value.w) this.#memory.modified(place.host, value);
      else this.storeAt(i, this.address(i), value);
      return;
    }
    if (operand.kind !== "register") throw new Error(`a ${operand.kind} operand cannot be written`);
    switch (operand.file) {
      case "gpr":
        if (operand.high) {
          this.state.gpr.set(operand.index, this.insert(this.#gpr(operand.index), 8, value));
          this.state.dirtyGpr.add(operand.index);
        } else {
          this.setReg(operand.index, value);
        }
        return;
      case "xmm":
        this.setXmm(operand.index, value.w === 128 ? value : this.insert(this.xmm(operand.index), 0, value));
        return;
      case "mm": {
        const place = S.X87 + operand.index * 16;
        this.cpuStore(place, value);
        this.cpuStore(place + 8, constant(32, 0xffffn));
        return;
      }
      default:
        throw new Error(`${operand.file} operands are for helpers`);
    }
  }
  writeZext(i: number, value: Node): void {
    const operand = this.operand(i);
    if (operand.kind === "register" && operand.file === "xmm")
      this.setXmm(operand.index, this.zext(value, 128));
    else this.writeLow(i, value);
  }

  // ---------------------------------------------------------------------------------------------------- memory

  #rip(offset: number): Node {
    return this.add(this.#frame.entry(S.RIP, 64), constant(64, BigInt(offset)));
  }
  address(i: number): Node {
    const m = this.memoryOperand(i);
    const known = this.#effective.get(i);
    if (known !== undefined) return known;
    const made = this.#effectiveAddress(m);
    if (!isStringOperand(this.insn, i)) this.#effective.set(i, made);
    return made;
  }
  #effectiveAddress(m: MemoryOperand): Node {
    const w = this.addressSize;
    let sum: Node | undefined = m.base >= 0 ? this.low(this.#gpr(m.base), w) : undefined;
    if (m.ripRelative) sum = this.low(this.#rip(this.#offset + this.insn.length), w);
    if (m.index >= 0) {
      const index = this.low(this.#gpr(m.index), w);
      const scaled = m.scale === 0 ? index : this.shl(index, constant(w, BigInt(m.scale)));
      sum = sum === undefined ? scaled : this.add(sum, scaled);
    }
    const displacement = constant(w, BigInt.asUintN(w, m.displacement));
    return sum === undefined ? displacement : this.add(sum, displacement);
  }
  addressAfterPop(i: number, bytes: number): Node {
    const address = this.address(i);
    const popped = this.memoryOperand(i).base === S.RSP;
    return popped ? this.add(address, constant(address.w, BigInt(bytes))) : address;
  }
  #linear(m: MemoryOperand, offset: Node): Node {
    const wide = this.zext(offset, 64);
    if (m.segment !== S.FS && m.segment !== S.GS) return wide;
    return this.add(this.#frame.entry(S.segmentOffset(m.segment) + S.SEGMENT_BASE, 64), wide);
  }
  loadAt(i: number, offset: Node, width: Width): Node {
    const m = this.memoryOperand(i);
    const use = this.#effects.operands[i];
    if (use?.read && use.written) {
      // A store follows: the read, too, faults as a write.
      const host = this.#memory.modify(this.#linear(m, offset), width);
      return this.loadFrom((e) => e.f.localGet(host.index), 0, width);
    }
    return this.#memory.load(this.#linear(m, offset), width, m.segment === S.SS);
  }
  storeAt(i: number, offset: Node, value: Node): void {
    const m = this.memoryOperand(i);
    this.#memory.store(this.#linear(m, offset), value, m.segment === S.SS);
  }
  requireAligned(i: number): void {
    if (!this.isMemory(i)) return;
    const linear = this.#linear(this.memoryOperand(i), this.address(i));
    this.raiseIf(this.ne(this.and(this.low(linear, 32), constant(32, 15n)), constant(32, 0n)), "GP", 0);
  }
  stack(displacement: number, width: Width): Node {
    return this.loadStackAt(this.add(this.#gpr(S.RSP), constant(64, BigInt(displacement))), width);
  }
  push(value: Node): void {
    const offset = this.sub(this.#gpr(S.RSP), constant(64, BigInt(value.w / 8)));
    this.storeStackAt(offset, value);
    this.setReg(S.RSP, offset);
  }
  moveStack(bytes: number | Node): void {
    const n = typeof bytes === "number" ? constant(64, BigInt(bytes)) : this.zext(bytes, 64);
    this.setReg(S.RSP, this.add(this.#gpr(S.RSP), n));
  }
  loadStackAt(offset: Node, width: Width): Node {
    return this.#memory.load(this.zext(offset, 64), width, true);
  }
  storeStackAt(offset: Node, value: Node): void {
    this.#memory.store(this.zext(offset, 64), value, true);
  }
  probeStackAt(offset: Node, width: Width): void {
    this.#memory.modify(this.zext(offset, 64), width);
  }

  // --------------------------------------------------------------------------------------------------- control

  when(condition: Node, then: () => void, otherwise?: () => void): void {
    if (condition.kind === "const") {
      if (condition.value === 1n) then();
      else otherwise?.();
      return;
    }
    const { state, code } = this;
    const clean = this.clean(condition);
    for (let i = 0; i < this.insn.operands.length; i++)
      if (this.isMemory(i) && !isStringOperand(this.insn, i)) this.address(i);
    const before = new RegionState(state);
    const branch = (body: () => void): { emit: (e: Emitter) => void; after: RegionState } => {
      state.assign(before);
      let after = state;
      const emit = code.nested(() => {
        body();
        after = new RegionState(state);
      });
      return { emit, after };
    };
    const yes = branch(then);
    const no = branch(otherwise ?? (() => {}));
    // Where the sides differ, each assigns a local of its own kind at its end.
    const yesEnd: [Slot, Node][] = [];
    const noEnd: [Slot, Node][] = [];
    state.assign(before);
    const merge = (a: Node, b: Node): Node => {
      if (a === b) return a;
      const slot = code.slot(a.type);
      yesEnd.push([slot, a]);
      noEnd.push([slot, b]);
      return code.final(slot, a.w);
    };
    for (const r of union(yes.after.dirtyGpr, no.after.dirtyGpr)) {
      state.gpr.set(r, merge(this.#gprOf(yes.after, r), this.#gprOf(no.after, r)));
      state.dirtyGpr.add(r);
    }
    for (const r of union(yes.after.dirtyXmm, no.after.dirtyXmm)) {
      state.xmm.set(r, merge(this.#xmmOf(yes.after, r), this.#xmmOf(no.after, r)));
      state.dirtyXmm.add(r);
    }
    const yesFlags: [Slot, RegionState, FlagSource][] = [];
    const noFlags: [Slot, RegionState, FlagSource][] = [];
    for (const source of FLAG_SOURCES) {
      if (yes.after.source.get(source) === no.after.source.get(source)) continue;
      const [, width] = SOURCE_PLACE[source];
      const slot = code.slot(typeOf(width));
      yesFlags.push([slot, yes.after, source]);
      noFlags.push([slot, no.after, source]);
      const merged = code.final(slot, width);
      state.source.set(source, () => merged);
      if (yes.after.dirtyFlags.has(source) || no.after.dirtyFlags.has(source)) state.dirtyFlags.add(source);
    }
    for (const name of S.STATUS_FLAGS) {
      if (yes.after.flag.get(name) !== no.after.flag.get(name)) state.flag.delete(name);
    }
    const ending = (sets: [Slot, Node][], flags: [Slot, RegionState, FlagSource][]) =>
      code.nested(() => {
        for (const [slot, node] of sets) code.set(slot, this.clean(node));
        for (const [slot, from, source] of flags) {
          code.set(slot, from.source.get(source)?.() ?? this.#loadSource(source));
        }
      });
    const yesTail = ending(yesEnd, yesFlags);
    const noTail = ending(noEnd, noFlags);
    code.statement([clean], (e) => {
      e.value(clean);
      e.f.if();
      yes.emit(e);
      yesTail(e);
      e.f.else();
      no.emit(e);
      noTail(e);
      e.f.end();
    });
  }
  #gprOf(side: RegionState, r: number): Node {
    return side.gpr.get(r) ?? this.#frame.entry(S.gprOffset(r), 64);
  }
  #xmmOf(side: RegionState, r: number): Node {
    return side.xmm.get(r) ?? this.#frame.entry(S.ymmOffset(r), 128);
  }
  nextRip(): Node {
    return this.low(this.#rip(this.#offset + this.insn.length), valueWidth(this.size));
  }
  jump(target: Node): void {
    this.end = { kind: "indirect", target: this.zext(target, 64) };
  }
  jumpRelative(_i: number, condition?: Node): void {
    this.end = { kind: "relative", condition: condition && this.clean(condition) };
  }
}

function union(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a, ...b]);
}
