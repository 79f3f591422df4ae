/**
 * Loops that only fill memory with one byte, or copy between two objects, become `memset` and `memcpy`. A loop of one block with a counter
 * that goes up by one to a bound: rotated, so that it runs once at least.
 */
import { bitsOf, bytesOf, newInstruction } from "../ir/construct.ts";
import { dominators, type Loop, loops } from "../ir/dominators.ts";
import type { Block, Details, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import { constantOf, countUses, definingInstruction } from "../ir/uses.ts";
import { Aliases, addressOf } from "./alias.ts";
import { isPure, type Pass } from "./pass.ts";
import { preheader } from "./preheader.ts";
import { forgetVariables } from "./unreachable.ts";

interface Counted {
  readonly block: Block;
  readonly front: Block;
  readonly exit: Block;
  /** The only parameter, of 64 bits, and what it begins with. */
  readonly counter: Value;
  readonly start: Value;
  /** It goes on while the counter's next value is below. */
  readonly bound: Value;
}

function counted(fn: IrFunction, loop: Loop): Counted | undefined {
  const block = loop.header;
  const { terminator } = block;
  if (loop.blocks.size !== 1 || terminator.kind !== "branch" || block.params.length !== 1) return undefined;
  const [counter] = block.params;
  const { then, otherwise } = terminator;
  if (counter!.type !== "i64" || then.to !== block || otherwise.to === block) return undefined;
  const next = definingInstruction(then.args[0]!);
  if (next?.op !== "add" || next.args[0] !== counter || constantOf(next.args[1]!) !== 1n) return undefined;
  const test = definingInstruction(terminator.condition);
  if (test?.op !== "icmp" || test.details.condition !== "ult" || test.args[0] !== next.results[0])
    return undefined;
  const bound = test.args[1]!;
  if (isMade(block, bound) && constantOf(bound) === undefined) return undefined;
  const front = preheader(fn, loop);
  if (front?.terminator.kind !== "jump") return undefined;
  return {
    block,
    front,
    exit: otherwise.to,
    counter: counter!,
    start: front.terminator.edge.args[0]!,
    bound,
  };
}

/** Whether a value is made in a block. */
const isMade = (block: Block, value: Value): boolean =>
  value.def === block || ("op" in value.def && block.instructions.includes(value.def));

/** What is the same in every round as a value in front of the loop: made there, or a constant or address that is made anew. */
class Outside {
  readonly #fn: IrFunction;
  readonly #loop: Counted;
  readonly made: Instruction[] = [];
  constructor(fn: IrFunction, loop: Counted) {
    this.#fn = fn;
    this.#loop = loop;
  }
  value(value: Value): Value | undefined {
    if (!isMade(this.#loop.block, value)) return value;
    const def = definingInstruction(value);
    if (def?.op !== "const" && def?.op !== "symbol" && def?.op !== "slot") return undefined;
    return this.make(def.op, [], value.type, def.details);
  }
  make(op: OpName, args: readonly Value[], type: IrType, details: Details = {}): Value {
    const instruction = newInstruction(
      this.#fn,
      op,
      args,
      [type],
      details,
      this.#loop.block.terminator.place,
    );
    this.made.push(instruction);
    return instruction.results[0]!;
  }
  number(value: bigint): Value {
    return this.make("const", [], "i64", { value: BigInt.asUintN(64, value) });
  }
  /** The address without the counter, which it must have once, times `size`. */
  base(address: Value, size: number, depth = 0): Value | undefined {
    const { counter } = this.#loop;
    if (address === counter) return size === 1 ? this.number(0n) : undefined;
    const def = definingInstruction(address);
    if (def === undefined || depth > 8 || !isMade(this.#loop.block, address)) return undefined;
    if (def.op === "shl" && def.args[0] === counter)
      return constantOf(def.args[1]!) === BigInt(Math.log2(size)) ? this.number(0n) : undefined;
    if (def.op !== "add") return undefined;
    const [a, b] = [def.args[0]!, def.args[1]!];
    for (const [moving, fixed] of [
      [a, b],
      [b, a],
    ] as const) {
      const other = this.value(fixed);
      const base = other && this.base(moving, size, depth + 1);
      if (base) return this.make("add", [base, other], "i64");
    }
    return undefined;
  }
}

/** The byte that all bytes of a value are. */
function byteOf(outside: Outside, value: Value): Value | undefined {
  if (value.type === "i8") return outside.value(value);
  if (value.type === "f64") {
    const def = definingInstruction(value);
    const zero = def?.op === "fconst" && Object.is(def.details.number, 0);
    return zero ? outside.make("const", [], "i8", { value: 0n }) : undefined;
  }
  const constant = constantOf(value);
  if (constant === undefined) return undefined;
  const byte = constant & 0xffn;
  const bytes = bitsOf(value.type) / 8;
  for (let i = 1; i < bytes; i++) if (((constant >> BigInt(8 * i)) & 0xffn) !== byte) return undefined;
  return outside.make("const", [], "i8", { value: byte });
}

function replace(fn: IrFunction, loop: Counted): boolean {
  const { block, front, exit, start, bound } = loop;
  const effects = block.instructions.filter((i) => !isPure(i));
  const store = effects.at(-1);
  const load = effects.length === 2 ? effects[0] : undefined;
  if (store?.op !== "store" || store.details.volatile || effects.length > 2) return false;
  if (load && (load.op !== "load" || load.details.volatile || store.args[1] !== load.results[0]))
    return false;
  const size = bytesOf(store.args[1]!.type);
  const outside = new Outside(fn, loop);
  const place = (access: Instruction): Value | undefined => {
    const base = outside.base(access.args[0]!, size);
    if (base === undefined) return undefined;
    const offset = outside.make("add", [base, outside.number(BigInt(access.details.offset ?? 0))], "i64");
    const from = size === 1 ? start : outside.make("mul", [start, outside.number(BigInt(size))], "i64");
    return outside.make("add", [offset, from], "i64");
  };
  const to = place(store);
  const last = outside.value(bound);
  if (to === undefined || last === undefined) return false;
  const from = load && place(load);
  const byte = load ? undefined : byteOf(outside, store.args[1]!);
  if (load ? from === undefined : byte === undefined) return false;
  if (load) {
    const everywhere = (access: Instruction) => ({
      ...addressOf(access.args[0]!, 0, Number.POSITIVE_INFINITY),
      offset: Number.NEGATIVE_INFINITY,
    });
    if (new Aliases(fn).mayMeet(everywhere(store), everywhere(load))) return false;
  }
  // What the loop leaves behind must be its memory alone.
  const uses = countUses(fn);
  for (const i of block.instructions) {
    for (const result of i.results) {
      let inside = 0;
      for (const other of block.instructions) inside += other.args.filter((arg) => arg === result).length;
      const { terminator } = block;
      if (terminator.kind === "branch") {
        if (terminator.condition === result) inside++;
        inside += terminator.then.args.filter((arg) => arg === result).length;
      }
      if ((uses.get(result) ?? 0) !== inside) return false;
    }
  }
  if (block.terminator.kind !== "branch") return false;
  const { args } = block.terminator.otherwise;
  if (args.some((arg) => isMade(block, arg))) return false;

  const below = outside.make("icmp", [start, last], "i1", { condition: "ult" });
  const difference = outside.make("sub", [last, start], "i64");
  const rounds = outside.make("select", [below, difference, outside.number(1n)], "i64");
  const bytes = size === 1 ? rounds : outside.make("mul", [rounds, outside.number(BigInt(size))], "i64");
  const instruction = load
    ? newInstruction(fn, "memcpy", [to, from!, bytes], [], {}, store.place)
    : newInstruction(fn, "memset", [to, byte!, bytes], [], {}, store.place);
  front.instructions.push(...outside.made, instruction);
  front.terminator = { kind: "jump", place: block.terminator.place, edge: { to: exit, args: [...args] } };
  fn.blocks = fn.blocks.filter((b) => b !== block);
  return true;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  for (const loop of loops(dominators(fn)).toReversed()) {
    if (loop.header === fn.blocks[0]) continue;
    const found = counted(fn, loop);
    if (found && replace(fn, found)) changed = true;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

export const idioms: Pass = { name: "idioms", letter: "t", run };
