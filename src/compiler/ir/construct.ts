/**
 * Making the parts of IR (ir.ts) one at a time, with fresh ids. Nothing here checks what is made: that is verify.ts. Passes use
 * these directly; who writes code in order uses FunctionBuilder (builder.ts).
 */
import type { Place } from "../place.ts";
import type { Attributes, Variable } from "../tree.ts";
import type {
  Block,
  Details,
  Edge,
  Instruction,
  IrFunction,
  IrType,
  Signature,
  Slot,
  Terminator,
  Value,
} from "./ir.ts";
import type { OpName } from "./ops.ts";

/** For functions that no source has. */
export const NOWHERE: Place = { file: "", line: 1, column: 1, offset: 0, length: 0 };

/** A function without blocks. `name` is the symbol unless told. */
export function newFunction(
  symbol: string,
  signature: Signature,
  more: { name?: string; attributes?: Attributes; place?: Place } = {},
): IrFunction {
  return {
    symbol,
    name: more.name ?? symbol,
    signature,
    blocks: [],
    slots: [],
    attributes: more.attributes ?? {},
    place: more.place ?? NOWHERE,
    variables: new Map(),
    nextValue: 0,
    nextBlock: 0,
  };
}

/** A block that is in no list yet and ends in `unreachable`. */
export function looseBlock(fn: IrFunction, params: readonly IrType[] = []): Block {
  const block: Block = {
    id: fn.nextBlock++,
    params: [],
    instructions: [],
    terminator: { kind: "unreachable", place: undefined },
  };
  for (const type of params) newParam(fn, block, type);
  return block;
}

/** A block at the end of the function's list. */
export function newBlock(fn: IrFunction, params: readonly IrType[] = []): Block {
  const block = looseBlock(fn, params);
  fn.blocks.push(block);
  return block;
}

/** One more parameter of a block. Its edges must be given an argument each by the caller. */
export function newParam(fn: IrFunction, block: Block, type: IrType): Value {
  const value: Value = { id: fn.nextValue++, type, def: block };
  block.params.push(value);
  return value;
}

/** An instruction that stands in no block yet, with new results of these types. */
export function newInstruction(
  fn: IrFunction,
  op: OpName,
  args: readonly Value[],
  results: readonly IrType[],
  details: Details = {},
  place?: Place,
): Instruction {
  const values: Value[] = [];
  const instruction: Instruction = { op, args: args.slice(), results: values, details, place };
  for (const type of results) values.push({ id: fn.nextValue++, type, def: instruction });
  return instruction;
}

/** Bytes and alignment of a new slot of the frame. */
export function newSlot(fn: IrFunction, size: number, align: number, variable?: Variable): Slot {
  let id = 0;
  for (const slot of fn.slots) id = Math.max(id, slot.id + 1);
  const slot: Slot = { id, size, align, variable };
  fn.slots.push(slot);
  return slot;
}

/** The edges out of a block, in the order that printer and passes go by. They are the terminator's own: changing one changes it. */
export function edgesOf(terminator: Terminator): Edge[] {
  switch (terminator.kind) {
    case "jump":
      return [terminator.edge];
    case "branch":
    case "toggle":
      return [terminator.then, terminator.otherwise];
    case "switch":
      return [...terminator.cases.map((c) => c.edge), terminator.otherwise];
    case "return":
    case "unreachable":
      return [];
  }
}

/** The same edges one by one. */
export function eachEdge(terminator: Terminator, visit: (edge: Edge) => void): void {
  switch (terminator.kind) {
    case "jump":
      visit(terminator.edge);
      return;
    case "branch":
    case "toggle":
      visit(terminator.then);
      visit(terminator.otherwise);
      return;
    case "switch":
      for (const { edge } of terminator.cases) visit(edge);
      visit(terminator.otherwise);
      return;
    case "return":
    case "unreachable":
      return;
  }
}

/** A conditional jump. The one place that writes the form's `then`. */
export function newBranch(
  condition: Value,
  then: Edge,
  otherwise: Edge,
  more: { likely?: "then" | "otherwise" | undefined; place?: Place | undefined } = {},
): Terminator {
  return {
    kind: "branch",
    place: more.place,
    condition,
    then,
    otherwise,
    ...(more.likely && { likely: more.likely }),
  };
}

/** A branch that is patched into the code to be taken. */
export const newToggle = (
  key: { readonly symbol: string; readonly offset: number },
  then: Edge,
  otherwise: Edge,
  place: Place | undefined,
): Terminator => ({ kind: "toggle", place, key, then, otherwise });

/** Parameter types of a function's entry block: structures in memory come as their address. */
export function entryTypes(signature: Signature): IrType[] {
  return signature.params.map((param) => (typeof param === "string" ? param : "i64"));
}

/** Bits of an integer type. Throws TypeError for f64. */
export function bitsOf(type: IrType): number {
  switch (type) {
    case "i1":
      return 1;
    case "i8":
      return 8;
    case "i16":
      return 16;
    case "i32":
      return 32;
    case "i64":
      return 64;
    case "f64":
      throw new TypeError("f64 is no integer type");
  }
}
/** Bytes in memory: i1 is never there. Throws TypeError for it. */
export function bytesOf(type: IrType): number {
  if (type === "i1") throw new TypeError("i1 is never in memory");
  return type === "f64" ? 8 : bitsOf(type) / 8;
}
