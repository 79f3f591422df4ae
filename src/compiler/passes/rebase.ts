/**
 * A loop's counter and its next value can have one register if the counter is not used any more once the next value is there. So that is
 * made as late as it can be, and what comes after it goes by the next value: addresses with another displacement, sums with another
 * constant. For the last of the passes, since simplify.ts would fold it back.
 */
import { newInstruction } from "../ir/construct.ts";
import { type Dominators, dominators, type Loop, loops } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, Value } from "../ir/ir.ts";
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

const isSymbol = (value: Value | undefined): boolean =>
  value !== undefined && definingInstruction(value)?.op === "symbol";

/** Largest displacement that stays an immediate whatever is added. */
const FAR = 1n << 24n;

/** An address that is `value` and something, made anew with `by` in its place; and what has to be added to it then. */
class Rebuild {
  readonly made: Instruction[] = [];
  readonly #fn: IrFunction;
  readonly #counter: Counter;
  readonly #uses: ReadonlyMap<Value, number>;
  constructor(fn: IrFunction, counter: Counter, uses: ReadonlyMap<Value, number>) {
    this.#fn = fn;
    this.#counter = counter;
    this.#uses = uses;
  }
  address(value: Value, depth = 0): { value: Value; less: bigint } | undefined {
    const { param, next, step } = this.#counter;
    if (value === param) return { value: next.results[0]!, less: step };
    const def = definingInstruction(value);
    if (def === undefined || depth > 4) return undefined;
    // What others use too is in a register of its own, but for a counter with a symbol.
    if (this.#uses.get(value) !== 1 && !(def.args[0] === param && isSymbol(def.args[1]))) return undefined;
    if (def.op === "shl") {
      const by = constantOf(def.args[1]!);
      const inner = by !== undefined && by <= 3n ? this.address(def.args[0]!, depth + 1) : undefined;
      return inner && { value: this.#make(def, [inner.value, def.args[1]!]), less: inner.less << by! };
    }
    if (def.op !== "add") return undefined;
    const [a, b] = [def.args[0]!, def.args[1]!];
    const left = this.address(a, depth + 1);
    if (left) return { value: this.#make(def, [left.value, b]), less: left.less };
    const right = this.address(b, depth + 1);
    return right && { value: this.#make(def, [a, right.value]), less: right.less };
  }
  #make({ op, results, place }: Instruction, args: readonly Value[]): Value {
    const made = newInstruction(this.#fn, op, args, [results[0]!.type], {}, place);
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
      if (op === "add" && args[0] === counter.param) {
        const by = constantOf(args[1]!);
        if (by === undefined) continue;
        const constant = newInstruction(fn, "const", [], ["i64"], { value: BigInt.asUintN(64, by - step) });
        instruction.args = [next.results[0]!, constant.results[0]!];
        block.instructions.splice(n++, 0, constant);
        changed = true;
      }
      if (op !== "load" && op !== "store") continue;
      const rebuild = new Rebuild(fn, counter, uses);
      const found = rebuild.address(args[0]!);
      const offset = BigInt(details.offset ?? 0) - (found?.less ?? 0n);
      if (found === undefined || offset >= 1n << 31n || offset < -(1n << 31n)) continue;
      args[0] = found.value;
      instruction.details = { ...details, offset: Number(offset) };
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
