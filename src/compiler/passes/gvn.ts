/**
 * Common subexpressions, by value numbers along the dominator tree: a pure operation that was computed on every way to here is not
 * computed again. Loads likewise while nothing may have written what they read, and a load after a store of the same bytes is the
 * value stored. On the side of a branch where a condition is known, it is a constant.
 */
import { newInstruction } from "../ir/construct.ts";
import { dominators } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import { constantOf, countUses, incomingEdges, mapped, mapTerminator, Replacements } from "../ir/uses.ts";
import { type Access, Aliases, accessOf } from "./alias.ts";
import { isPure, type Pass } from "./pass.ts";
import { forgetVariables } from "./unreachable.ts";

/** What memory is known to hold. */
interface Fact {
  readonly at: Access;
  readonly type: IrType;
  readonly value: Value;
}

/** Facts kept at a time: the oldest go. */
const MAX_FACTS = 64;

/** What is known on the way down the dominator tree; `leave` takes back what was learnt since a mark. */
class Scope<K, V> {
  readonly #known = new Map<K, V>();
  readonly #undo: (readonly [K, V | undefined])[] = [];

  get size(): number {
    return this.#known.size;
  }
  get mark(): number {
    return this.#undo.length;
  }
  get(key: K): V | undefined {
    return this.#known.get(key);
  }
  set(key: K, value: V): void {
    this.#undo.push([key, this.#known.get(key)]);
    this.#known.set(key, value);
  }
  leave(mark: number): void {
    while (this.#undo.length > mark) {
      const [key, before] = this.#undo.pop()!;
      if (before === undefined) this.#known.delete(key);
      else this.#known.set(key, before);
    }
  }
}

/** On one side of a branch its condition is a constant, which is made when it is asked for. */
interface Assumption {
  readonly block: Block;
  readonly truth: 0n | 1n;
  constant: Instruction | undefined;
}

/** The same for operations that give the same. */
function keyOf({ op, args, results, details }: Instruction): string {
  let key = `${op}|${results[0]!.type}|`;
  const [a, b] = args;
  if (args.length === 2) {
    const swap = a!.id > b!.id && "commutative" in OPS[op];
    key += swap ? `${b!.id},${a!.id}` : `${a!.id},${b!.id}`;
  } else for (const arg of args) key += `${arg.id},`;
  const { value, number, symbol, offset, condition, slot } = details;
  if (condition !== undefined) key += `|${condition}`;
  if (value !== undefined) key += `|${value}`;
  if (number !== undefined) key += `|${Object.is(number, -0) ? "-0" : number}`;
  if (symbol !== undefined) key += `|${symbol}+${offset ?? 0}`;
  if (slot !== undefined) key += `|${slot.id}`;
  return key;
}

function run(fn: IrFunction): boolean {
  const tree = dominators(fn);
  const incoming = incomingEdges(fn);
  const aliases = new Aliases(fn);
  const replaced = new Replacements();
  const uses = countUses(fn);
  const entry = fn.blocks[0]!;
  const numbers = new Scope<string, Value>();
  const conditions = new Scope<Value, Assumption>();
  let facts: readonly Fact[] = [];
  const made: Assumption[] = [];
  let changed = false;

  const known = (value: Value): Value => {
    const resolved = replaced.resolve(value);
    if (conditions.size === 0) return resolved;
    const assumption = conditions.get(resolved);
    return assumption === undefined ? resolved : truthOf(assumption);
  };
  const truthOf = (assumption: Assumption): Value => {
    changed = true;
    const older = numbers.get(`const|i1||${assumption.truth}`);
    if (older !== undefined) return older;
    if (assumption.constant === undefined) {
      assumption.constant = newInstruction(fn, "const", [], ["i1"], { value: assumption.truth });
      made.push(assumption);
    }
    return assumption.constant.results[0]!;
  };
  const visit = (block: Block): void => {
    if (incoming.get(block)!.length === 1) assume(block);
    const kept: Instruction[] = [];
    for (const instruction of block.instructions) {
      instruction.args = mapped(instruction.args, known);
      const older = isPure(instruction) ? number(instruction) : remember(instruction);
      if (older === undefined) kept.push(instruction);
      else replaced.set(instruction.results[0]!, older);
    }
    block.instructions = kept;
    mapTerminator(block.terminator, known);
  };

  /** What the one edge into a block says about its condition. */
  const assume = (block: Block): void => {
    const { from } = incoming.get(block)![0]!;
    const { terminator } = from;
    if (terminator.kind !== "branch" || constantOf(terminator.condition) !== undefined) return;
    if (uses.get(terminator.condition) === 1) return;
    const truth = terminator.then.to === block ? 1n : 0n;
    conditions.set(terminator.condition, { block, truth, constant: undefined });
  };

  const number = (instruction: Instruction): Value | undefined => {
    const key = keyOf(instruction);
    const older = numbers.get(key);
    if (older === undefined) numbers.set(key, instruction.results[0]!);
    return older;
  };

  const remember = (instruction: Instruction): Value | undefined => {
    const { op, args, results, details } = instruction;
    if (op === "load" && !details.volatile) {
      const at = accessOf(instruction)!;
      const { type } = results[0]!;
      const fact = facts.find((f) => f.type === type && Aliases.same(f.at, at));
      if (fact) return fact.value;
      facts = [...facts.slice(1 - MAX_FACTS), { at, type, value: results[0]! }];
      return undefined;
    }
    if (OPS[op].effect !== "write") return undefined;
    if (facts.length > 0) facts = facts.filter(({ at }) => !aliases.mayWrite(instruction, at));
    if (op === "store" && !details.volatile) {
      const value = args[1]!;
      facts = [...facts.slice(1 - MAX_FACTS), { at: accessOf(instruction)!, type: value.type, value }];
    }
    return undefined;
  };

  interface Step {
    readonly block: Block;
    /** Of the block above. */
    readonly facts: readonly Fact[];
    readonly numbers: number;
    readonly conditions: number;
  }
  const work: Step[] = [{ block: entry, facts: [], numbers: 0, conditions: 0 }];
  for (let step = work.pop(); step !== undefined; step = work.pop()) {
    const { block } = step;
    numbers.leave(step.numbers);
    conditions.leave(step.conditions);
    const before = incoming.get(block)!;
    // Memory is as the only block before left it; where ways join, nothing is known.
    const isAlone = before.length === 1 && tree.immediate.get(block) === before[0]!.from;
    facts = isAlone ? step.facts : [];
    visit(block);
    for (const child of tree.children.get(block)!) {
      work.push({ block: child, facts, numbers: numbers.mark, conditions: conditions.mark });
    }
  }
  for (const { block, constant } of made) block.instructions.unshift(constant!);
  if (replaced.size > 0) changed = true;
  replaced.apply(fn);
  if (changed) forgetVariables(fn);
  return changed;
}

export const gvn: Pass = { name: "gvn", letter: "g", run };
