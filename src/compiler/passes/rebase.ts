/**
 * A loop's counter and its next value can have one register if the counter is not used any more once the next value is there. So that is
 * made as late as it can be, and what comes after it goes by the next value: addresses with another displacement, sums with another
 * constant. For the last of the passes, since simplify.ts would fold it back.
 */
import { newInstruction } from "../ir/construct.ts";
import { type Dominators, dominators, type Loop, loops } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, Value } from "../ir/ir.ts";
import type { UseCounts } from "../ir/tables.ts";
import { constantOf, countUses, definingInstruction } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { headerEdges } from "./preheader.ts";

interface Counter {
  readonly param: Value;
  /** param + step. */
  readonly next: Instruction;
  readonly step: bigint;
}

function counters(fn: IrFunction, loop: Loop): Counter[] {
  const { back } = headerEdges(fn, loop);
  return loop.header.params.flatMap((param, index): Counter[] => {
    if (param.type !== "i64") return [];
    const next = definingInstruction(back[0]!.edge.args[index]!);
    if (next?.op !== "add" || next.args[0] !== param) return [];
    const by = constantOf(next.args[1]!);
    const step = by === undefined ? undefined : BigInt.asIntN(64, by);
    if (step === undefined || !back.every(({ edge }) => edge.args[index] === next.results[0])) return [];
    return [{ param, next, step }];
  });
}

/** Largest displacement that stays an immediate whatever is added. */
const FAR = 1n << 24n;

/** A sum that is `value` and something, made anew with the next value in its place; and what it is then too much. */
class Rebuild {
  readonly made: Instruction[] = [];
  readonly #fn: IrFunction;
  readonly #counter: Counter;
  readonly #uses: UseCounts;
  constructor(fn: IrFunction, counter: Counter, uses: UseCounts) {
    this.#fn = fn;
    this.#counter = counter;
    this.#uses = uses;
  }
  /** Of the result of a sum, shared or not. */
  sum({ op, args, results, place }: Instruction, depth = 0): { value: Value; more: bigint } | undefined {
    if (op !== "add" || results[0]!.type !== "i64") return undefined;
    const [a, b] = [args[0]!, args[1]!];
    for (const [moving, fixed] of [
      [a, b],
      [b, a],
    ] as const) {
      const part = this.#part(moving, depth);
      if (part === undefined) continue;
      const by = constantOf(fixed);
      if (by !== undefined) return { value: part.value, more: part.more - BigInt.asIntN(64, by) };
      return { value: this.#make("add", [part.value, fixed], place), more: part.more };
    }
    return undefined;
  }
  /** Of a part of a sum, which only the sum may use: else it has a register of its own. */
  #part(value: Value, depth: number): { value: Value; more: bigint } | undefined {
    const { param, next, step } = this.#counter;
    if (value === param) return { value: next.results[0]!, more: step };
    const def = definingInstruction(value);
    if (def === undefined || depth > 4 || this.#uses.get(value) !== 1) return undefined;
    if (def.op !== "shl") return this.sum(def, depth + 1);
    const by = constantOf(def.args[1]!);
    const inner = by !== undefined && by <= 3n ? this.#part(def.args[0]!, depth + 1) : undefined;
    return (
      inner && { value: this.#make("shl", [inner.value, def.args[1]!], def.place), more: inner.more << by! }
    );
  }
  /** Of an address made before the next value: the counter itself, or with a symbol, which is computed at each access. */
  address(value: Value): { value: Value; more: bigint } | undefined {
    if (value === this.#counter.param) return this.#part(value, 0);
    const def = definingInstruction(value);
    const symbol = def && definingInstruction(def.args[1] ?? value)?.op === "symbol";
    return def && (symbol || this.#uses.get(value) === 1) ? this.sum(def) : undefined;
  }
  #make(op: Instruction["op"], args: readonly Value[], place: Instruction["place"]): Value {
    const made = newInstruction(this.#fn, op, args, ["i64"], {}, place);
    this.made.push(made);
    return made.results[0]!;
  }
}

/** Moves an instruction down to where its result is used first in its block, or to the block's end. */
function sink(block: Block, instruction: Instruction): boolean {
  const { instructions } = block;
  const from = instructions.indexOf(instruction);
  const [result] = instruction.results;
  let to = instructions.findIndex(({ args }, n) => n > from && args.includes(result!));
  if (to < 0) to = instructions.length;
  if (to === from + 1) return false;
  instructions.splice(from, 1);
  instructions.splice(to - 1, 0, instruction);
  return true;
}

function rebase(fn: IrFunction, loop: Loop, counter: Counter, tree: Dominators): boolean {
  const { next, step } = counter;
  const home = [...loop.blocks].find((block) => block.instructions.includes(next));
  if (home === undefined || step >= FAR || step <= -FAR) return false;
  const uses = countUses(fn);
  let changed = sink(home, next);
  const inBlock = (block: Block, from: number): void => {
    for (let n = from; n < block.instructions.length; n++) {
      const instruction = block.instructions[n]!;
      const { op, args, details } = instruction;
      const rebuild = new Rebuild(fn, counter, uses);
      if (op === "load" || op === "store") {
        const found = rebuild.address(args[0]!);
        const offset = BigInt(details.offset ?? 0) - (found?.more ?? 0n);
        if (found === undefined || offset >= 1n << 31n || offset < -(1n << 31n)) continue;
        args[0] = found.value;
        instruction.details = { ...details, offset: Number(offset) };
      } else {
        const found = rebuild.sum(instruction);
        if (found === undefined || found.more >= FAR || found.more <= -FAR) continue;
        const less = newInstruction(fn, "const", [], ["i64"], { value: BigInt.asUintN(64, -found.more) });
        instruction.args = [found.value, less.results[0]!];
        rebuild.made.push(less);
      }
      block.instructions.splice(n, 0, ...rebuild.made);
      n += rebuild.made.length;
      changed = true;
    }
  };
  for (const block of loop.blocks) {
    if (block === home) inBlock(block, block.instructions.indexOf(next) + 1);
    else if (tree.dominates(home, block)) inBlock(block, 0);
  }
  return changed;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const tree = dominators(fn);
  for (const loop of loops(tree)) {
    if (loop.header === fn.blocks[0]) continue;
    for (const counter of counters(fn, loop)) if (rebase(fn, loop, counter, tree)) changed = true;
  }
  return changed;
}

/** The old addresses stay for `dead` to take. */
export const rebasing: Pass = { name: "rebasing", letter: "b", run };
