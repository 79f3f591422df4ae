/**
 * Strength reduction: a product of a loop's counter and a constant becomes a counter of its own, with the product's step. Products
 * by 2, 4 and 8 stay: addresses have them for nothing.
 */
import { bitsOf, newInstruction, newParam } from "../ir/construct.ts";
import { dominators, type Loop, loops } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, Replacements } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { headerEdges, preheader } from "./preheader.ts";
import { forgetVariables } from "./unreachable.ts";

/** More registers than this make loops slower, not faster. */
const MAX_COUNTERS = 3;

/** A parameter of the header that every round adds the same constant to. */
interface Counter {
  readonly param: Value;
  readonly index: number;
  readonly step: bigint;
}

function counters(fn: IrFunction, loop: Loop): Counter[] {
  const { back } = headerEdges(fn, loop);
  return loop.header.params.flatMap((param, index): Counter[] => {
    if (param.type === "f64" || param.type === "i1") return [];
    let step: bigint | undefined;
    for (const { edge } of back) {
      const def = definingInstruction(edge.args[index]!);
      const by = def?.op === "add" && def.args[0] === param ? constantOf(def.args[1]!) : undefined;
      if (by === undefined || (step !== undefined && by !== step)) return [];
      step = by;
    }
    return step === undefined ? [] : [{ param, index, step }];
  });
}

/** The factor by which an instruction multiplies a value; undefined for 1, 2, 4, 8. */
function factor({ op, args }: Instruction, of: Value): bigint | undefined {
  if (args[0] !== of || (op !== "mul" && op !== "shl")) return undefined;
  const right = constantOf(args[1]!);
  if (right === undefined) return undefined;
  if (op === "mul") return right;
  const count = Number(right) % bitsOf(of.type);
  return count > 3 ? 1n << BigInt(count) : undefined;
}

function reduce(fn: IrFunction, loop: Loop): boolean {
  const replaced = new Replacements();
  const blocks = fn.blocks.filter((block) => loop.blocks.has(block));
  let made = 0;
  for (const counter of counters(fn, loop)) {
    const products = new Map<bigint, Instruction[]>();
    for (const instruction of blocks.flatMap((block) => block.instructions)) {
      const by = factor(instruction, counter.param);
      if (by !== undefined) products.set(by, [...(products.get(by) ?? []), instruction]);
    }
    for (const [by, instructions] of products) {
      if (made === MAX_COUNTERS) break;
      const front = preheader(fn, loop);
      if (front === undefined) break;
      made++;
      const product = multiples(fn, loop, front, counter, by);
      for (const { results } of instructions) replaced.set(results[0]!, product);
    }
  }
  replaced.apply(fn);
  return made > 0;
}

/** A new parameter of the header that is always the counter times `by`. */
function multiples(
  fn: IrFunction,
  loop: Loop,
  front: Block,
  { param, index, step }: Counter,
  by: bigint,
): Value {
  const { type } = param;
  const constant = (block: Block, value: bigint): Value => {
    const instruction = newInstruction(fn, "const", [], [type], {
      value: BigInt.asUintN(bitsOf(type), value),
    });
    block.instructions.push(instruction);
    return instruction.results[0]!;
  };
  const { back } = headerEdges(fn, loop);
  const product = newParam(fn, loop.header, type);
  if (front.terminator.kind !== "jump") throw new TypeError("a block in front of a loop jumps to it");
  const start = newInstruction(fn, "mul", [front.terminator.edge.args[index]!, constant(front, by)], [type]);
  front.instructions.push(start);
  front.terminator.edge.args.push(start.results[0]!);
  const ends = new Map<Block, Value>();
  for (const { from, edge } of back) {
    let next = ends.get(from);
    if (next === undefined) {
      const sum = newInstruction(fn, "add", [product, constant(from, step * by)], [type]);
      from.instructions.push(sum);
      next = sum.results[0]!;
      ends.set(from, next);
    }
    edge.args.push(next);
  }
  return product;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const headers = loops(dominators(fn)).map((loop) => loop.header);
  for (const header of headers.reverse()) {
    const loop = loops(dominators(fn)).find((l) => l.header === header);
    if (loop && reduce(fn, loop)) changed = true;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

/** The products stay for `dead` to take. */
export const induction: Pass = { name: "induction", letter: "r", run };
