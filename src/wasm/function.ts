/*
 * Writes one function's body, instruction by instruction, straight into bytes.
 * Refuses what would be silently wrong: a branch to a label that is not open, unbalanced ends, a local that does not exist, an
 * alignment or lane out of range. It keeps no operand stack: whether types fit is for the engine's validation.
 * WebAssembly core specification, 5.4 (Instructions) and 5.5.13 (Code Section).
 */
import { Bytes } from "./bytes.ts";
import type { Immediate, Op } from "./op.ts";
import { control, type OpName, type OpNameWith, opcodes } from "./opcodes.ts";
import { codeOf, type FunctionType, type ValueType } from "./types.ts";

/** The target of branches: a block's end, or a loop's start. Good until its block is ended. */
export interface Label {
  /** Blocks around this one. */
  readonly depth: number;
}

/** A block's type: nothing in or out, one result, or any. */
export type BlockType = ValueType | FunctionType | undefined;

/** Where a load or store goes, beyond its operand: `offset` is added; `align` promises a multiple, in bytes, by default the width. */
export interface MemoryArgument {
  readonly offset?: number;
  readonly align?: number;
}

interface ImmediateArguments {
  none: [];
  memory: [argument?: MemoryArgument];
  lane: [lane: number];
  "memory lane": [argument: MemoryArgument, lane: number];
  lanes: [lanes: readonly number[]];
}

/** A function's index: of an import, or of a function that is being built. */
export type FunctionIndex = number | { readonly index: number };

export const indexOf = (target: FunctionIndex): number =>
  typeof target === "number" ? target : target.index;

export class FunctionBuilder implements FunctionType {
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** The function's own label: a branch to it returns. */
  readonly body: Label = { depth: 0 };
  readonly #typeIndex: (type: FunctionType) => number;
  readonly #code = new Bytes(192);
  readonly #labels: Label[] = [this.body];
  /** Locals after the parameters, as runs of one type. */
  readonly #runs: { type: ValueType; count: number }[] = [];
  #localCount: number;

  /** ModuleBuilder.function makes these. */
  constructor(index: number, type: FunctionType, typeIndex: (type: FunctionType) => number) {
    this.index = index;
    this.params = type.params;
    this.results = type.results;
    this.#typeIndex = typeIndex;
    this.#localCount = type.params.length;
  }

  /** Bytes of instructions so far. */
  get size(): number {
    return this.#code.length;
  }

  /** A new local, zero at first. Parameters are locals 0, 1, …. */
  local(type: ValueType): number {
    const last = this.#runs.at(-1);
    if (last?.type === type) last.count++;
    else this.#runs.push({ type, count: 1 });
    return this.#localCount++;
  }

  // Instructions whose type is fixed.

  op(name: OpNameWith<"none">): this;
  op(name: OpNameWith<"memory">, ...immediates: ImmediateArguments["memory"]): this;
  op(name: OpNameWith<"lane">, ...immediates: ImmediateArguments["lane"]): this;
  op(name: OpNameWith<"memory lane">, ...immediates: ImmediateArguments["memory lane"]): this;
  op(name: OpNameWith<"lanes">, ...immediates: ImmediateArguments["lanes"]): this;
  op(name: OpName, first?: MemoryArgument | number | readonly number[], second?: number): this {
    const op: Op<Immediate> = opcodes[name];
    const code = this.#code;
    for (const byte of op.bytes) code.u8(byte);
    // as: the overloads above give each kind of immediate its arguments
    switch (op.immediate) {
      case "none":
        break;
      case "memory":
        this.#memory(op, first as MemoryArgument | undefined);
        break;
      case "lane":
        this.#lane(op, first as number);
        break;
      case "memory lane":
        this.#memory(op, first as MemoryArgument);
        this.#lane(op, second as number);
        break;
      case "lanes": {
        const lanes = first as readonly number[];
        if (lanes.length !== 16) throw new RangeError(`${op.name}: ${lanes.length} lanes, not 16`);
        for (const lane of lanes) this.#lane(op, lane);
      }
    }
    return this;
  }

  #memory(op: Op, { offset = 0, align = op.width }: MemoryArgument = {}): void {
    const log2 = 31 - Math.clz32(align);
    if (align !== 1 << log2 || align > op.width) {
      throw new RangeError(`${op.name}: an alignment of ${align}`);
    }
    this.#code.u32(log2);
    this.#code.u32(offset);
  }

  #lane(op: Op, lane: number): void {
    if (!(Number.isInteger(lane) && lane >= 0 && lane < op.lanes)) {
      throw new RangeError(`${op.name}: lane ${lane} of ${op.lanes}`);
    }
    this.#code.u8(lane);
  }

  // Constants. For i32 and i64 a pattern may be given signed or unsigned.

  i32(value: number | bigint): this {
    this.#code.u8(control["i32.const"]);
    this.#code.s32(value);
    return this;
  }

  i64(value: number | bigint): this {
    this.#code.u8(control["i64.const"]);
    this.#code.s64(value);
    return this;
  }

  f32(value: number): this {
    this.#code.u8(control["f32.const"]);
    this.#code.f32(value);
    return this;
  }

  f64(value: number): this {
    this.#code.u8(control["f64.const"]);
    this.#code.f64(value);
    return this;
  }

  /** Sixteen bytes, lowest first, or their 128-bit pattern. */
  v128(value: bigint | ArrayLike<number>): this {
    this.#code.bytes(control["v128.const"]);
    if (typeof value === "bigint") {
      const pattern = BigInt.asUintN(128, value);
      for (let i = 0n; i < 128n; i += 8n) this.#code.u8(Number((pattern >> i) & 0xffn));
    } else {
      if (value.length !== 16) throw new RangeError(`v128.const: ${value.length} bytes, not 16`);
      this.#code.bytes(value);
    }
    return this;
  }

  // Variables.

  localGet(local: number): this {
    return this.#local(control["local.get"], local);
  }

  localSet(local: number): this {
    return this.#local(control["local.set"], local);
  }

  localTee(local: number): this {
    return this.#local(control["local.tee"], local);
  }

  #local(opcode: number, local: number): this {
    if (local >= this.#localCount) throw new RangeError(`local ${local} of ${this.#localCount}`);
    return this.#indexed(opcode, local);
  }

  globalGet(global: number): this {
    return this.#indexed(control["global.get"], global);
  }

  globalSet(global: number): this {
    return this.#indexed(control["global.set"], global);
  }

  #indexed(opcode: number, index: number): this {
    this.#code.u8(opcode);
    this.#code.u32(index);
    return this;
  }

  // Blocks. Each is closed by end().

  block(type?: BlockType): Label {
    return this.#open(control.block, type);
  }

  loop(type?: BlockType): Label {
    return this.#open(control.loop, type);
  }

  /** Takes an i32; the part up to else() or end() runs if it is not zero. */
  if(type?: BlockType): Label {
    return this.#open(control.if, type);
  }

  else(): this {
    return this.#plain(control.else);
  }

  end(): this {
    if (this.#labels.length === 1) throw new Error("end() without a block");
    this.#labels.pop();
    return this.#plain(control.end);
  }

  #open(opcode: number, type: BlockType): Label {
    this.#code.u8(opcode);
    if (type === undefined) this.#code.u8(0x40);
    else if (typeof type === "string") this.#code.u8(codeOf(type));
    else this.#code.s32(this.#typeIndex(type)); // a positive s33
    const label = { depth: this.#labels.length };
    this.#labels.push(label);
    return label;
  }

  // Branches and calls.

  br(label: Label): this {
    return this.#indexed(control.br, this.#relative(label));
  }

  brIf(label: Label): this {
    return this.#indexed(control.br_if, this.#relative(label));
  }

  /** Branches to `labels[i]` for an i32 operand i, and to `otherwise` if there is none. */
  brTable(labels: readonly Label[], otherwise: Label): this {
    this.#indexed(control.br_table, labels.length);
    for (const label of labels) this.#code.u32(this.#relative(label));
    this.#code.u32(this.#relative(otherwise));
    return this;
  }

  #relative(label: Label): number {
    if (this.#labels[label.depth] !== label) throw new Error("a branch to a label that is not open here");
    return this.#labels.length - 1 - label.depth;
  }

  return(): this {
    return this.#plain(control.return);
  }

  call(target: FunctionIndex): this {
    return this.#indexed(control.call, indexOf(target));
  }

  returnCall(target: FunctionIndex): this {
    return this.#indexed(control.return_call, indexOf(target));
  }

  /** The last operand is the index in the table. */
  callIndirect(type: FunctionType, table = 0): this {
    return this.#indirect(control.call_indirect, type, table);
  }

  returnCallIndirect(type: FunctionType, table = 0): this {
    return this.#indirect(control.return_call_indirect, type, table);
  }

  #indirect(opcode: number, type: FunctionType, table: number): this {
    this.#indexed(opcode, this.#typeIndex(type));
    this.#code.u32(table);
    return this;
  }

  drop(): this {
    return this.#plain(control.drop);
  }

  /** Of three operands, the first if the third, an i32, is not zero, else the second. */
  select(): this {
    return this.#plain(control.select);
  }

  unreachable(): this {
    return this.#plain(control.unreachable);
  }

  nop(): this {
    return this.#plain(control.nop);
  }

  #plain(opcode: number): this {
    this.#code.u8(opcode);
    return this;
  }

  /** The function's entry of the code section: size, locals, instructions, end. Refuses a body with an open block. */
  write(out: Bytes): void {
    if (this.#labels.length > 1)
      throw new Error(`function ${this.index}: ${this.#labels.length - 1} open blocks`);
    const locals = new Bytes(16);
    locals.u32(this.#runs.length);
    for (const { type, count } of this.#runs) {
      locals.u32(count);
      locals.u8(codeOf(type));
    }
    out.u32(locals.length + this.#code.length + 1);
    out.bytes(locals.view());
    out.bytes(this.#code.view());
    out.u8(control.end);
  }
}
