/**
 * Writes IR in order: a cursor at the end of a block, and one short method for what is written most. It keeps no rules: verify.ts does.
 */
import type { Place } from "../place.ts";
import type { Variable } from "../tree.ts";
import {
  bitsOf,
  entryTypes,
  newBlock,
  newBranch,
  newInstruction,
  newParam,
  newSlot,
  newToggle,
} from "./construct.ts";
import type {
  Block,
  Condition,
  Details,
  Instruction,
  IrFunction,
  IrType,
  Signature,
  Slot,
  Terminator,
  Value,
} from "./ir.ts";
import type { OpName } from "./ops.ts";
import { resultType } from "./typing.ts";

/** What `terminate` takes: a terminator whose place is the cursor's. */
type Bare<T> = T extends unknown ? Omit<T, "place"> : never;

export class FunctionBuilder {
  readonly fn: IrFunction;
  /** Where instructions go. */
  block: Block;
  /** What they get as their place. */
  place: Place | undefined;

  /** Makes the entry block, with the signature's parameters, if the function has none; the cursor stands at the end of the list's last block. */
  constructor(fn: IrFunction) {
    this.fn = fn;
    this.block = fn.blocks.at(-1) ?? newBlock(fn, entryTypes(fn.signature));
  }

  /** The entry's parameters. */
  get params(): readonly Value[] {
    return this.fn.blocks[0]!.params;
  }

  /** A new block; the cursor stays. */
  newBlock(...params: IrType[]): Block {
    return newBlock(this.fn, params);
  }
  newParam(block: Block, type: IrType): Value {
    return newParam(this.fn, block, type);
  }
  newSlot(size: number, align: number, variable?: Variable): Slot {
    return newSlot(this.fn, size, align, variable);
  }
  /** Puts the cursor at a block's end. */
  at(block: Block): this {
    this.block = block;
    return this;
  }

  /** An instruction with results of these types. */
  emit(op: OpName, args: readonly Value[], results: readonly IrType[], details: Details = {}): Instruction {
    const instruction = newInstruction(this.fn, op, args, results, details, this.place);
    this.block.instructions.push(instruction);
    return instruction;
  }
  /** An operation with one result, of type `type` if its arguments leave that open. */
  op(op: OpName, args: readonly Value[], details: Details = {}, type?: IrType): Value {
    const result = resultType(op, args, type);
    if (result === undefined) throw new TypeError(`${op} has no result`);
    return this.emit(op, args, [result], details).results[0]!;
  }
  /** An operation without results. */
  do(op: OpName, args: readonly Value[], details: Details = {}): void {
    this.emit(op, args, [], details);
  }

  /** The value is taken modulo the width. */
  const(type: IrType, value: bigint | number): Value {
    return this.op("const", [], { value: BigInt.asUintN(bitsOf(type), BigInt(value)) }, type);
  }
  fconst(number: number): Value {
    return this.op("fconst", [], { number });
  }
  symbol(symbol: string, offset = 0): Value {
    return this.op("symbol", [], offset === 0 ? { symbol } : { symbol, offset });
  }
  slotAddress(slot: Slot): Value {
    return this.op("slot", [], { slot });
  }
  icmp(condition: Condition, left: Value, right: Value): Value {
    return this.op("icmp", [left, right], { condition });
  }
  load(type: IrType, address: Value, details: Details = {}): Value {
    return this.op("load", [address], details, type);
  }
  store(address: Value, value: Value, details: Details = {}): void {
    this.do("store", [address, value], details);
  }
  call(symbol: string, signature: Signature, args: readonly Value[]): readonly Value[] {
    return this.emit("call", args, signature.results, { symbol, signature }).results;
  }
  callPointer(address: Value, signature: Signature, args: readonly Value[]): readonly Value[] {
    return this.emit("callptr", [address, ...args], signature.results, { signature }).results;
  }

  /** Ends the current block. */
  terminate(terminator: Bare<Terminator>): void {
    this.block.terminator = { ...terminator, place: this.place };
  }
  jump(to: Block, ...args: Value[]): void {
    this.terminate({ kind: "jump", edge: { to, args } });
  }
  branch(condition: Value, then: Block, otherwise: Block, likely?: "then" | "otherwise"): void {
    this.block.terminator = newBranch(
      condition,
      { to: then, args: [] },
      { to: otherwise, args: [] },
      { likely, place: this.place },
    );
  }
  toggle(key: { readonly symbol: string; readonly offset: number }, then: Block, otherwise: Block): void {
    this.terminate(newToggle(key, { to: then, args: [] }, { to: otherwise, args: [] }, this.place));
  }
  return(...values: Value[]): void {
    this.terminate({ kind: "return", values });
  }
  unreachable(): void {
    this.terminate({ kind: "unreachable" });
  }
}
