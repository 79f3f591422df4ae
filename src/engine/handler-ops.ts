/**
 * The handler reading: one wasm function for all instructions of a shape. Operands are found through the record:
 * registers as offsets in the CPU block, displacement and immediate as fields. A handler ends by tail-calling the
 * handler of the next record, or of the block it branches to.
 *
 * One class over 500 lines, because each method is a few lines of the one interface Ops<V>.
 *
 * Parameters of every handler: 0 the CPU block, 1 the record. Result: an exit code (layout.ts).
 */
import type { HelperName } from "../isa/helpers.ts";
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import { valueWidth } from "../isa/operand.ts";
import type { ExceptionName, FlagThunks, Ops, Width } from "../isa/ops.ts";
import { effectsOf } from "../isa/readings/effects.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at, Code, type Emitter, type Slot } from "./code.ts";
import { isStringOperand } from "./containers.ts";
import { FlagStores } from "./flags.ts";
import { InstructionOps } from "./instruction-ops.ts";
import * as L from "./layout.ts";
import { MemoryAccess, place, probe } from "./memory-access.ts";
import { constant, customNode, type Node, type NodeWriter, typeOf } from "./node.ts";
import { bulkKind, writeBulk } from "./rep-strings.ts";
import type { RuntimeCalls } from "./runtime-calls.ts";
import { type MemoryForm, memoryForm, memoryOf } from "./shape.ts";
import { isFlagPath, isPushFlags, writeFlagPath } from "./system-paths.ts";
import { followLink, nextRecord, raise } from "./transfers.ts";
import { type QuickX87, quickX87 } from "./x87-paths.ts";

const CPU = 0;
const RECORD = 1;

/** Writes the handler for instructions shaped like `insn` into `f`. */
export function writeHandler(f: FunctionBuilder, insn: Instruction, calls: RuntimeCalls): void {
  const code = new Code();
  const ops = new HandlerOps(code, calls, insn);
  if (insn.repeat === "none") {
    insn.row.semantics(ops);
    ops.finish();
  } else {
    ops.repeat(() => insn.row.semantics(ops));
  }
  code.emit(f);
}

class HandlerOps extends InstructionOps implements Ops<Node> {
  readonly size: 8 | 16 | 32 | 64;
  readonly addressSize: 16 | 32 | 64;
  readonly mode: 16 | 32 | 64;
  protected readonly insn: Instruction;
  readonly #form: MemoryForm;
  readonly #memory: MemoryAccess;
  readonly #flags: FlagStores;
  /** Memory operands that are read and written go through the write TLB once. */
  readonly #modified: readonly boolean[];
  #place: { host: Slot; width: Width } | undefined;
  readonly #effective = new Map<number, Node>();
  #ended = false;

  constructor(code: Code, calls: RuntimeCalls, insn: Instruction) {
    super(code, calls);
    this.insn = insn;
    this.size = insn.size;
    this.addressSize = insn.addressSize;
    this.mode = insn.mode;
    this.#form = memoryForm(insn);
    this.#memory = new MemoryAccess(code, calls);
    this.#flags = new FlagStores(this, code, (b) => this.origin(b));
    const effects = effectsOf(insn);
    this.#modified = insn.operands.map(
      (o, i) =>
        o.kind === "memory" &&
        (effects.operands[i]?.read ?? false) &&
        (effects.operands[i]?.written ?? false),
    );
  }

  // ------------------------------------------------------------------------------------------- ends and repeats

  /** What follows the semantics: the next record, unless the semantics has branched. */
  finish(): void {
    if (!this.#ended) this.code.statement([], (e) => nextRecord(e.f));
  }

  /** One iteration inside the loop of a REP prefix. Each iteration after the first counts as an instruction. */
  repeat(iteration: () => void): void {
    const { code } = this;
    const width = this.addressSize;
    const body = code.nested(() => {
      iteration();
      const left = this.sub(this.reg(S.RCX, width), constant(width, 1n));
      this.setReg(S.RCX, left);
      let more = this.ne(left, constant(width, 0n));
      if (this.insn.row.rep === "repe") {
        const zf = this.flag("zf");
        more = this.and(more, this.insn.repeat === "rep" ? zf : this.not(zf));
      }
      code.statement([more], (e) => {
        e.value(more);
        e.f.op("i32.eqz").brIf(this.#repeatEnd!);
        this.#repeatAgain(e.f);
      });
    });
    const bulk = this.#bulk();
    const none = this.isZero(this.reg(S.RCX, width));
    code.statement([none], (e) => {
      const f = e.f;
      const end = f.block();
      this.#repeatEnd = end;
      e.value(none);
      f.brIf(end);
      f.localGet(CPU).i32(0).op("i32.store", at(S.REPEATED));
      const loop = f.loop();
      bulk?.(e);
      body(e);
      f.br(loop);
      f.end();
      f.end();
      nextRecord(f);
    });
  }
  /** Many iterations at once, where the instruction and its circumstances allow it: what to emit before each. */
  #bulk(): ((e: Emitter) => void) | undefined {
    const kind = bulkKind(this.insn);
    if (kind === undefined) return undefined;
    const linear = (letter: "X" | "Y"): Node | undefined => {
      const m = this.insn.operands.find((o, i) => {
        const spec = this.insn.row.operands[i];
        return o.kind === "memory" && spec !== undefined && "letter" in spec && spec.letter === letter;
      });
      return m?.kind === "memory" ? this.#linear(m, this.reg(m.base, 64), 8, false) : undefined;
    };
    return this.code.nested(() => {
      const source = linear("X");
      const destination = linear("Y");
      if (destination === undefined) throw new Error(`${this.insn.row.id} has no operand at rDI`);
      const uses = [destination, destination, destination];
      if (source !== undefined) uses.push(source, source, source);
      // as: the sizes of string elements
      // as: an operand size in bytes
      const bytes = (this.size / 8) as 1 | 2 | 4 | 8;
      const whileEqual = this.insn.repeat === "rep";
      this.code.statement(uses, (e) => writeBulk(e, { kind, bytes, source, destination, whileEqual }));
    });
  }
  #repeatEnd: ReturnType<FunctionBuilder["block"]> | undefined;
  /** Charges one more iteration; leaves with EXIT.repeat if the budget is used up. */
  #repeatAgain(f: FunctionBuilder): void {
    const elapsed = f.local("i64");
    f.localGet(CPU)
      .op("i64.load", at(S.ELAPSED))
      .i64((1n << 32n) + 1n)
      .op("i64.add")
      .localTee(elapsed);
    f.op("i32.wrap_i64").localGet(CPU).op("i32.load", at(S.LIMIT)).op("i32.gt_u");
    f.if();
    f.localGet(CPU).localGet(RECORD).op("i32.store", at(S.EXIT_RECORD));
    f.i32(L.EXIT.repeat).return();
    f.end();
    f.localGet(CPU).localGet(elapsed).op("i64.store", at(S.ELAPSED));
    f.localGet(CPU).i32(1).op("i32.store", at(S.REPEATED));
  }

  // -------------------------------------------------------------------------------------------------- operands

  /** Pushes the address of register operand `i` in linear memory. */
  #registerAddress(e: NodeWriter, i: number): void {
    e.f
      .localGet(CPU)
      .localGet(RECORD)
      .op("i32.load16_u", at(L.RECORD_REGISTERS + i * 2))
      .op("i32.add");
  }
  readLow(i: number, width: Width): Node {
    const operand = this.operand(i);
    switch (operand.kind) {
      case "register":
        if (operand.file === "gpr" || operand.file === "xmm" || operand.file === "mm") {
          return this.loadFrom((e) => this.#registerAddress(e, i), 0, width);
        }
        throw new Error(`${operand.file} operands are for helpers`);
      case "memory": {
        if (this.#modified[i] && width === this.width(i)) {
          const linear = this.#linear(this.memoryOperand(i), this.address(i), width, true);
          const host = this.#memory.modify(linear, width);
          this.#place = { host, width };
          return this.loadFrom((e) => e.f.localGet(host.index), 0, width);
        }
        return this.loadAt(i, this.address(i), width);
      }
      case "immediate":
        return this.#immediate(i, width);
      default:
        throw new Error(`a ${operand.kind} operand has no value`);
    }
  }
  #immediate(i: number, width: Width): Node {
    const operands = this.insn.operands;
    const immediates = operands.filter((o) => o.kind === "immediate");
    const operand = this.operand(i);
    const fixed = this.insn.row.operands[i];
    if (fixed !== undefined && "fixed" in fixed && operand.kind === "immediate")
      return constant(width, operand.value);
    if (immediates.length > 1) {
      // as: operand i is an immediate
      const place = L.RECORD_IMMEDIATE + 2 * immediates.indexOf(operands[i] as (typeof immediates)[number]);
      return this.code.pin(
        customNode(width, "i32", [], (e) =>
          e.f.localGet(RECORD).op(width === 8 ? "i32.load8_u" : "i32.load16_u", at(place)),
        ),
      );
    }
    if (width === 64) {
      const whole = fixed !== undefined && "letter" in fixed && fixed.type === "v";
      return this.code.pin(
        customNode(64, "i64", [], (e) =>
          whole
            ? e.f.localGet(RECORD).op("i64.load", at(L.RECORD_DISPLACEMENT))
            : e.f.localGet(RECORD).op("i64.load32_s", at(L.RECORD_IMMEDIATE)),
        ),
      );
    }
    const whole = fixed !== undefined && "letter" in fixed && fixed.type === "v" && this.size === 64;
    return this.loadFrom(
      (e) => e.f.localGet(RECORD),
      whole ? L.RECORD_DISPLACEMENT : L.RECORD_IMMEDIATE,
      width,
    );
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
    const address = (e: NodeWriter): void => this.#registerAddress(e, i);
    switch (operand.file) {
      case "gpr":
        this.storeTo(address, 0, value.w === 32 ? this.zext(value, 64) : value);
        return;
      case "xmm":
        this.storeTo(address, 0, value);
        return;
      case "mm":
        this.storeTo(address, 0, value);
        this.storeTo(address, 8, constant(32, 0xffffn));
        return;
      default:
        throw new Error(`${operand.file} operands are for helpers`);
    }
  }
  writeZext(i: number, value: Node): void {
    const operand = this.operand(i);
    if (operand.kind === "register" && operand.file === "xmm") {
      this.storeTo((e) => this.#registerAddress(e, i), 0, this.zext(value, 128));
    } else {
      this.writeLow(i, value);
    }
  }
  xmm(index: number): Node {
    return this.cpuLoad(S.ymmOffset(index), 128);
  }
  setXmm(index: number, value: Node): void {
    this.cpuStore(S.ymmOffset(index), value);
  }

  // ------------------------------------------------------------------------------------------ registers, flags

  reg(index: number, width: Width = this.size): Node {
    return this.cpuLoad(S.gprOffset(index), width);
  }
  setReg(index: number, value: Node): void {
    this.cpuStore(S.gprOffset(index), value.w === 32 ? this.zext(value, 64) : value);
  }
  flag(name: S.StatusFlag): Node {
    return this.#flags.read(name);
  }
  setFlags(flags: FlagThunks<Node>): void {
    this.#flags.write(flags);
  }

  // ---------------------------------------------------------------------------------------------------- memory

  address(i: number): Node {
    const m = this.memoryOperand(i);
    const known = this.#effective.get(i);
    if (known !== undefined) return known;
    const made = this.#effectiveAddress(m);
    // A string pointer moves; other addresses are computed once.
    if (!isStringOperand(this.insn, this.insn.operands.indexOf(m))) this.#effective.set(i, made);
    return made;
  }
  addressAfterPop(i: number, bytes: number): Node {
    const address = this.address(i);
    // Whether the base is rsp is the record's to know: compare its place.
    const base = this.code.pin(
      customNode(32, "i32", [], (e) => e.f.localGet(RECORD).op("i32.load16_u", at(L.RECORD_BASE))),
    );
    const popped = this.eq(base, constant(32, BigInt(S.gprOffset(S.RSP))));
    return this.select(popped, this.add(address, constant(address.w, BigInt(bytes))), address);
  }
  #effectiveAddress(m: MemoryOperand): Node {
    const w = this.addressSize;
    const slot = (field: number, width: Width): Node =>
      this.loadFrom(
        (e) => e.f.localGet(CPU).localGet(RECORD).op("i32.load16_u", at(field)).op("i32.add"),
        0,
        width,
      );
    const displacement = (width: Width): Node =>
      this.code.pin(
        customNode(width, typeOf(width), [], (e) =>
          e.f.localGet(RECORD).op(width === 64 ? "i64.load32_s" : "i32.load", at(L.RECORD_DISPLACEMENT)),
        ),
      );
    if (isStringOperand(this.insn, this.insn.operands.indexOf(m))) return this.reg(m.base, w);
    switch (this.#form) {
      case "offset":
        return this.low(
          this.loadFrom((e) => e.f.localGet(RECORD), L.RECORD_DISPLACEMENT, 64),
          w,
        );
      case "rip":
        return this.low(this.add(this.#nextRip64(), displacement(64)), w);
      case "simple":
        return this.add(slot(L.RECORD_BASE, 64), displacement(64));
      default: {
        const wide: Width = w === 64 ? 64 : 32;
        const scale = this.loadFrom((e) => e.f.localGet(RECORD), L.RECORD_SCALE, 8);
        const index = this.shl(slot(L.RECORD_INDEX, wide), this.zext(scale, wide));
        const sum = this.add(this.add(slot(L.RECORD_BASE, wide), index), displacement(wide));
        return this.low(sum, w);
      }
    }
  }
  /** Base of the segment that the record names. */
  #segmentBase(): Node {
    return this.loadFrom(
      (e) => e.f.localGet(CPU).localGet(RECORD).op("i32.load16_u", at(L.RECORD_SEGMENT)).op("i32.add"),
      0,
      64,
    );
  }
  /** Linear address for an access of `width` bits at `offset` (address-size wide) in the operand's segment. */
  #linear(m: MemoryOperand, offset: Node, width: Width | 0, write: boolean): Node {
    const inRecord = m === memoryOf(this.insn);
    if (this.mode !== 64) {
      const clean = offset.w < 32 ? this.zext(offset, 32) : offset;
      return this.#memory.segmented(m.segment, clean, width, write, inRecord);
    }
    const wide = this.zext(offset, 64);
    if (inRecord && this.#form !== "simple") return this.add(this.#segmentBase(), wide);
    return wide;
  }
  loadAt(i: number, offset: Node, width: Width): Node {
    if (this.#modified[i]) {
      // A store follows: the read, too, faults as a write.
      const linear = this.#linear(this.memoryOperand(i), offset, width, true);
      const host = this.#memory.modify(linear, width);
      return this.loadFrom((e) => e.f.localGet(host.index), 0, width);
    }
    return this.#memory.load(this.#linear(this.memoryOperand(i), offset, width, false), width, false);
  }
  storeAt(i: number, offset: Node, value: Node): void {
    this.#memory.store(this.#linear(this.memoryOperand(i), offset, value.w, true), value, false);
  }
  requireAligned(i: number): void {
    if (!this.isMemory(i)) return;
    // Before the segment's checks and before canonical form, as on silicon.
    const address = this.zext(this.address(i), 64);
    const linear = this.#form === "simple" ? address : this.add(this.#segmentBase(), address);
    this.raiseIf(this.ne(this.and(this.low(linear, 32), constant(32, 15n)), constant(32, 0n)), "GP", 0);
  }

  #stackPointer(): Node {
    return this.reg(S.RSP, 64);
  }
  /** `offset` (64 bits) as a linear address in the stack segment. */
  #stackLinear(offset: Node, width: Width, write: boolean): Node {
    if (this.mode === 64) return offset;
    const masked = this.and(offset, this.cpuLoad(S.STACK_MASK, 64));
    return this.#memory.segmented(S.SS, this.low(masked, 32), width, write, false);
  }
  #setStackPointer(value: Node): void {
    if (this.mode === 64) {
      this.setReg(S.RSP, value);
      return;
    }
    // The bits above the stack's width keep their value, as 16-bit register writes do.
    const mask = this.cpuLoad(S.STACK_MASK, 64);
    const old = this.#stackPointer();
    const wide = this.eq(mask, constant(64, 0xffffffffn));
    const kept = this.select(wide, constant(64, 0n), this.and(old, this.not(mask)));
    this.setReg(S.RSP, this.or(this.and(value, mask), kept));
  }
  stack(displacement: number, width: Width): Node {
    const offset = this.add(this.#stackPointer(), constant(64, BigInt(displacement)));
    return this.#memory.load(this.#stackLinear(offset, width, false), width, true);
  }
  push(value: Node): void {
    const offset = this.sub(this.#stackPointer(), constant(64, BigInt(value.w / 8)));
    this.#memory.store(this.#stackLinear(offset, value.w, true), value, true);
    this.#setStackPointer(offset);
  }
  moveStack(bytes: number | Node): void {
    const n = typeof bytes === "number" ? constant(64, BigInt(bytes)) : this.zext(bytes, 64);
    this.#setStackPointer(this.add(this.#stackPointer(), n));
  }
  loadStackAt(offset: Node, width: Width): Node {
    return this.#memory.load(this.#stackLinear(this.zext(offset, 64), width, false), width, true);
  }
  storeStackAt(offset: Node, value: Node): void {
    this.#memory.store(this.#stackLinear(this.zext(offset, 64), value.w, true), value, true);
  }
  probeStackAt(offset: Node, width: Width): void {
    this.#memory.modify(this.#stackLinear(this.zext(offset, 64), width, true), width);
  }

  // --------------------------------------------------------------------------------------------------- control

  when(condition: Node, then: () => void, otherwise?: () => void): void {
    // The address must not be computed for the first time inside a branch and used after it.
    const first = this.insn.operands.findIndex((o) => o.kind === "memory");
    if (first >= 0) this.address(first);
    const inThen = this.code.nested(then);
    const inElse = otherwise && this.code.nested(otherwise);
    const ended = this.#ended;
    this.#ended = ended && inElse !== undefined;
    this.code.statement([this.clean(condition)], (e) => {
      e.value(this.clean(condition));
      e.f.if();
      inThen(e);
      if (inElse) {
        e.f.else();
        inElse(e);
      }
      e.f.end();
    });
  }
  raise(exception: ExceptionName, errorCode?: number): void {
    this.code.statement([], ({ f }) => raise(f, exception, errorCode));
  }
  raiseIf(condition: Node, exception: ExceptionName, errorCode?: number): void {
    this.code.statement([condition], (e) => {
      e.value(condition);
      e.f.if();
      raise(e.f, exception, errorCode);
      e.f.end();
    });
  }
  nextRip(): Node {
    return this.low(this.#nextRip64(), valueWidth(this.size));
  }
  #nextRip64(): Node {
    const start = this.cpuLoad(S.RIP, 64);
    const offset = this.code.define(
      customNode(64, "i64", [], (e) => e.f.localGet(RECORD).op("i64.load16_u", at(L.RECORD_NEXT))),
    );
    return this.add(start, offset);
  }
  jump(target: Node): void {
    this.#ended = true;
    const rip = this.zext(target, 64);
    this.cpuStore(S.RIP, rip);
    this.code.statement(
      [],
      ({ f }) => void f.localGet(CPU).localGet(RECORD).returnCall(this.calls.index("dispatch")),
    );
  }
  jumpRelative(_i: number, condition?: Node): void {
    this.#ended = true;
    if (condition === undefined) {
      this.code.statement([], ({ f }) => followLink(f, "taken", this.size === 8 ? 64 : this.size));
      return;
    }
    const clean = this.clean(condition);
    this.code.statement([clean], (e) => {
      e.value(clean);
      e.f.if();
      followLink(e.f, "taken", this.size === 8 ? 64 : this.size);
      e.f.end();
      followLink(e.f, "next", this.mode === 64 ? 64 : 32);
    });
  }
  helper(name: HelperName): void {
    if (isFlagPath(name)) {
      const slow = this.code.nested(() => this.#callHelper());
      this.code.statement([], (e) => writeFlagPath(e.f, name, () => slow(e)));
      return;
    }
    if (isPushFlags(name, this.insn)) {
      this.push(this.#flagsImage());
      return;
    }
    const quick = quickX87(this.insn, name);
    if (quick === undefined) this.#callHelper();
    else this.#quickX87(quick);
  }
  /** The wasm form first; what it refuses, and what the soft TLB does not know, goes to the helper. */
  #quickX87({ path, bytes, writes, flags }: QuickX87): void {
    const helper = this.code.nested(() => this.#callHelper());
    const call = (e: Emitter, pushPlace: () => void, pushAddress: () => void): void => {
      e.f.localGet(CPU).localGet(RECORD);
      pushPlace();
      pushAddress();
      e.f.i32(flags).call(this.calls.index(path));
    };
    if (bytes === 0) {
      this.code.statement([], (e) => {
        const { f } = e;
        call(
          e,
          () => f.i32(0),
          () => f.i64(0),
        );
        f.op("i32.eqz");
        f.if();
        helper(e);
        f.end();
      });
      return;
    }
    const address = this.zext(this.address(0), 64);
    const linear = this.#linear(this.memoryOperand(0), this.address(0), 0, writes);
    const table = writes ? L.TLB_WRITE : L.TLB_READ;
    this.code.statement([linear, linear, linear, address], (e) => {
      const { f } = e;
      const entry = f.local("i32");
      const end = f.block();
      probe(e, linear, bytes, table, entry, (k) => void k.f.localGet(CPU).op("i64.load", at(S.TLB_KEY)));
      f.if();
      call(
        e,
        () => place(e, linear, table, entry),
        () => e.value(address),
      );
      f.brIf(end);
      f.end();
      helper(e);
      f.end();
    });
  }
  /** rflags as PUSHF stores them in 64-bit mode. */
  #flagsImage(): Node {
    const rest = this.and(this.cpuLoad(S.RFLAGS, 32), constant(32, BigInt(~(S.FLAG.vm | S.FLAG.rf) >>> 0)));
    let image = this.zext(rest, 64);
    for (const name of S.STATUS_FLAGS) {
      const bit = BigInt(31 - Math.clz32(S.FLAG[name]));
      image = this.or(image, this.shl(this.zext(this.flag(name), 64), constant(64, bit)));
    }
    return image;
  }
  #callHelper(): void {
    const exit = this.code.slot("i32");
    this.code.statement([], ({ f }) => {
      f.localGet(CPU).localGet(RECORD).call(this.calls.index("helper")).localTee(exit.index);
      f.if();
      f.localGet(exit.index).return();
      f.end();
    });
  }
  fpCommit(): void {
    this.code.statement([], ({ f }) => {
      f.localGet(CPU).op("i32.load", at(S.FP_PENDING));
      f.if();
      f.localGet(CPU).localGet(RECORD).call(this.calls.index("fpCommit"));
      f.if();
      f.i32(L.EXIT.fault).return();
      f.end();
      f.end();
    });
  }
}
