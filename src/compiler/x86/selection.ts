/**
 * State of instruction selection for one function: virtual registers of values, what may be folded into what, and the
 * machine code made so far. Blocks are selected from the last to the first and from their ends up, so that a value is known
 * to be needed before its instruction is met; one that nobody asks for makes no code.
 *
 * Bits of a register above a value's type are undefined, but for `isClean` values, where they are zero; i1 is always clean.
 * The instructions themselves are chosen in select-*.ts.
 */
import type { Block, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import type { ObjectPiece } from "../object.ts";
import type { Place } from "../place.ts";
import { type BlockRoutine, blockRoutine } from "./block-routines.ts";
import { findClean } from "./clean.ts";
import { liveAtEnd } from "./ir-liveness.ts";
import {
  type BlockEnd,
  type FrameSlot,
  imm,
  instruction,
  type MachineBlock,
  MachineFunction,
  type MachineInstruction,
  type MachineOp,
  mem,
  type Operand,
  reg,
  type Size,
  slotMem,
} from "./machine.ts";
import type { Reg, RegisterFile } from "./registers.ts";
import { terminatorValues } from "./terminator.ts";

export interface GenerateOptions {
  /** Debug builds: variables stay in the frame, rbp is the frame pointer. */
  readonly debug: boolean;
  /** "kernel": no red zone, no vector registers but for f64. */
  readonly target: "kernel" | "linux";
  /** "small": all addresses are below 2 GiB. */
  readonly codeModel: "small";
  /** Instructions beyond x86-64 with SSE2. */
  readonly features?: readonly ("popcnt" | "lzcnt" | "bmi1")[];
  /** How many registers of each file are used, at least 9; default all. For tests: most values then lie in the frame. */
  readonly registers?: number;
}

/** What code refers to besides the program's own: doubles, masks, routines, each once in an object. */
export class ConstantPool {
  readonly pieces: ObjectPiece[] = [];
  readonly #known = new Set<string>();

  /** The symbol of eight or sixteen bytes that hold `number`. */
  double(number: number, bytes: 8 | 16 = 8): string {
    const view = new DataView(new ArrayBuffer(bytes));
    for (let at = 0; at < bytes; at += 8) view.setFloat64(at, number, true);
    return this.#add(view, bytes);
  }
  /** Sixteen bytes of two equal 64-bit patterns. */
  mask(pattern: bigint): string {
    const view = new DataView(new ArrayBuffer(16));
    view.setBigUint64(0, pattern, true);
    view.setBigUint64(8, pattern, true);
    return this.#add(view, 16);
  }
  /** The symbol of a routine for blocks of memory. */
  routine(routine: BlockRoutine, target: GenerateOptions["target"]): string {
    const symbol = `.${routine}`;
    if (!this.#known.has(symbol)) {
      this.#known.add(symbol);
      this.pieces.push(blockRoutine(symbol, routine, target));
    }
    return symbol;
  }
  #add(view: DataView, align: number): string {
    const symbol = `.L${align === 8 ? "f64" : "vector"}.${view.getBigUint64(0, true).toString(16).padStart(16, "0")}`;
    if (!this.#known.has(symbol)) {
      this.#known.add(symbol);
      this.pieces.push({
        symbol,
        section: ".rodata",
        kind: "read-only data",
        align,
        bytes: new Uint8Array(view.buffer),
        relocations: [],
        exported: false,
        debug: undefined,
      });
    }
    return symbol;
  }
}

/** Bits that a value takes in memory. */
export const bitsOf = (type: IrType): Size => {
  switch (type) {
    case "i1":
    case "i8":
      return 8;
    case "i16":
      return 16;
    case "i32":
      return 32;
    default:
      return 64;
  }
};
/** Operand size that arithmetic on the type is done at. */
export const workSize = (type: IrType): 32 | 64 => (type === "i64" || type === "f64" ? 64 : 32);

export const isInstruction = (def: Instruction | Block): def is Instruction => "op" in def;

/** The instruction that makes a value if it is one of `op`. */
export function producer(v: Value, ...ops: readonly Instruction["op"][]): Instruction | undefined {
  return isInstruction(v.def) && (ops.length === 0 || ops.includes(v.def.op)) ? v.def : undefined;
}

/** A constant's value, sign-extended from its type; undefined if it is none. */
export function constantOf(v: Value): bigint | undefined {
  const def = producer(v, "const");
  if (def === undefined) return undefined;
  const value = def.details.value ?? 0n;
  return v.type === "i1" ? BigInt.asUintN(1, value) : BigInt.asIntN(bitsOf(v.type), value);
}

const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;
export const fitsInt32 = (v: bigint): boolean => v >= INT32_MIN && v <= INT32_MAX;

interface Home {
  readonly block: Block;
  /** Memory effects of the block before it; of volatile loads with itself. */
  readonly version: number;
}

export class Selection {
  readonly ir: IrFunction;
  readonly options: GenerateOptions;
  readonly machine: MachineFunction;
  readonly pool: ConstantPool;
  readonly useCounts = new Map<Value, number>();
  readonly registers = new Map<Value, Reg>();
  readonly slots = new Map<number, FrameSlot>();
  readonly blocks = new Map<Block, MachineBlock>();
  readonly loopDepth: ReadonlyMap<Block, number>;
  readonly isClean: (v: Value) => boolean;
  /** Volatile loads that are done by their only user. */
  readonly foldedVolatile = new Set<Instruction>();
  readonly #liveAtEnd: (block: Block, v: Value) => boolean;
  /** Asked for by what has been selected of this block. */
  readonly #asked = new Set<Value>();
  readonly #homes = new Map<Instruction, Home>();
  /** Where the code now being chosen will stand. */
  block: Block;
  version = 0;
  place: Place | undefined;
  /** How control leaves what has been selected last of the current block. */
  end: BlockEnd = { kind: "none" };
  #endPlace: Place | undefined;
  #groups: MachineInstruction[][] = [];
  #group: MachineInstruction[] = [];

  constructor(
    ir: IrFunction,
    options: GenerateOptions,
    pool: ConstantPool,
    loopDepth: ReadonlyMap<Block, number>,
    order: readonly Block[],
  ) {
    this.ir = ir;
    this.options = options;
    this.pool = pool;
    this.loopDepth = loopDepth;
    this.machine = new MachineFunction(ir.symbol);
    this.block = ir.blocks[0]!;
    this.isClean = findClean(ir);
    this.#liveAtEnd = liveAtEnd(order, ir.nextValue);
    for (const block of ir.blocks) {
      let version = 0;
      const machine = this.machine.block();
      this.blocks.set(block, machine);
      for (const i of block.instructions) {
        const bumps = OPS[i.op].effect === "write" || i.details.volatile === true;
        if (bumps) version++;
        this.#homes.set(i, {
          block,
          version: bumps && OPS[i.op].effect === "write" ? version - 1 : version,
        });
        for (const a of i.args) this.#count(a);
      }
      for (const v of terminatorValues(block)) this.#count(v);
    }
    for (const slot of ir.slots)
      this.slots.set(slot.id, this.machine.slot(Math.max(slot.size, 1), Math.max(slot.align, 1)));
  }

  #count(v: Value): void {
    this.useCounts.set(v, (this.useCounts.get(v) ?? 0) + 1);
  }

  // ------------------------------------------------------------------------------------------------- emission

  emit(op: MachineOp, size: Size, ...operands: Operand[]): MachineInstruction {
    const i = instruction(op, size, ...operands);
    i.place = this.place;
    this.#group.push(i);
    return i;
  }
  conditional(op: "setcc" | "setlow" | "cmovcc", cc: number, size: Size, ...operands: Operand[]): void {
    this.emit(op, size, ...operands).cc = cc;
  }
  copy(to: Reg, from: Reg): void {
    if (to === from) return;
    this.emit("copy", 64, reg(to), reg(from));
  }
  /** Ends what one IR instruction has become; what comes next is put before it. */
  closeGroup(): void {
    if (this.#group.length > 0) this.#groups.push(this.#group);
    this.#group = [];
  }
  #take(): MachineInstruction[] {
    const out: MachineInstruction[] = [];
    for (let i = this.#groups.length - 1; i >= 0; i--) for (const x of this.#groups[i]!) out.push(x);
    this.#groups = [];
    return out;
  }
  /**
   * Begins a new block at the end of the one being selected: what has been selected of it so far moves to the block that is
   * returned. The instruction at hand must have emitted nothing yet. `end` is then to be set.
   */
  cut(): MachineBlock {
    if (this.#group.length > 0) throw new Error("a block is cut within an instruction");
    const tail = this.machine.block();
    tail.instructions = this.#take();
    tail.end = this.end;
    tail.endPlace = this.#endPlace;
    this.end = { kind: "jump", to: tail };
    this.#endPlace = this.place;
    return tail;
  }
  /** A new block filled by `fill` that ends as given. */
  sideBlock(fill: () => void, end: BlockEnd): MachineBlock {
    const before = this.#group;
    this.#group = [];
    fill();
    const block = this.machine.block();
    block.instructions = this.#group;
    block.end = end;
    block.endPlace = this.place;
    this.#group = before;
    return block;
  }
  beginBlock(block: Block): void {
    this.block = block;
    this.end = { kind: "none" };
    this.#asked.clear();
    this.#endPlace = block.terminator.place;
    this.#groups = [];
    this.#group = [];
  }
  finishBlock(): void {
    this.closeGroup();
    const machine = this.blocks.get(this.block)!;
    machine.instructions = this.#take();
    machine.end = this.end;
    machine.endPlace = this.#endPlace;
  }

  // -------------------------------------------------------------------------------------------------- values

  file(type: IrType): RegisterFile {
    return type === "f64" ? "xmm" : "gpr";
  }
  /** Of all 64 bits, for what selection itself needs. */
  fresh(file: RegisterFile = "gpr"): Reg {
    const r = this.machine.register(file);
    this.machine.wideRelied.add(r);
    return r;
  }
  /** The value that has its register: conversions that change no bit of it share their argument's. */
  root(v: Value): Value {
    let value = v;
    for (;;) {
      const def = producer(value, "trunc", "zext");
      if (def === undefined) return value;
      const from = def.args[0]!;
      if (def.op === "trunc" ? value.type === "i1" : !this.isClean(from)) return value;
      // Constants are made anew at each use, of the type that is wanted there.
      if (constantOf(from) !== undefined) return value;
      value = from;
    }
  }
  /** The register of a value's root, which makes it needed. */
  registerOf(v: Value): Reg {
    this.#asked.add(this.root(v));
    return this.placeOf(v);
  }
  /** The register of a value's root, to be written: nobody asks for what it holds before. */
  placeOf(v: Value): Reg {
    const root = this.root(v);
    let r = this.registers.get(root);
    if (r === undefined) {
      r = this.machine.register(this.file(root.type));
      this.registers.set(root, r);
    }
    if (v.type === "i64" || bitsOf(v.type) > bitsOf(root.type)) this.machine.wideRelied.add(r);
    return r;
  }
  /** Whether someone below has asked for the value: then it lives on after the instruction being selected. */
  isRequested(v: Value): boolean {
    return this.registers.has(this.root(v));
  }
  /** Whether the value is wanted after the code at hand, by what is known: else its register may be overwritten. */
  livesOn(v: Value): boolean {
    if (this.isRematerialised(v)) return false;
    const root = this.root(v);
    return this.#asked.has(root) || this.#liveAtEnd(this.block, root);
  }
  /** Whether a value is made anew at each use: constants and addresses. */
  isRematerialised(v: Value): boolean {
    return producer(v, "const", "symbol", "slot", "fconst") !== undefined;
  }
  /** A register that holds the value: its own, or a new one with a constant or an address. */
  use(v: Value): Reg {
    if (!this.isRematerialised(v)) return this.registerOf(v);
    const r = this.fresh(this.file(v.type));
    this.into(r, v);
    return r;
  }
  /** Puts a value into a register. */
  into(r: Reg, v: Value): void {
    const def = producer(v);
    switch (def?.op) {
      case "const":
        this.constant(r, BigInt.asUintN(v.type === "i1" ? 1 : bitsOf(v.type), def.details.value ?? 0n));
        return;
      case "symbol":
        this.emit("mov", 32, reg(r), {
          kind: "imm",
          value: def.details.offset ?? 0,
          symbol: def.details.symbol!,
        });
        return;
      case "slot":
        this.emit("lea", 64, reg(r), slotMem(this.slots.get(def.details.slot!.id)!, def.details.offset ?? 0));
        return;
      case "fconst":
        this.double(r, def.details.number ?? 0);
        return;
      default:
        this.copy(r, this.registerOf(v));
    }
  }
  /** An unsigned 64-bit number. */
  constant(r: Reg, value: bigint): void {
    if (value < 1n << 32n) this.emit("mov", 32, reg(r), imm(Number(BigInt.asIntN(32, value))));
    else if (fitsInt32(BigInt.asIntN(64, value)))
      this.emit("mov", 64, reg(r), imm(Number(BigInt.asIntN(64, value))));
    else this.emit("movabs", 64, reg(r), { kind: "imm", value: 0, wide: value });
  }
  double(r: Reg, number: number): void {
    if (Object.is(number, 0)) this.emit("zerox", 64, reg(r), reg(r));
    else this.emit("movsd", 64, reg(r), mem(-1, 0, { symbol: this.pool.double(number) }));
  }

  // -------------------------------------------------------------------------------------------------- folding

  /** Whether the load may be done where the code at hand stands, and nowhere else. */
  canFoldLoad(v: Value, allowVolatile = false): Instruction | undefined {
    const load = producer(v, "load");
    if (load === undefined || this.useCounts.get(v) !== 1) return undefined;
    if (load.details.volatile && !allowVolatile) return undefined;
    const home = this.#homes.get(load)!;
    return home.block === this.block && home.version === this.version ? load : undefined;
  }
  /** Whether computing the value again, or only here, costs less than a register for it: it is made here and now. */
  isLocal(i: Instruction): boolean {
    return this.#homes.get(i)!.block === this.block;
  }
  homeDepth(i: Instruction): number {
    return this.loopDepth.get(this.#homes.get(i)!.block) ?? 0;
  }
  get depth(): number {
    return this.loopDepth.get(this.block) ?? 0;
  }
  /** Sets the place and the memory version of the instruction to be selected now. */
  at(i: Instruction): void {
    this.place = i.place;
    const home = this.#homes.get(i)!;
    this.version = home.version;
  }
  atEnd(block: Block): void {
    this.place = block.terminator.place;
    let version = 0;
    for (const i of block.instructions)
      if (OPS[i.op].effect === "write" || i.details.volatile === true) version++;
    this.version = version;
  }
}
